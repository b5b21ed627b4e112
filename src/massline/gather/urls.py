"""All addresses of the app. (The page of one call, /calls/REF/, shows themes and stands in concentrate.)"""

from django.urls import path

from massline.gather import views

app_name = "gather"
urlpatterns = [
    path("calls/", views.calls, name="calls"),
    path("calls/<slug:ref>/say/", views.say, name="say"),
    path("desk/visit/", views.visit, name="visit"),
    path("removals/", views.removals, name="removals"),
    path("removals/grounds/", views.grounds, name="grounds"),
    path("removals/removals.csv", views.removals_csv, name="removals_csv"),
    path("removals/removals.atom", views.removals_feed, name="removals_feed"),
    path("receipt/<str:code>/appeal/", views.appeal, name="appeal"),
    path("receipt/<str:code>/erase/", views.erase, name="erase"),
    path("desk/messages/<int:pk>/remove/", views.ask_removal, name="remove"),
    path("desk/removals/", views.desk_removals, name="desk_removals"),
    path("desk/removals/<int:pk>/", views.removal, name="removal"),
]
