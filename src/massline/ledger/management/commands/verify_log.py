"""Check that the published log of this installation holds just what its database has.

    massline manage verify_log

Exit codes: 0 it does, 1 it does not, 2 there is nothing to check. Anybody else checks the log with `massline log check`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from massline.ledger.keys import KeyRefused
from massline.ledger.queries import verify_log
from massline.tlog.verify import REFUSALS, MissingFile


class Command(BaseCommand):
    help = "Check that the published log holds just what the database has."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  (Django's own signature)
        try:
            checkpoint = verify_log()
        except (KeyRefused, MissingFile) as problem:
            raise CommandError(str(problem), returncode=2) from problem
        except REFUSALS as broken:
            raise CommandError(str(broken), returncode=1) from broken
        self.stdout.write(
            f"{checkpoint.size:,} entries, published as the database has them. Root: {checkpoint.root.hex()}"
        )
