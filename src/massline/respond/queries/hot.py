"""Hot matters at a desk: what is in them that somebody can still take, and where the rest is."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from massline.concentrate.models import HotMatter
from massline.respond.models import Case
from massline.respond.queries.voices import is_free_for
from massline.rights import Actor


@dataclass(frozen=True, slots=True)
class HotLine:
    """A hot matter at a desk. free: messages that this desk can take. case: that has most of its messages (in_case) of those that
    the reader may see; other_cases: how many more have some."""

    matter: HotMatter
    free: int
    case: Case | None = None
    in_case: int = 0
    other_cases: int = 0


def hot_lines(matters: Sequence[HotMatter], actor: Actor) -> list[HotLine]:
    """In the same order. Three queries, however many."""
    links = HotMatter.messages.through.objects.filter(hotmatter__in=matters).order_by()
    in_cases = links.filter(message__case_message__isnull=False)
    rows = in_cases.values_list("hotmatter", "message__case_message__case").annotate(number=Count("pk"))
    counts = {(matter, case): count for matter, case, count in rows}
    # Each message is asked; as a subquery, databases went through all that is free at a whole body.
    can_take = Count("pk", filter=is_free_for(actor, "message__"))
    free = dict(links.values_list("hotmatter").annotate(number=can_take))
    cases = Case.objects.visible_to(actor).select_related("body").in_bulk({case for _, case in counts})
    return [_line(matter, free.get(matter.pk, 0), counts, cases) for matter in matters]


def _line(matter: HotMatter, free: int, counts: dict[tuple[int, int], int], cases: dict[int, Case]) -> HotLine:
    """counts: (matter, case) -> its messages in that case."""
    mine = [(count, -case) for (key, case), count in counts.items() if key == matter.pk and case in cases]
    count, first = max(mine, default=(0, 0))
    return HotLine(matter, free, cases.get(-first), count, max(len(mine) - 1, 0))


def hot_matter_of(case: Case, actor: Actor) -> HotMatter | None:
    """The hot matter that a case came from, for those who may read it. No query where it came from none."""
    return HotMatter.objects.visible_to(actor).filter(pk=case.hot_matter_id).first() if case.hot_matter_id else None
