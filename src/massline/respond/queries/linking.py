"""What writers link to their messages: earlier ones, and the cases that these are in."""

from dataclasses import dataclass

from django.db.models import QuerySet

from massline.gather.models import Message
from massline.respond.models import Case, EarlierLink

LINKS_SHOWN = 20  # of a case


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier message that a writer links, and the case that it is in, if it is in one."""

    link: EarlierLink
    case: Case | None

    @property
    def message(self) -> Message:
        return self.link.earlier


def earlier_of(messages: QuerySet[Message]) -> list[Earlier]:
    """What these messages link, at most LINKS_SHOWN; nothing of or to one whose words were erased. One query."""
    links = EarlierLink.objects.filter(message__in=messages, message__erased_at=None, earlier__erased_at=None)
    joined = links.select_related("earlier__call", "earlier__body", "earlier__case_message__case__body")
    return [Earlier(link, _case_of(link.earlier)) for link in joined.order_by("pk")[:LINKS_SHOWN]]


def _case_of(message: Message) -> Case | None:
    return message.case_message.case if hasattr(message, "case_message") else None
