"""All addresses of the app. (The page of one call, /calls/REF/, shows themes and stands in concentrate.)"""

from django.urls import path

from massline.gather import views

app_name = "gather"
urlpatterns = [
    path("calls/", views.calls, name="calls"),
    path("calls/<slug:ref>/say/", views.say, name="say"),
    path("desk/visit/", views.visit, name="visit"),
]
