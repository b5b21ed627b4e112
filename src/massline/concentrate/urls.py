"""All addresses of the app."""

from django.urls import URLPattern

app_name = "concentrate"
urlpatterns: list[URLPattern] = []
