"""All addresses of the app."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from massline.people import views

app_name = "people"
urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    path("welcome/<uidb64>/<token>/", views.Welcome.as_view(), name="welcome"),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
]
