"""Put the public bodies of a place into the tree, from a CSV file: all of them or none."""

import csv
from argparse import ArgumentParser
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from massline.bodies.actions import add_body
from massline.bodies.models import Body
from massline.bodies.rules import Level
from massline.rights import OPERATOR

COLUMNS = ("code", "name", "level", "under", "name_en", "duties", "promise_days")


class Command(BaseCommand):
    help = (
        "Put bodies into the tree from a UTF-8 CSV file with the headings "
        f"{','.join(COLUMNS)}; the last four may be left out or empty. `under` is the code of the body above, which stands "
        f"in the tree already or earlier in the file. `level` is one of {', '.join(Level)}. All rows are added, or none. "
        "Example: add_bodies bodies.csv"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: object) -> None:
        try:
            with file.open(encoding="utf-8-sig", newline="") as lines, transaction.atomic():
                rows = csv.DictReader(lines)
                if missing := [name for name in COLUMNS[:3] if name not in (rows.fieldnames or ())]:
                    raise CommandError(
                        f"{file.name} lacks the headings {', '.join(missing)}. Its first line must name them."
                    )
                added = sum(_add(number, row) for number, row in enumerate(rows, 1))
        except (OSError, UnicodeDecodeError) as problem:
            raise CommandError(f"{file.name} cannot be read: {problem}. Save it as CSV in UTF-8.") from problem
        self.stdout.write(f"{added} bodies added.")


def _add(number: int, row: dict[str, str | None]) -> int:
    """Add the body of one row (1 is the first under the headings). Raises CommandError."""
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    above = Body.objects.filter(code=cells["under"]).first() if cells["under"] else None
    if cells["under"] and above is None:
        raise CommandError(
            f"Row {number}, column under: no body has the code {cells['under']!r}. Put its row first. Nothing was added."
        )
    if cells["promise_days"] and not cells["promise_days"].isdecimal():
        raise CommandError(
            f"Row {number}, column promise_days: {cells['promise_days']!r} is no number of working days. Nothing was added."
        )
    body = Body(**{name: cells[name] for name in ("code", "name", "level", "name_en", "duties")})
    body.promise_days = int(cells["promise_days"]) if cells["promise_days"] else None
    try:
        add_body(body, under=above, by=OPERATOR)
    except ValidationError as problem:
        found = "; ".join(f"column {name}: {' '.join(words)}" for name, words in problem.message_dict.items())
        raise CommandError(f"Row {number}, {found} Nothing was added.") from problem
    return 1
