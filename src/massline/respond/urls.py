"""All addresses of the app."""

from django.urls import URLPattern

app_name = "respond"
urlpatterns: list[URLPattern] = []
