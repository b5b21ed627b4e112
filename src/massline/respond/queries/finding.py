"""Which cases and messages of a desk hold some words. Asked of the index; what may be seen is decided by the rows that are given.

Docs: docs/decisions/0030-search-by-pairs-of-characters.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from massline.gather.models import Message, MessageTerms
from massline.respond.models import Case, CaseMessage, CaseTerms, Reply, ReplyTerms
from massline.terms import Terms, asked

MOST_DIGITS = 10  # of a number of a case
FEW = 2_000  # texts with a word: so many are followed to their cases
TRIED = 2  # words that are tried before all of them count as frequent
LOOKED_THROUGH = 5_000  # rows that are read where every word is frequent
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
        self._known: dict[tuple[type[Terms], tuple[str, ...]], list[int]] = {}

    def cases(self, cases: QuerySet[Case]) -> Found[Case]:
        """Those of the cases in which each of the words stands: in the title, in what everybody may read of a message, in a
        reply; or whose number it is. Of what has no letter nothing is found. At most 3 * TRIED + 1 queries, without the rows."""
        if not self._words:
            return Found(cases.none() if self._asks else cases)
        for word in self._words[:TRIED]:
            holding = self._cases_with(word)
            if holding is not None:
                others = [_in_case(other) for other in self._words if other != word]
                return Found(cases.filter(Q(pk__in=holding), *others))
        first = cases.values("pk")[:LOOKED_THROUGH]
        return Found(cases.filter(Q(pk__in=first), *map(_in_case, self._words)), is_all=False)

    def messages(self, messages: QuerySet[Message]) -> Found[Message]:
        """Those of the messages in whose public words each of the words stands. At most one query, the rows not counted."""
        if not self._words:
            return Found(messages.none() if self._asks else messages)
        keys = self._keys(MessageTerms, *self._words)
        if len(keys) <= FEW:
            return Found(messages.filter(pk__in=keys))
        first = messages.values("pk")[:LOOKED_THROUGH]
        return Found(messages.filter(Q(pk__in=first), *map(_in_message, self._words)), is_all=False)

    def _keys(self, index: type[Terms], *words: str) -> list[int]:
        """Rows that hold all these words; FEW + 1 where there are more than FEW."""
        if (index, words) not in self._known:
            rows = index._default_manager.filter(*(Q(terms__holds=word) for word in words))
            self._known[index, words] = list(rows.values_list("pk", flat=True)[: FEW + 1])
        return self._known[index, words]

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


def _in_case(word: str) -> Q:
    """Whether a word stands in this one case, read there: for cases that are few already."""
    said = CaseMessage.objects.filter(_in_message(word, "message__"), case=OuterRef("pk"))
    replied = Reply.objects.filter(case=OuterRef("pk"), text__icontains=word)
    number = Q(pk=int(word)) if _is_number(word) else Q()
    return Q(title__icontains=word) | Q(Exists(said)) | Q(Exists(replied)) | number


def _in_message(word: str, prefix: str = "") -> Q:
    return Q((f"{prefix}shown_text__icontains", word)) | Q((f"{prefix}shown_title__icontains", word))


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdecimal() and len(word) < MOST_DIGITS
