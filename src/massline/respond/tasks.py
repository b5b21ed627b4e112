"""Background work of responding: an id in, one action call."""

from django.utils import timezone
from django_tasks import task

from massline.respond import actions
from massline.rights import SYSTEM


@task()
def escalate_overdue_case(case_id: int) -> bool:
    """Safe to run twice: a case that is answered, or escalated already, is left alone."""
    return actions.escalate_if_overdue(case_id, today=timezone.localdate(), by=SYSTEM)
