"""The one address behind which an empty installation is founded. The terminal shows it; nobody can guess it."""

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from massline.bodies.actions import add_body
from massline.bodies.models import Body
from massline.people.actions import add_user
from massline.people.models import User
from massline.people.queries import operators
from massline.rights import OPERATOR

LIFE = 60 * 60 * 24  # seconds
_SALT = "set_up.door"


class DoorClosed(LookupError):
    """The installation has an operator already, or the address is too old or made up."""


def address() -> str:
    """The path to open within a day, "" where an operator is there already. It needs no table: the key of the house signs it."""
    return "" if operators().exists() else reverse("found", args=[signing.dumps("found", salt=_SALT)])


def base_url(listening: str) -> str:
    """Where browsers reach this house. listening: scheme, host and port of the server itself, for want of a public name."""
    named = [host for host in settings.ALLOWED_HOSTS if host not in ("localhost", "127.0.0.1", "[::1]", "*")]
    return f"https://{named[0]}" if settings.HTTPS and named else listening


def check(token: str) -> None:
    """Raises DoorClosed."""
    try:
        signing.loads(token, salt=_SALT, max_age=LIFE)
    except signing.BadSignature:
        raise DoorClosed from None
    if operators().exists():
        raise DoorClosed


@transaction.atomic
def found(place: Body, operator: User, *, password: str) -> User:
    """Enter the body at the top and its operator. Of two who try at once the second is refused.

    Raises DoorClosed, ValidationError."""
    # The first entry in the log locks its head until the end of the transaction, so the question after it sees who was first.
    operator.body = add_body(place, under=None, by=OPERATOR)
    if operators().exists():
        raise DoorClosed
    return add_user(operator, password=password, by=OPERATOR)
