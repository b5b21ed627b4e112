"""Verbs on staff."""

from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

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


@transaction.atomic
def give_link(user: User, *, by: Actor) -> str:
    """The address at which a member of staff chooses her own password, once; nobody else ever knows it. Raises NotAllowed.

    It dies when it is used, when she signs in by another way, and after PASSWORD_RESET_TIMEOUT."""
    require(by, "people.give_link", user.body_path or "")
    append("link.given", {"role": user.role, "body": user.body.code if user.body else None})
    number, token = urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)
    return reverse("people:welcome", args=[number, token])
