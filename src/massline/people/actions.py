"""Verbs on staff."""

from django.db import transaction

from massline.bodies.models import Body
from massline.ledger.actions import append
from massline.people.models import User
from massline.rights import Actor, Role, require


@transaction.atomic
def add_user(username: str, *, role: Role, body: Body, password: str | None, by: Actor, full_name: str = "") -> User:
    """Give a member of staff a role at a body, and log it. Without a password nobody can sign in. Raises NotAllowed."""
    require(by, "people.add_user", body.path)
    user = User(username=username, role=role, body=body, last_name=full_name)
    user.set_password(password)
    user.full_clean(exclude=["password"])
    user.save()
    append("role.given", {"role": role.value, "body": body.code})
    return user
