"""Included by the project under `face/`."""

from django.urls import path

from massline.face import views

app_name = "face"
urlpatterns = [
    path("", views.living_page, name="parts"),
    path("opinions/", views.opinions, name="opinions"),
    path("parameters/", views.parameters, name="parameters"),
    path("style.<str:digest>.css", views.style, name="style"),
    path("reading/", views.read, name="reading"),
]
