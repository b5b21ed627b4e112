"""`load_demo`: fill an empty demo installation with a made-up county. scripts/demo calls it."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from massline.bodies.models import Body
from massline.gather.rules import grouped
from massline.ledger.actions import sequence
from massline.project.demo.load import Loaded, load
from massline.project.demo.staff import KNOWN, PASSWORD


class Command(BaseCommand):
    help = "Fill an empty demo installation with a made-up county, and print its logins."

    def handle(self, *args: object, **options: object) -> None:
        if not settings.MASSLINE_DEMO:
            raise CommandError(
                "This is not a demo (MASSLINE_DEMO is not True). Made-up people stay out of real installations."
            )
        if Body.objects.exists():
            raise CommandError("There are bodies here already. Start from an empty database: scripts/demo --reset")
        loaded = load()
        sequence()
        self.stdout.write(_welcome(loaded))


def _welcome(loaded: Loaded) -> str:
    """The logins as a small table, and a receipt to try."""
    width = max(len(member.username) for member in KNOWN)
    counts = f"{loaded.messages:,} messages, {loaded.cases:,} cases, {loaded.entries:,} entries in the log"
    lines = [f"  {member.username:{width}}  {member.about} ({member.name})" for member in KNOWN]
    return "\n".join(
        [
            f"Qingxi County 清溪县 is made up: {counts}.",
            f"Sign in as one of these; the password is always {PASSWORD}",
            *lines,
            f"A resident needs no login. A receipt to try, its case has been answered: {grouped(loaded.receipt)}",
        ]
    )
