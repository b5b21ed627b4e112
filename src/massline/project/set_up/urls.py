"""Included by the project under `desk/set-up/`."""

from django.urls import path

from massline.project.set_up import changes, views

app_name = "set_up"
urlpatterns = [
    path("", views.overview, name="steps"),
    path("bodies/", views.bodies, name="bodies"),
    path("bodies/undo/", views.undo_bodies, name="undo_bodies"),
    path("bodies/<slug:key>/", changes.body, name="body"),
    path("bodies/<slug:key>/abolish/", changes.abolish, name="abolish"),
    path("bodies/<slug:key>/move/", changes.move, name="move"),
    path("staff/", views.staff, name="staff"),
    path("staff/<int:pk>/link/", views.new_link, name="new_link"),
    path("calendar/", views.calendar, name="calendar"),
    path("call/", views.call, name="call"),
]
