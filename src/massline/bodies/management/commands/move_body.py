"""A body stands under another one from now on, with all that is under it."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from massline.bodies.actions import move_body
from massline.bodies.models import Body
from massline.bodies.rules import BodyStays
from massline.rights import OPERATOR


class Command(BaseCommand):
    help = (
        "Put a body, with every body under it and all their cases, messages and staff, under another one. "
        "Example: move_body 330102 --under 330200"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("body", metavar="CODE")
        parser.add_argument("--under", required=True, metavar="CODE")

    def handle(self, *, body: str, under: str, **options: object) -> None:
        found = {one.code: one for one in Body.objects.filter(code__in=[body, under])}
        if missing := {body, under} - found.keys():
            raise CommandError(f"No body has the code {', '.join(sorted(missing))}. Nothing was changed.")
        try:
            moved = move_body(found[body], under=found[under], by=OPERATOR)
        except BodyStays as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(f"{moved.name} stands under {found[under].name} now.")
