"""How cases went from body to body, for the public scoreboard. Source: docs/rules/rates.md, T8."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Q, QuerySet

from massline.bodies.models import Body
from massline.respond.models import Reply, Turn
from massline.respond.rules import TurnKind
from massline.supervise.rules import HandOvers, Rate


@dataclass(frozen=True, slots=True)
class Passed:
    """A row of the page: a body, its hand-overs, and how many bodies stand under it that have no row there."""

    body: Body
    hand_overs: HandOvers
    below: int


def passed(under: Body | None) -> list[Passed]:
    """A body and those directly under it; without one, every body at the top and those directly under it. In the order of the
    tree. Four queries."""
    path, depth = (under.path, under.depth) if under else ("", 1)
    bodies = list(Body.objects.within(path).order_by("path"))
    shown = [body for body in bodies if body.depth <= depth + 1]
    known = hand_overs([body.pk for body in shown])
    folded = Counter(body.path[: (depth + 1) * Body.steplen] for body in bodies if body.depth > depth + 1)
    return [Passed(body, known[body.pk], folded[body.path] if body.depth > depth else 0) for body in shown]


def hand_overs(bodies: Collection[int]) -> dict[int, HandOvers]:
    """Of each of these bodies, by its key. What went over because a body was abolished, nobody handed over. Three queries."""
    sent: Counter[tuple[int, str]] = Counter()
    got: Counter[tuple[int, str]] = Counter()
    for sender, body, kind, number in _moves(bodies):
        sent[sender, kind] += number
        got[body, kind] += number
    often = {row["body"]: row for row in _often(bodies)}
    replies = dict(Reply.objects.filter(body__in=bodies).order_by().values_list("body").annotate(Count("pk")))
    told = {}
    for key in bodies:
        out, back = sent[key, TurnKind.HANDED_OVER], sent[key, TurnKind.HANDED_BACK]
        more = often.get(key, {})
        moved = out + back + got[key, TurnKind.HANDED_OVER]
        told[key] = HandOvers(
            passed=Rate(out + back, out + back + replies.get(key, 0)),
            out=out,
            got=got[key, TurnKind.HANDED_OVER],
            sent_back=back,
            came_back=got[key, TurnKind.HANDED_BACK],
            often=more.get("cases", 0),
            longest=more.get("longest", min(moved, 1)),
        )
    return told


def _moves(bodies: Collection[int]) -> QuerySet[Turn, tuple[int, int, str, int]]:
    """Sender, receiver, which way, and how often."""
    moves = Turn.objects.filter(Q(sender__in=bodies) | Q(body__in=bodies), sender__isnull=False).order_by()
    return moves.values_list("sender", "body", "kind").annotate(Count("pk"))


def _often(bodies: Collection[int]) -> Iterable[Mapping[str, Any]]:
    """Cases that these bodies have, or had, which were handed over more than once; and how often at most."""
    turns = Turn.objects.filter(case__hand_overs__gte=2, body__in=bodies).order_by()
    rows: Iterable[Mapping[str, Any]] = turns.values("body").annotate(
        cases=Count("case", distinct=True), longest=Max("case__hand_overs")
    )
    return rows
