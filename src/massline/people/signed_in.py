"""Who asks for a page."""

from django.http import HttpRequest

from massline.people.models import User


def user_of(request: HttpRequest) -> User:
    """Who is signed in; pages of the desk have been through `login_required`."""
    assert request.user.is_authenticated  # noqa: S101
    return request.user
