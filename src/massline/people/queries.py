"""Reads about staff."""

from django.db.models import QuerySet

from massline.people.models import User
from massline.rights import Role


def operators() -> QuerySet[User]:
    """Whom to ask when something is missing that only operators can enter."""
    return User.objects.filter(role=Role.OPERATOR, is_active=True).order_by("last_name", "first_name", "username")
