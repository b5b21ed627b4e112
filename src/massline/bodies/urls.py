"""All addresses of the app."""

from django.urls import path

from massline.bodies import views

app_name = "bodies"
urlpatterns = [path("area/", views.area, name="area")]
