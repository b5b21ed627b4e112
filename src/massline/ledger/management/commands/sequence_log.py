"""Number the waiting entries of the log and publish them.

    massline manage sequence_log

The worker does this about once a second; by hand it does no harm."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from massline.ledger.actions import sequence
from massline.ledger.keys import KeyRefused
from massline.ledger.tiles import LogDisagrees
from massline.tlog.verify import REFUSALS


class Command(BaseCommand):
    help = "Number the waiting entries of the log and publish them."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  (Django's own signature)
        try:
            checkpoint = sequence()
        except (KeyRefused, LogDisagrees, *REFUSALS) as problem:
            raise CommandError(str(problem), returncode=2) from problem
        self.stdout.write(f"{checkpoint.size:,} entries published. Root: {checkpoint.root.hex()}")
