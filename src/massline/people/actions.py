"""Verbs on staff."""

from django.db import transaction

from massline.ledger.actions import append
from massline.people.models import User
from massline.rights import Actor, require


@transaction.atomic
def add_user(user: User, *, password: str | None, by: Actor) -> User:
    """Let a new member of staff act in her role at her body. Without a password nobody can sign in.

    Raises NotAllowed, ValidationError."""
    require(by, "people.add_user", user.body_path or "")
    user.set_password(password)
    user.full_clean()
    user.save(force_insert=True)
    append("role.given", {"role": user.role, "body": user.body.code if user.body else None})
    return user
