"""Look for hot matters now: at one body, or wherever it is time. A worker does the same by itself, once a day for each body."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from massline.bodies.models import Body
from massline.concentrate.actions import look_for_hot_matters
from massline.concentrate.queries import bodies_to_look_at
from massline.rights import OPERATOR


class Command(BaseCommand):
    help = (
        "Look for hot matters among the messages of the last twelve weeks, at one body now, or at each body whose last look is a "
        "day old. Running it twice, or twice at once, does no harm. Example: look_for_hot_matters --body 330102"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--body", metavar="CODE", help="only at this body, however fresh its last look is")

    def handle(self, *, body: str | None, **options: object) -> None:
        keys = [self._at(body)] if body else bodies_to_look_at(timezone.now())
        for found in Body.objects.filter(pk__in=keys):
            number = look_for_hot_matters(found.pk, by=OPERATOR)
            told = "another worker is at it." if number is None else f"{number} hot matters."
            self.stdout.write(f"{found.code} {found.name}: {told}")
        if not keys:
            self.stdout.write("Nothing to do: every body with somebody at a desk was looked at within a day.")

    def _at(self, code: str) -> int:
        found = Body.objects.filter(code=code).first()
        if found is None:
            raise CommandError(f"No body has the code {code}. Nothing was looked at.")
        if found.abolished_on is not None:
            raise CommandError(
                f"{found.name} ({code}) was abolished on {found.abolished_on}: its messages went to {found.heir.name} "
                f"({found.heir.code}). Look there."
            )
        return found.pk
