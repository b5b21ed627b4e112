"""A writer says that she spoke of a matter before."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from massline.gather.models import Message
from massline.ledger.actions import append
from massline.respond.models import EarlierLink
from massline.respond.rules import check_link
from massline.rights import Actor, require


@transaction.atomic
def link_earlier(message: Message, earlier: Message, *, by: Actor) -> None:
    """The desk of the one reads what became of the other. The log does not say of which: it would tell everybody that one person
    wrote both. Raises NotAllowed, LinkRefused. Docs: docs/rules/case.md, C31."""
    require(by, "respond.link_earlier", message.body.path)
    Message.objects.select_for_update().get(pk=message.pk)  # two at once: the second counts the first
    linked = list(EarlierLink.objects.filter(message=message).values_list("earlier", flat=True))
    check_link(message.pk, earlier.pk, linked)
    EarlierLink.objects.create(message=message, earlier=earlier, linked_at=timezone.now())
    append("message.linked", {"message": message.pk, "links": len(linked) + 1})


@transaction.atomic
def take_back_link(message: Message, link: int, *, by: Actor) -> None:
    """The desk reads it no more; nothing of it is kept. Taken back twice it is gone as well. Raises NotAllowed."""
    require(by, "respond.take_back_link", message.body.path)
    _drop(message.pk, link)


@transaction.atomic
def forget_links(*, by: Actor) -> int:
    """Links of and to messages whose words were erased go too. Returns how many. A worker looks for them every half minute; safe
    to run twice. Raises NotAllowed. Docs: docs/rules/case.md, C31."""
    require(by, "respond.forget_links", "")
    erased = Q(message__erased_at__isnull=False) | Q(earlier__erased_at__isnull=False)
    return sum(_drop(*one) for one in EarlierLink.objects.filter(erased).order_by("pk").values_list("message", "pk"))


def _drop(message: int, link: int) -> int:
    """Keep nothing of this link of the message. Returns 1; 0 where somebody was faster, or it is another message's."""
    gone, _rows = EarlierLink.objects.filter(message=message, pk=link).delete()
    if gone:
        left = EarlierLink.objects.filter(message=message).count()
        append("message.unlinked", {"message": message, "links": left})
    return gone
