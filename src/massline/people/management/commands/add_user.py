"""Let a member of staff sign in."""

import sys
from argparse import ArgumentParser
from getpass import getpass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from massline.bodies.models import Body
from massline.people.actions import add_user
from massline.people.models import STAFF_ROLES, User
from massline.rights import OPERATOR, Role


class Command(BaseCommand):
    help = (
        "Let a member of staff sign in, in one role at one body. The password is asked for, or read from standard input. "
        "Example: add_user wangfang --role handler --body 330101 --name 王芳"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--role", required=True, choices=[role.value for role, _ in STAFF_ROLES])
        parser.add_argument(
            "--body", required=True, metavar="CODE", help="code of her body; what lies under it is hers too"
        )
        parser.add_argument("--name", default="", help="her name, as replies and hand-overs show it")

    def handle(self, *, username: str, role: str, body: str, name: str, **options: object) -> None:
        place = Body.objects.filter(code=body).first()
        if place is None:
            raise CommandError(f"No body has the code {body!r}. Add it first: massline manage add_bodies --help")
        user = User(username=username, role=Role(role), body=place, last_name=name)
        password = getpass(f"Password for {username}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        try:
            validate_password(password, user)
            add_user(user, password=password, by=OPERATOR)
        except ValidationError as problem:
            raise CommandError(f"{' '.join(problem.messages)} Nobody was added.") from problem
        self.stdout.write(f"{username} is {role} at {place.name}.")
