"""A receipt of the made-up county. Nobody kept it, but the demo can work out those that it gave itself."""

from __future__ import annotations

from django.conf import settings

from massline.gather.models import Message
from massline.gather.rules import receipt_code, submission_of
from massline.respond.models import Case
from massline.respond.rules import State


def receipt_to_show() -> str:
    """The receipt of the newest answered case that its writer may still rate; "" where there is none. Two queries.

    A made-up message keeps the number of the form that it came in as its `source_id`; a visitor's own message has none."""
    waiting = Case.objects.public().filter(state=State.ANSWERED, replies__ratings=None)
    made_up = Message.objects.readable().exclude(source_id="").filter(cases__in=waiting)
    found = made_up.select_related("call", "body").order_by("-cases__replies__published_at", "-pk").first()
    return _code(found) if found else ""


def _code(message: Message) -> str:
    """Source: docs/rules/receipts.md."""
    sent = submission_of(message.source_id, message.call.ref, message.body.code, message.title, message.text)
    return receipt_code(sent, settings.SECRET_KEY)
