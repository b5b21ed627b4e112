"""Show the address at which an empty installation is set up."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from massline.project.set_up.door import address, base_url


class Command(BaseCommand):
    help = (
        "Show the address at which an installation without an operator is set up in a browser. It works once, within a day. "
        "Example: set_up_address"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--listening",
            default="http://127.0.0.1:8000",
            metavar="URL",
            help="where the server listens, for want of a public host name in MASSLINE_HOSTS",
        )

    def handle(self, *, listening: str, **options: object) -> None:
        path = address()
        if not path:
            raise CommandError("This installation has an operator: she goes on at /desk/set-up/. Nothing was made.")
        self.stdout.write(f"{base_url(listening)}{path}")
