"""Put every overdue case before the body above. Run it once a day, after midnight."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from massline.respond.models import Case
from massline.respond.tasks import escalate_overdue_case


class Command(BaseCommand):
    help = "Queue one task for each case that is overdue and was not escalated yet. Running it twice escalates nothing twice."

    def handle(self, *args: object, **options: object) -> None:
        waiting = Case.objects.overdue(timezone.localdate()).filter(escalated_at=None).in_order_of_urgency()
        keys = list(waiting.values_list("pk", flat=True))
        for key in keys:
            escalate_overdue_case.enqueue(key)
        self.stdout.write(f"{len(keys)} overdue cases queued.")
