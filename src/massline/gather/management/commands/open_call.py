"""Invite people to speak."""

from argparse import ArgumentParser
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from massline.bodies.models import Body
from massline.gather.actions import open_call
from massline.gather.models import Call
from massline.rights import OPERATOR


class Command(BaseCommand):
    help = (
        "Publish a call in the name of a body. It takes messages from now (or from the start of --since) to the end of --until. "
        'Example: open_call roads --title 修哪条路 --question "哪条路最该先修？" --body 330100 --until 2027-01-31'
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ref", help="reference in addresses: small letters, digits, dashes")
        parser.add_argument("--title", required=True)
        parser.add_argument("--question", required=True)
        parser.add_argument("--body", required=True, metavar="CODE")
        parser.add_argument("--until", required=True, type=_day, metavar="YYYY-MM-DD", help="the last day")
        parser.add_argument("--since", type=_day, metavar="YYYY-MM-DD", help="the first day; now if not said")
        parser.add_argument(
            "--review", action="store_true", help="messages show only after a handler has published them"
        )

    def handle(self, *, ref: str, until: date, **options: Any) -> None:  # noqa: ANN401 - as Django hands them over
        body = Body.objects.filter(code=options["body"]).first()
        if body is None:
            raise CommandError(
                f"No body has the code {options['body']!r}. Add it first: massline manage add_bodies --help"
            )
        opens = _midnight(options["since"]) if options["since"] else timezone.now()
        call = Call(ref=ref, title=options["title"], question=options["question"], body=body, opens_at=opens)
        call.closes_at, call.publish_at_once = _midnight(until + timedelta(days=1)), not options["review"]
        try:
            open_call(call, by=OPERATOR)
        except ValidationError as problem:
            raise CommandError(f"{' '.join(problem.messages)} No call was opened.") from problem
        self.stdout.write(f"{call.get_absolute_url()} takes messages until the end of {until}.")


def _day(text: str) -> date:
    """Raises ValueError, which argparse words."""
    return date.fromisoformat(text)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
