"""Which cases and messages of a desk hold some words. Asked of the index; what may be seen is decided by the rows that are given.

Docs: docs/decisions/0030-search-by-pairs-of-characters.md."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import Generic, TypeVar

from django.db.models import Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull

from massline.gather.models import Message, MessageTerms
from massline.respond.models import Case, CaseMessage, CaseTerms, Reply, ReplyTerms
from massline.terms import Terms, asked

MOST_DIGITS = 10  # of a number of a case
FEW = 2_000  # texts with a word: so many are followed to their cases
TRIED = 2  # words that are tried before all of them count as frequent
LOOKED_THROUGH = 5_000  # rows that are read where every word is frequent
PAGE = 20  # rows
LEAST = 100  # rows that are read at once
Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Found(Generic[Row]):
    """Rows that hold the words. is_all: False where every word is so frequent that only the first LOOKED_THROUGH were read."""

    rows: QuerySet[Row]
    is_all: bool = True


class Search:
    """Some words that are looked for. What the index says of one is asked once, for cases and for messages."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = sorted(filter(asked, words), key=lambda word: len(asked(word)), reverse=True)
        self._asks = bool(words)
        self._known: dict[tuple[type[Terms], str], list[int]] = {}

    def cases(self, cases: QuerySet[Case]) -> Found[Case]:
        """Those of the cases in which each of the words stands: in the title, in what everybody may read of a message, in a
        reply; or whose number it is. Of what has no letter nothing is found. At most 4 * TRIED + 4 queries, without the rows."""
        if not self._words:
            return Found(cases.none() if self._asks else cases)
        for word in self._words[:TRIED]:
            holding = self._cases_with(word)
            if holding is not None:
                others = [other for other in self._words if other != word]
                return Found(cases.filter(pk__in=_read(holding, map(_in_case, others)) if others else holding))
        return Found(cases.filter(pk__in=self._first(cases)), is_all=False)

    def _first(self, cases: QuerySet[Case]) -> set[int]:
        """Of the first LOOKED_THROUGH cases those with all words; of fewer where these fill a page."""
        found = set[int]()
        hold_all = [
            _in_case(word, self._replied(word) if word in self._words[:TRIED] else None) for word in self._words
        ]
        for part in self._parts(MessageTerms, CaseTerms, ReplyTerms):
            if len(found) <= PAGE and part.start < part.stop:
                found |= _read(cases.values_list("pk", flat=True)[part], hold_all)
        return found

    def _replied(self, word: str) -> Q | None:
        """The cases in whose replies the word stands, so that none of these is read; None where they are too many. One query."""
        replies = self._keys(ReplyTerms, word)
        return Q(pk__in=Reply.objects.filter(pk__in=replies).values("case")) if len(replies) <= FEW else None

    def _parts(self, *indexes: type[Terms]) -> tuple[slice, slice]:
        """So many rows to read first that they likely fill a page, as often as the words stand in what the index told of them;
        and then the others."""
        share = prod(self._share(word, indexes) for word in self._words)
        likely = LOOKED_THROUGH if share * LOOKED_THROUGH < 2 * PAGE else max(LEAST, int(2 * PAGE / share))
        return slice(0, likely), slice(likely, LOOKED_THROUGH)

    def _share(self, word: str, indexes: Iterable[type[Terms]]) -> float:
        """The part of all texts that hold the word, as far as the index told; 1 where it was not asked."""
        known = [self._known.get((index, word)) for index in indexes]
        return max((_part_of_all(keys) for keys in known if keys), default=1.0)

    def messages(self, messages: QuerySet[Message]) -> Found[Message]:
        """Those of the messages in whose public words each of the words stands. At most TRIED + 2 queries, without the rows."""
        if not self._words:
            return Found(messages.none() if self._asks else messages)
        for word in self._words[:TRIED]:
            if len(keys := self._keys(MessageTerms, word)) <= FEW:
                others = [_in_message(other) for other in self._words if other != word]
                return Found(messages.filter(Q(pk__in=keys), *others))
        found: list[int] = []
        for part in self._parts(MessageTerms):
            if len(found) <= PAGE and part.start < part.stop:
                some = Message.objects.filter(pk__in=messages.values("pk")[part])
                found += some.filter(*map(_in_message, self._words)).values_list("pk", flat=True)
        return Found(messages.filter(pk__in=found), is_all=False)

    def _keys(self, index: type[Terms], word: str) -> list[int]:
        """Rows that hold the word; FEW + 1 where there are more than FEW."""
        if (index, word) not in self._known:
            rows = index._default_manager.filter(terms__holds=word).values_list("pk", flat=True)
            self._known[index, word] = list(rows[: FEW + 1])
        return self._known[index, word]

    def _cases_with(self, word: str) -> set[int] | None:
        """Cases in which the word stands, or whose number it is; None where there are too many texts to follow. Four queries."""
        found = []
        for index in (MessageTerms, CaseTerms, ReplyTerms):
            found.append(self._keys(index, word))
            if len(found[-1]) > FEW:
                return None
        messages, titles, replies = found
        cases = {*titles, *([int(word)] if _is_number(word) else [])}
        said = CaseMessage.objects.filter(message__in=messages).values_list("case", flat=True)
        return cases.union(said.union(Reply.objects.filter(pk__in=replies).values_list("case", flat=True)))


def _part_of_all(keys: Sequence[int]) -> float:
    """How thick these keys lie, of 1. Without the widest gap: PostgreSQL may begin in the middle of a table and come round."""
    ordered = sorted(keys)
    gaps = sorted(later - one for one, later in pairwise(ordered))[:-1]
    return len(gaps) / max(sum(gaps), 1) if gaps else 0.0


def _read(cases: set[int] | QuerySet[Case, int], hold_all: Iterable[Q]) -> set[int]:
    """Of these cases, by their keys, those that hold all words. One query: they are read one by one, each no further than to the
    first word that it lacks. Keys that are not fetched yet the database hands on to itself."""
    return set(Case.objects.filter(*hold_all, pk__in=cases).values_list("pk", flat=True))


def _in_case(word: str, replied: Q | None = None) -> Q:
    """Whether a word stands in a case, or is its number. replied: in whose replies it stands, where that is known. Asked is the
    first row that holds it, not whether there is one: of the latter PostgreSQL makes a list of all of the house."""
    replies = Reply.objects.filter(_holds("text", word), case=OuterRef("pk")).values("pk")[:1]
    said = CaseMessage.objects.filter(_in_message(word, "message__"), case=OuterRef("pk")).values("pk")[:1]
    named = _holds("title", word) | Q(pk=int(word) if _is_number(word) else 0)
    return named | (replied or Q(IsNull(Subquery(replies), False))) | Q(IsNull(Subquery(said), False))


def _in_message(word: str, prefix: str = "") -> Q:
    return _holds(f"{prefix}shown_text", word) | _holds(f"{prefix}shown_title", word)


def _holds(column: str, word: str) -> Q:
    """In capitals or not; where a script has none, both databases need not turn each text into capitals."""
    return Q((f"{column}__{'contains' if word.lower() == word.upper() else 'icontains'}", word))


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) < MOST_DIGITS
