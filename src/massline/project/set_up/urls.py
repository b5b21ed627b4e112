"""Included by the project under `desk/set-up/`."""

from django.urls import path

from massline.project.set_up import views

app_name = "set_up"
urlpatterns = [
    path("", views.overview, name="steps"),
    path("bodies/", views.bodies, name="bodies"),
    path("bodies/undo/", views.undo_bodies, name="undo_bodies"),
    path("staff/", views.staff, name="staff"),
    path("staff/<int:pk>/link/", views.new_link, name="new_link"),
    path("calendar/", views.calendar, name="calendar"),
    path("call/", views.call, name="call"),
]
