"""Messages that came since a run find their themes."""

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from massline.concentrate.actions.runs import BATCH
from massline.concentrate.models import Frozen, Placement, Run, Theme
from massline.concentrate.queries import arrivals, new_writers, said_before
from massline.concentrate.rules import with_days
from massline.gather.models import Message
from massline.ledger.actions import append
from massline.rights import Actor, require

if TYPE_CHECKING:
    pass


def place_arrivals(run_id: int, *, by: Actor) -> int:
    """Put messages that were published after a run into its themes, up to BATCH; returns how many were looked at.

    Safe to call twice and by two workers at once: a message is placed once. Word for word the same as an earlier message of its
    theme is its copy. Raises NotAllowed."""
    from massline.concentrate import exchange

    require(by, "concentrate.place_arrivals", "")
    frozen = Frozen.objects.select_related("run__call").filter(run=run_id).first()
    new = arrivals(frozen, BATCH) if frozen else []
    if not frozen or not new:
        return 0
    placed, drift = exchange.place(new, bytes(frozen.themes), frozen.run.arrived)
    with transaction.atomic():
        if (
            Frozen.objects.filter(pk=frozen.pk, turn=frozen.turn).update(
                turn=F("turn") + 1, seen_until=new[-1].published_at
            )
            != 1
        ):
            return 0
        _record_arrivals(frozen.run, list(zip(new, placed, strict=True)), drift)
    return len(new)


def _record_arrivals(run: Run, came: list[tuple[Message, dict[str, Any]]], drift: dict[str, float]) -> None:
    """Keep where they went, and count them in their themes and in the run."""
    themes = {theme.number: theme for theme in Theme.objects.select_for_update().filter(run=run).order_by("pk")}
    fates: Counter[str] = Counter()
    similarity = 0.0
    groups: dict[Theme | None, list[tuple[Message, dict[str, Any]]]] = {}
    for message, row in came:
        groups.setdefault(themes.get(row["theme"]), []).append((message, row))
    for theme, group in groups.items():
        known = said_before(theme.pk, [message for message, _row in group]) if theme else {}
        for message, row in group:
            copy_of = known.get(message.shown_text) if theme else None
            fate = "copy" if copy_of else row["fate"]
            if fate == "placed":
                known[message.shown_text], similarity = message.pk, similarity + row["similarity"]
            fates[fate] += 1
            near = row["similarity"] if theme else None
            Placement.objects.create(
                run=run, message=message, fate=fate, theme=theme, copy_of_id=copy_of, similarity=near
            )
        if theme:
            _count_in(theme, [message for message, _row in group])
    run.arrived = dict(Counter(run.arrived) + fates) | {"similarity": run.arrived.get("similarity", 0.0) + similarity}
    run.drift = drift
    run.save(update_fields=["arrived", "drift"])
    Theme.objects.filter(run=run).update(share_raw=F("messages") * 1.0 / run.whole)
    append("messages.placed", {"run": run.pk, "call": run.call.ref, **fates})


def _count_in(theme: Theme, came: list[Message]) -> None:
    """Add messages that a theme holds by now to its figures and to those above it, in the place where they show."""
    home = theme.merged_into or theme
    days = [timezone.localdate(message.said_at or message.received_at) for message in came]
    for one in filter(None, (home, home.parent)):
        one.refresh_from_db()
        one.messages += len(came)
        one.senders += new_writers(one, [message.pk for message in came])
        one.over_time = with_days(one.over_time, one.run.periods, days)
        one.save(update_fields=["messages", "senders", "over_time"])
