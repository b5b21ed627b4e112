"""All addresses of the app."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from massline.people import views

app_name = "people"
urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
]
