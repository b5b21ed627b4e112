"""Reads that join a call with what a run found in it."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Prefetch, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast, Coalesce, Substr
from django.utils import timezone

from massline.beat import LEASE
from massline.bodies.models import Body
from massline.bodies.rules import Level
from massline.concentrate.models import FATES, Act, Campaign, Edition, Frozen, Look, Placement, Run, Statement, Theme
from massline.concentrate.rules import (
    LOOK_EVERY,
    MOST_AT_ONCE,
    MOST_ATTEMPTS,
    ActKind,
    TakeOutRefused,
    period_of,
)
from massline.face.pager import Page, listed, page_of
from massline.gather.models import Call, Message, MessageTerms, Removal
from massline.people.models import User
from massline.rights import Role
from massline.sums import SUMS
from massline.terms import asked

FATE_COUNTS = {
    "placed": "placed",
    "not_placed": "not_placed",
    "too_short": "too_short",
    "copy": "copies",
    "removed": "removed",
}
"""Fate of a message -> its name in the counts of a run, as `massline concentrate --json` prints them."""


LOOKED_THROUGH = 5_000  # messages of a theme, or of the house, that a search for words looks at one by one
DONE = [kind for kind in ActKind if kind != ActKind.UNDONE]
FINER = Count("children", filter=Q(children__merged_into=None))


@dataclass(frozen=True, slots=True)
class Picture:
    """What a run found, for the page of themes."""

    run: Run
    themes: list[Theme]  # the coarsest, largest first, each with `finer`: how many themes it has below it
    campaigns: list[Campaign]  # the largest
    campaigns_in_all: int
    fates: list[tuple[str, str, int]]  # fate, its name, messages; they add up to `messages`
    messages: int


def latest(call: Call) -> Run | None:
    """The run that the call's pages show."""
    return Run.objects.current(call)


def count_themes() -> int:
    """Coarsest themes that the pages of all calls show now. One query."""
    newest = Run.objects.finished().filter(call=OuterRef("run__call")).order_by("-finished_at", "-pk").values("pk")[:1]
    return Theme.objects.standing().filter(parent=None, run=Subquery(newest)).count()


def themes_in_brief(call: Call, most: int) -> tuple[Run | None, list[Theme]]:
    """The run that shows, and its largest coarse themes. Two queries."""
    run = latest(call)
    return run, list(Theme.objects.filter(run=run).coarsest()[:most]) if run else []


def picture_of(run: Run, campaigns: int) -> Picture:
    """Three queries."""
    themes = list(Theme.objects.filter(run=run).coarsest().select_related("run__call").annotate(finer=FINER))
    found = Campaign.objects.filter(run=run).order_by("-messages", "pk")
    numbers = run_counts(run)
    fates = [(fate, str(name), numbers[fate]) for fate, name in FATES]
    return Picture(run, themes, list(found[:campaigns]), found.count(), fates, numbers["messages"])


def run_counts(run: Run) -> dict[str, int]:
    """`messages`, and each fate: they add up to it. No query."""
    parts = {fate: int(run.counts.get(name, 0)) + int(run.arrived.get(fate, 0)) for fate, name in FATE_COUNTS.items()}
    return {"messages": sum(parts.values()), **parts}


def themes_of(run: Run) -> list[Theme]:
    """All themes of a run, coarse to fine, the larger first, each with `typical_ids`. Two queries."""
    placed = Placement.objects.filter(run=run, message=OuterRef("pk"))
    home = Subquery(placed.values(home=Coalesce("theme__merged_into", "theme"))[:1])
    public = Message.objects.public().only("pk").annotate(home=home).order_by("pk")
    standing = Theme.objects.standing().filter(run=run).order_by("grain", "-messages", "number")
    themes = list(standing.prefetch_related(Prefetch("typical", public, to_attr="typical_messages")))
    above = {theme.pk: theme.parent_id for theme in themes}
    for theme in themes:  # a message that was moved is typical of nothing
        inside = [m for m in theme.typical_messages if theme.pk in (m.home, above.get(m.home))]  # type: ignore[attr-defined]
        theme.typical_ids = [message.pk for message in inside]  # type: ignore[attr-defined]
    return themes


def at_the_edge(theme: Theme) -> QuerySet[Message]:
    """Its dissenting messages that still stand in it."""
    inside = Placement.objects.filter(theme__in=Theme.objects.of_family(theme))
    return theme.dissenting.public().filter(placements__in=inside).select_related("body").order_by("pk")


def last_request(call: Call) -> Run | None:
    """A run under way, else the newest one if it failed: what who may ask for a run should know."""
    newest = Run.objects.filter(call=call).order_by("-requested_at", "-pk").first()
    under_way = Run.objects.under_way().filter(call=call).first()
    return under_way or (newest if newest and newest.problem else None)


def theme_messages(theme: Theme) -> QuerySet[Message]:
    """Published messages that a theme (of any grain) holds, the nearest to its middle first, copies left out.

    Each has `copies`: how many others say the same."""
    inside = Placement.objects.filter(theme__in=Theme.objects.of_family(theme), fate="placed")
    return (
        Message.objects.public()
        .filter(placements__in=inside)
        .select_related("body")
        .annotate(copies=_copies(theme.run_id))
        .order_by("-placements__similarity", "pk")
    )


def _copies(run: int) -> Count:
    return Count("copied_by", filter=Q(copied_by__run=run))


class InOrder:
    """The messages of a theme, or of one statement's trace: a page of them is cut before a message is looked at.

    A theme of 50,000 messages: docs/reference/benchmarks.md. Each message has `copies`, as in `theme_messages`."""

    def __init__(self, run: int, keys: QuerySet[Any] | list[int]) -> None:
        """keys: of messages, or rows that name one each."""
        self._run, self._keys = run, keys

    @classmethod
    def of_theme(cls, theme: Theme) -> "InOrder":
        inside = Placement.objects.filter(theme__in=Theme.objects.of_family(theme), fate="placed")
        inside = inside.order_by("-similarity", "message")
        return cls(theme.run_id, inside.only("message", "similarity"))

    @classmethod
    def of_trace(cls, statement: Statement, run: int) -> "InOrder":
        links = Statement.trace.through.objects.filter(statement=statement).order_by("message")
        return cls(run, links)

    def first(self, most: int) -> list[int]:
        """Keys of the first messages, in their order."""
        keys = self._keys
        return list((keys.values_list("message", flat=True) if isinstance(keys, QuerySet) else keys)[:most])

    def among(self, keys: Collection[int]) -> list[int]:
        """Those of these keys that are here, in their order."""
        inside = self._keys
        found = (
            inside.filter(message__in=keys).values_list("message", flat=True) if isinstance(inside, QuerySet) else []
        )
        return list(found)

    def page(self, asked: str | None, length: int) -> Page[Message]:
        """What the address asks for. Three queries, wherever in the theme."""
        if isinstance(self._keys, QuerySet):
            cut: Page[Any] = page_of(self._keys, asked, length)
        else:
            cut = listed(self._keys, asked, length)
        keys = [_message(row) for row in cut]
        found = Message.objects.public().select_related("body").annotate(copies=_copies(self._run)).in_bulk(keys)
        return cut.of([found[key] for key in keys if key in found])


def _message(row: Any) -> int:  # noqa: ANN401 - a key, or a row of one of two tables
    return int(row if isinstance(row, int) else row.message_id)


def messages_with(theme: Theme, words: str) -> tuple[list[int], bool]:
    """Keys of the messages of a theme that hold some words, in its order, and whether all of it was looked through.

    Words that few messages of the house have are asked of the index; else the first LOOKED_THROUGH messages of the theme are
    read. Three queries."""
    inside = InOrder.of_theme(theme)
    first, is_all = None, True
    if wanted := [Q(terms__holds=word) for word in words.split() if asked(word)]:
        known = list(MessageTerms.objects.filter(*wanted).values_list("pk", flat=True)[: LOOKED_THROUGH + 1])
        first = inside.among(known) if len(known) <= LOOKED_THROUGH else None
    if first is None:
        first = inside.first(LOOKED_THROUGH + 1)
        first, is_all = first[:LOOKED_THROUGH], len(first) <= LOOKED_THROUGH
    said = Q(shown_text__icontains=words) | Q(shown_title__icontains=words)
    held = set(Message.objects.public().filter(said, pk__in=first).values_list("pk", flat=True))
    return [key for key in first if key in held], is_all


def statements_of(theme: Theme) -> QuerySet[Statement]:
    """Each with `support`: how many messages its trace leads to. A coarse theme says what its finer ones say.

    One whose words stood only in messages that are hidden or erased is left out."""
    mine = readable(Statement.objects.filter(theme__in=Theme.objects.of_family(theme)))
    return mine.order_by("-messages", "pk")


def readable(statements: QuerySet[Statement]) -> QuerySet[Statement]:
    """Those whose words still stand in a message that everybody may read, or none of whose messages is hidden."""
    gone = Removal.objects.exclude(message__ground="").values("message")  # few: no look at all the messages behind one
    hidden = Statement.trace.through.objects.filter(statement=OuterRef("pk"), message__in=gone)
    said = Message.objects.readable().filter(statements=OuterRef("pk"), shown_text__contains=OuterRef("text"))
    return statements.filter(~Exists(hidden) | Exists(said))


def siblings(theme: Theme) -> QuerySet[Theme]:
    """Other themes of the same grain beside this one."""
    return (
        Theme.objects.standing()
        .filter(run=theme.run_id, parent=theme.parent_id)
        .exclude(pk=theme.pk)
        .order_by("-messages", "number")
    )


@dataclass(frozen=True, slots=True)
class Spoken:
    """How many messages of a call came from one place, with its outline where it has one."""

    body: Body
    messages: int
    rings: list[Any]


def places(call: Call) -> tuple[list[Spoken], int, datetime | None]:
    """Where a call's messages came from, most first, how many named no place of these, and when they were counted (None: now).
    Two queries.

    The places are those under the call's body that have outlines, the coarsest of them; without outlines, those right under it.
    What came from further down counts for the place above it."""
    under = Body.objects.within(call.body.path).exclude(pk=call.body_id).exclude(level=Level.DEPARTMENT)
    areas = list(under.select_related("outline"))
    drawn = [area.depth for area in areas if hasattr(area, "outline")]
    depth = min(drawn) if drawn else call.body.depth + 1
    shown = {area.path: area for area in areas if area.depth == depth}
    said: Counter[str] = Counter()
    came = SUMS.of(f"places:{call.pk}", lambda: _came_to(call))
    for path, number in came.value:
        said[path[: depth * Body.steplen]] += number
    found = [
        Spoken(area, said[path], area.outline.rings if drawn and hasattr(area, "outline") else [])
        for path, area in shown.items()
    ]
    elsewhere = sum(said.values()) - sum(place.messages for place in found)
    return sorted(found, key=lambda place: (-place.messages, place.body.path)), elsewhere, came.at


def _came_to(call: Call) -> list[tuple[str, int]]:
    """Each body's path, and the published messages of the call that came to it."""
    return list(call.messages.public().values_list("body__path").annotate(n=Count("pk")).order_by())


# --- the reading room


def figures(theme: Theme) -> dict[str, Any]:
    """What a theme counts now, by the names of its columns. A writer counts once; a message without one counts as one.

    What the run corrected for who is missing does not hold for other messages than it found: the next run corrects anew."""
    said = Cast(Coalesce("message__said_at", "message__received_at"), TextField())
    inside = Placement.objects.filter(theme__in=Theme.objects.of_family(theme))
    rows = inside.values_list("message__sender", Substr(said, 1, len("2026-03-01 04:5")))
    named, nameless, slots = set[str](), 0, Counter[str]()
    for sender, slot in rows.iterator(chunk_size=20_000):  # one look at each message, for all figures
        slots[slot] += 1
        nameless += not sender
        named.add(sender)
    found = {
        "messages": slots.total(),
        "senders": nameless + len(named - {""}),
        "share_raw": slots.total() / max(1, theme.run.whole),
        **dict.fromkeys(("share_corrected", "low", "high")),
    }
    return found | ({} if theme.parent_id else {"over_time": _over_time(theme.run, slots)})


def _over_time(run: Run, slots: Counter[str]) -> list[int]:
    """Messages in each period of the run; nothing where it has none. slots: ten minutes of UTC, which no time zone parts."""
    counts: Counter[str] = Counter()
    for slot, number in slots.items() if run.periods else ():
        moment = datetime.fromisoformat(f"{slot}0").replace(tzinfo=UTC)
        counts[period_of(timezone.localdate(moment), run.periods[0])] += number
    return [counts[period] for period in run.periods]


def to_take_out(theme: Theme, messages: Collection[int]) -> dict[int, list[int]]:
    """Where these messages of a theme lie, and their copies: theme -> keys of placements. Raises TakeOutRefused."""
    if not messages:
        raise TakeOutRefused(theme.pk, "none")
    if len(messages) > MOST_AT_ONCE:
        raise TakeOutRefused(theme.pk, "many")
    family = Theme.objects.of_family(theme)
    placed = Placement.objects.filter(theme__in=family, fate="placed")
    chosen = placed.filter(message__in=messages)
    if chosen.count() != len(messages):
        raise TakeOutRefused(theme.pk, "elsewhere")
    if placed.count() == len(messages):
        raise TakeOutRefused(theme.pk, "all")
    found: dict[int, list[int]] = {}
    copies = Placement.objects.filter(run=theme.run_id, theme__in=family, copy_of__in=messages)
    for part in (chosen, copies):
        for key, lies in part.order_by("pk").values_list("pk", "theme"):
            found.setdefault(lies, []).append(key)
    return found


def later_act(act: Act, touched: Collection[int]) -> Act | None:
    """The newest act that counts and rests on this one: it touched one of the same themes later."""
    later = Act.objects.standing().filter(run=act.run_id, pk__gt=act.pk, touched__in=touched)
    return later.order_by("-pk").first()


@dataclass(frozen=True, slots=True)
class Branch:
    """A coarse theme in the tree of the reading room, with the largest of its finer ones."""

    theme: Theme
    finer: list[Theme]
    more: int  # finer ones that are not listed


def tree(run: Run, most_finer: int) -> list[Branch]:
    """All standing themes of a run, the larger first. One query."""
    standing = Theme.objects.standing().filter(run=run).order_by("-messages", "number")
    finer: dict[int, list[Theme]] = {}
    coarse = []
    for theme in standing:
        if theme.parent_id is None:
            coarse.append(theme)
        else:
            finer.setdefault(theme.parent_id, []).append(theme)
    parts = [(theme, finer.get(theme.pk, [])) for theme in coarse]
    return [Branch(theme, found[:most_finer], max(0, len(found) - most_finer)) for theme, found in parts]


def themes_found(run: Run, words: str, most: int) -> list[Theme]:
    """Themes of any grain whose name or words that stand out hold these words; for a number, the theme of that message first."""
    wanted = words.casefold()
    found = [
        theme
        for theme in Theme.objects.standing().filter(run=run).order_by("-messages", "number")
        if wanted in theme.label.casefold() or any(wanted in str(word).casefold() for word in theme.keywords)
    ]
    if words.isascii() and words.isdecimal() and len(words) < 19:
        placed = Placement.objects.filter(run=run, message=int(words)).select_related("theme__merged_into").first()
        found = ([placed.home] if placed and placed.home else []) + found
    return found[:most]


def choices_beside(theme: Theme) -> QuerySet[Theme]:
    """Where a theme, or messages of it, can go: all coarse themes of the run, and the finer ones beside it."""
    beside = Q(parent=None) if theme.parent_id is None else Q(parent=None) | Q(parent=theme.parent_id)
    return Theme.objects.standing().filter(beside, run=theme.run_id).exclude(pk=theme.pk).order_by("grain", "label")


def history(run: Run, theme: Theme | None = None) -> QuerySet[Act]:
    """What was done to the themes of a run, or to one theme, the newest first."""
    acts = Act.objects.filter(run=run).newest_first()
    return acts.filter(pk__in=Act.touched.through.objects.filter(theme=theme).values("act")) if theme else acts


def may_be_undone(run: Run, acts: Iterable[Act]) -> set[int]:
    """Keys of those acts that no later one rests on. One query."""
    links = Act.touched.through.objects.filter(act__run=run, act__kind__in=DONE, act__undone_at=None)
    last = dict(links.values_list("theme").annotate(last=Max("act")))
    touched: dict[int, set[int]] = {}
    for act, theme in links.filter(act__in=[act.pk for act in acts]).values_list("act", "theme"):
        touched.setdefault(act, set()).add(theme)
    return {act for act, themes in touched.items() if all(last[theme] == act for theme in themes)}


# --- editions


def newest_act(run: Run) -> Act | None:
    return Act.objects.filter(run=run).order_by("-pk").first()


def latest_edition(call: Call) -> Edition | None:
    """Its content is read when it is asked for: pages that name it need none of it."""
    return Edition.objects.defer("content").filter(call=call).order_by("-number").select_related("call").first()


def merged_names(run: Run) -> dict[int, str]:
    """Merged theme -> name of the one that took it in."""
    return dict(Theme.objects.filter(run=run).exclude(merged_into=None).values_list("pk", "merged_into__label"))


def edition_facts(run: Run) -> dict[str, Any]:
    """What an edition says of a run: its sums, and each theme that stands, with its statements.

    `holds` is the SHA-256 of the numbers of a theme's messages, `trace` of those that a statement leads to: in order, a line
    each; `words` that of its sentence, which may have to be hidden one day. Cost: a look at every placement of the run."""
    standing = list(Theme.objects.standing().filter(run=run).order_by("grain", "-messages", "number"))
    holds = _held(run)
    said = _said(run)
    finished = run.finished_at.isoformat() if run.finished_at else ""
    return {
        "call": run.call.ref,
        "body": run.call.body.code,
        "run": {"id": run.pk, "finished_at": finished, "method": run.method, "seed": run.seed},
        "counts": run_counts(run),
        "themes": [
            {
                "id": theme.pk,
                "parent": theme.parent_id,
                "name": theme.label,
                "keywords": theme.keywords,
                "messages": theme.messages,
                "senders": theme.senders,
                "minority": theme.minority,
                "by_hand": theme.by_hand,
                "holds": holds[theme.pk].hexdigest() if theme.pk in holds else "",
                "statements": said.get(theme.pk, []),
            }
            for theme in standing
        ],
    }


def _homes(run: Run) -> dict[int, tuple[int, ...]]:
    """Any theme of a run -> those that stand and hold its messages: the one it shows in, and the one above that."""
    rows = {
        pk: (into, parent)
        for pk, into, parent in Theme.objects.filter(run=run).values_list("pk", "merged_into", "parent")
    }
    homes: dict[int, tuple[int, ...]] = {}
    for pk, (into, _parent) in rows.items():
        home = into or pk
        above = rows[home][1]
        homes[pk] = (home, above) if above else (home,)
    return homes


def _held(run: Run) -> dict[int, Any]:
    """Theme that stands -> SHA-256 of the numbers of its messages."""
    homes = _homes(run)
    found: dict[int, Any] = {}
    placed = Placement.objects.filter(run=run).exclude(theme=None).order_by("message").values_list("theme", "message")
    for theme, message in placed.iterator(chunk_size=20_000):
        for home in homes[theme]:
            if home not in found:
                found[home] = sha256()
            found[home].update(b"%d\n" % message)
    return found


def _said(run: Run) -> dict[int, list[dict[str, Any]]]:
    """Theme that stands -> its statements, as an edition has them."""
    homes = _homes(run)
    traces: dict[int, Any] = {}
    links = Statement.trace.through.objects.filter(statement__theme__run=run).order_by("statement", "message")
    for key, message in links.values_list("statement", "message").iterator(chunk_size=20_000):
        number, digest = traces.get(key) or (0, sha256())
        digest.update(b"%d\n" % message)
        traces[key] = (number + 1, digest)
    found: dict[int, list[dict[str, Any]]] = {}
    for statement in Statement.objects.filter(theme__run=run).order_by("pk"):
        number, digest = traces.get(statement.pk, (0, sha256()))
        words = sha256(statement.text.encode()).hexdigest()
        said = {"id": statement.pk, "words": words, "messages": number, "trace": digest.hexdigest()}
        found.setdefault(homes[statement.theme_id][0], []).append(said)
    return found


# --- messages that come after the run

LATE = timedelta(minutes=10)  # a message may show in the database so long after it was published


def arrivals(frozen: Frozen, most: int) -> list[Message]:
    """Messages that everybody may read and that the run has not placed yet, the first `most` by when they were published."""
    new = Message.objects.readable().filter(call=frozen.run.call, published_at__gte=frozen.seen_until - LATE)
    new = new.exclude(placements__run=frozen.run)
    return list(new.select_related("body").order_by("published_at", "pk")[:most])


def said_before(theme: int, messages: Iterable[Message]) -> dict[str, int]:
    """Text -> the first message of a theme that says just that, word for word."""
    same = Placement.objects.filter(
        theme=theme, fate="placed", message__shown_text__in={m.shown_text for m in messages}
    )
    return dict(same.order_by("-message").values_list("message__shown_text", "message"))


def new_writers(theme: Theme, messages: Collection[int]) -> int:
    """How many writers these messages add to the theme that holds them already."""
    inside = Placement.objects.filter(theme__in=Theme.objects.of_family(theme))
    came = Message.objects.filter(pk__in=messages)
    nameless = came.filter(sender="").count()
    named = set(came.exclude(sender="").values_list("sender", flat=True))
    known = inside.exclude(message__in=messages).filter(message__sender__in=named)
    return nameless + len(named - set(known.values_list("message__sender", flat=True).distinct()))


def bodies_to_look_at(now: datetime, most: int | None = None) -> list[int]:
    """Keys of standing bodies with somebody at a desk, for which no hot matters were looked for since LOOK_EVERY; and those
    whose worker died over it. Who has waited longest comes first."""
    died = Q(beat_at__lt=now - LEASE, attempts__lt=MOST_ATTEMPTS)
    resting = Look.objects.filter(tried_at__gt=now - LOOK_EVERY).exclude(died)
    desks = User.objects.filter(is_active=True, role__in=[Role.HANDLER, Role.LEADER, Role.INSPECTOR])
    waiting = Body.objects.standing().filter(pk__in=desks.values("body")).exclude(pk__in=resting.values("body"))
    tried = Look.objects.filter(body=OuterRef("pk")).values("tried_at")
    in_turn = waiting.annotate(tried=Subquery(tried)).order_by(F("tried").asc(nulls_first=True), "path")
    return list(in_turn.values_list("pk", flat=True)[:most])


def newest_messages(body: Body, since: datetime, now: datetime, most: int) -> list[int]:
    """Keys of the newest messages that came to a body or to one under it and that everybody may read, said in this time.

    What was said was received later: so the index over that day serves. One query."""
    said = Coalesce("said_at", "received_at")
    came = Message.objects.readable().filter(body__path__startswith=body.path, received_at__gte=since)
    recent = came.annotate(said=said).filter(said__gte=since, said__lte=now)
    return list(recent.order_by("-received_at", "-pk").values_list("pk", flat=True)[:most])


def look_of(body: Body) -> Look | None:
    """When hot matters were last looked for at this body, if ever."""
    return Look.objects.filter(body=body, looked_at__isnull=False).first()
