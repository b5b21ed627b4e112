"""Put every overdue case before the body above. A worker does the same by itself."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from massline.respond.actions import escalate_overdue
from massline.rights import SYSTEM


class Command(BaseCommand):
    help = "Put every overdue case before the body above, once. Running it twice, or twice at once, escalates nothing twice."

    def handle(self, *args: object, **options: object) -> None:
        done = escalate_overdue(today=timezone.localdate(), by=SYSTEM)
        self.stdout.write(f"{done} overdue cases escalated.")
