"""Say where the areas of bodies lie, from a GeoJSON file of one's own: all of it or nothing."""

from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from massline.bodies.actions import set_outlines
from massline.bodies.queries import by_area
from massline.engine.errors import OutlineError
from massline.engine.pictures.outlines import read_outlines
from massline.rights import OPERATOR


class Command(BaseCommand):
    help = (
        "Enter the outlines of areas from a GeoJSON FeatureCollection (WGS 84, Polygon or MultiPolygon), for maps. Each feature "
        "is matched by its property `code` to the code of a body, else by `name` to its name. Outlines entered before are "
        "replaced. Example: set_outlines townships.geojson"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **options: object) -> None:
        try:
            found, strangers = by_area(read_outlines(file.read_text(encoding="utf-8-sig")))
        except (OSError, UnicodeDecodeError) as problem:
            raise CommandError(f"{file.name} cannot be read: {problem}. Save it as GeoJSON in UTF-8.") from problem
        except OutlineError as problem:
            raise CommandError(f"{file.name}: {problem} Nothing was changed.") from problem
        if not found:
            raise CommandError(
                f"{file.name}: no body has the code or the name of any feature ({', '.join(strangers[:5])}). "
                "Enter the bodies first, or mend the codes. Nothing was changed."
            )
        set_outlines(found, by=OPERATOR)
        self.stdout.write(f"{len(found)} outlines entered.")
        if strangers:
            self.stderr.write(f"No body is called by these, they were left out: {', '.join(strangers)}.")
