"""Signing in. (Django's own views; accounts and second factor come with django-allauth.)"""

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, PasswordResetConfirmView
from django.http import HttpResponse
from django.urls import reverse_lazy

from massline.people.forms import ChoosePasswordForm


class SignIn(LoginView):
    """User name and password. Who is signed in already goes on to her desk; what was refused comes back with status 422."""

    template_name = "people/sign_in.html"
    redirect_authenticated_user = True

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 422
        return response


class Welcome(PasswordResetConfirmView):
    """Where a link of the operator's leads: she chooses her own password and is signed in. A used or old link says so."""

    template_name = "people/welcome.html"
    form_class = ChoosePasswordForm
    post_reset_login = True
    success_url = reverse_lazy(settings.LOGIN_REDIRECT_URL)

    def form_invalid(self, form: Any) -> HttpResponse:  # noqa: ANN401  (Django's own signature)
        response = super().form_invalid(form)
        response.status_code = 422
        return response

    def render_to_response(self, context: dict[str, Any], **options: Any) -> HttpResponse:  # noqa: ANN401  (Django's own signature)
        """A link that opens nothing is no page to programs, and a sentence to people."""
        response = super().render_to_response(context, **options)
        if not self.validlink:
            response.status_code = 404
        return response
