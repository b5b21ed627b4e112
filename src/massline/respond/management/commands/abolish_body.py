"""A body is abolished or merged with another one; its open cases go to its successor."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from massline.bodies.models import Body
from massline.bodies.queries import above
from massline.bodies.rules import BodyStays
from massline.respond.actions import abolish_body
from massline.respond.rules import HandOverRefused
from massline.rights import OPERATOR


class Command(BaseCommand):
    help = (
        "Abolish a body: its open cases, its parts in cases of others and its messages go to the body above, or to the one "
        "named with --into. Its addresses stay and lead on. Bodies under it must be moved (move_body) or abolished first. "
        'Example: abolish_body 330102 --into 330103 --reason "merged by order 12 of 2026"'
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("body", metavar="CODE")
        parser.add_argument("--into", default="", metavar="CODE", help="who answers in its place; else the body above")
        parser.add_argument("--reason", required=True, help="everybody reads it at each case")

    def handle(self, *, body: str, into: str, reason: str, **options: object) -> None:
        old = _body(body)
        new = _body(into) if into else above(old)
        if new is None:
            raise CommandError(f"No body stands above {body}. Name one that answers in its place: --into CODE.")
        try:
            cases = abolish_body(old, into=new, reason=reason, by=OPERATOR)
        except (BodyStays, HandOverRefused) as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"{old.name} is abolished; {cases} open cases went to {new.name}.")


def _body(code: str) -> Body:
    """Raises CommandError."""
    found: Body | None = Body.objects.filter(code=code).first()
    if found is None:
        raise CommandError(f"No body has the code {code!r}. Nothing was changed.")
    return found
