"""Check the chain of the log: of this installation, or of a downloaded file.

    massline manage verify_log
    massline manage verify_log log.jsonl

Exit codes: 0 the chain holds, 1 it is broken, 2 there is nothing to check."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from massline.ledger.queries import head, links
from massline.ledger.rules import BrokenChain, UnreadableLine, from_lines, verify


class Command(BaseCommand):
    help = "Check that every entry of the log follows from the one before it. With FILE: of a log that was downloaded."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="log.jsonl, as /log/log.jsonl gives it")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ANN401  (Django's own signature)
        file: Path | None = options["file"]
        try:
            size, last = _verify_file(file) if file else _verify_here()
        except BrokenChain as broken:
            raise CommandError(str(broken), returncode=1) from broken
        except (OSError, UnicodeError, UnreadableLine) as problem:
            raise CommandError(str(problem), returncode=2) from problem
        self.stdout.write(f"{size:,} entries, each follows from the one before it. Last hash: {last}")


def _verify_file(file: Path) -> tuple[int, str]:
    with file.open(encoding="utf-8") as lines:
        return verify(from_lines(lines))


def _verify_here() -> tuple[int, str]:
    """The chain, and that its end is the end that the head names: cutting entries off would leave a chain that holds."""
    found, named = verify(links()), head()
    if found != named:
        raise BrokenChain(found[0], f"the log ends here, but its head names {named[0]} entries")
    return found
