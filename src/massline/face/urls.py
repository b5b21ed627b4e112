"""Included by the project under `face/`."""

from django.urls import path
from django.views.i18n import set_language

from massline.face import views

app_name = "face"
urlpatterns = [
    path("", views.living_page, name="parts"),
    path("language/", set_language, name="language"),
    path("large-type/", views.large_type, name="large_type"),
]
