"""Signing in. (Django's own views; accounts and second factor come with django-allauth.)"""

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpResponse


class SignIn(LoginView):
    """User name and password. Who is signed in already goes on to her desk; what was refused comes back with status 422."""

    template_name = "people/sign_in.html"
    redirect_authenticated_user = True

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 422
        return response
