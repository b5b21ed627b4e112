"""One page of a list that may grow without bound: no page is reached by counting or passing over what stands before it.

The address of a page says its number and, of the row it follows, what the list is ordered by (`?page=7~WyJh…`): the database
goes there by index, a row that comes in meanwhile moves none of those that are shown next, and a walk through all pages gives
each row once. A number alone (`?page=7`) is understood within the first REACH rows. Rows are counted up to REACH; beyond, a
page says "more than 1,000". Lists in memory are cut by number: they are there already."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any, Final, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import connections
from django.db.models import F, Field, Model, Q, QuerySet
from django.db.models.expressions import Col, Combinable, OrderBy
from django.utils.translation import gettext

REACH: Final = 1_000
"""Rows: so far a list is counted, and so far a number alone leads."""
LONGEST: Final = 1_000
"""Characters of an address that are looked at."""
AFTER, BEFORE = "a", "b"
Row = TypeVar("Row")
Other = TypeVar("Other")
Stored = TypeVar("Stored", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """A page of a list. count: rows of the whole list; where not is_all, at least so many. here, previous, next: what `?page=`
    says of this page and of those beside it; "" where there is none."""

    rows: Sequence[Row]
    length: int
    count: int
    is_all: bool = True
    number: int = 1
    here: str = "1"
    previous: str = ""
    next: str = ""

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, at: int) -> Row:
        return self.rows[at]

    @property
    def pages(self) -> int:
        """How many there are; where not is_all, at least so many."""
        return max(1, ceil(self.count / self.length))

    @property
    def first(self) -> int:
        """The place of the first row in the whole list, from 1; 0 in an empty one."""
        return (self.number - 1) * self.length + 1 if self.rows else 0

    @property
    def how_many(self) -> str:
        """Rows of the whole list, in words where they were not counted to the end."""
        return f"{self.count:,}" if self.is_all else gettext("more than %(number)s") % {"number": f"{self.count:,}"}

    @property
    def others(self) -> bool:
        return bool(self.previous or self.next)

    def of(self, rows: Sequence[Other]) -> "Page[Other]":
        """The same page with these rows: what was made of the former."""
        return replace(self, rows=rows)  # type: ignore[return-value, arg-type]


def listed(rows: Sequence[Row], asked: str | None, length: int) -> Page[Row]:
    """A page of what is in memory. asked: what the address says; what cannot be read is the first page, too much is the last."""
    pages = max(1, ceil(len(rows) / length))
    number = min(_read(asked)[0], pages)
    return Page(
        rows=rows[(number - 1) * length : number * length],
        length=length,
        count=len(rows),
        number=number,
        here=str(number),
        previous=str(number - 1) if number > 1 else "",
        next=str(number + 1) if number < pages else "",
    )


def page_of(rows: "QuerySet[Stored]", asked: str | None, length: int, *, count: int | None = None) -> Page[Stored]:
    """A page of an ordered query. asked: as in `listed`. count: how many rows there are, where somebody has counted them.

    Reads length + 1 rows wherever in the list it is; a second query counts to REACH where not all rows are on the first page."""
    order = _Order(rows)
    number, way, place = _read(asked)
    values = order.values(place) if way else None
    if values is not None and way == AFTER:
        page = _after(order, values, max(number, 2), length)
    elif values is not None and number > 1:
        page = _before(order, values, number, length)
    else:
        page = _numbered(order, min(number, ceil(REACH / length)), length)
    if page is None:  # what stood there is gone
        page = _numbered(order, 1, length)
    return _counted(page, rows, count)


def _numbered(order: "_Order[Stored]", number: int, length: int) -> Page[Stored]:
    """The page of this number, or the last where there are fewer."""
    start = (number - 1) * length
    found = list(order.rows[start : start + length + 1])
    if not found and number > 1:
        there = order.rows.order_by()[:start].count()
        return _numbered(order, max(1, ceil(there / length)), length)
    page = _page(order, found[:length], number, length, more=len(found) > length)
    return replace(page, here=str(number))


def _after(order: "_Order[Stored]", values: list[Any], number: int, length: int) -> Page[Stored] | None:
    found = list(order.rows.filter(order.beyond(values))[: length + 1])
    page = _page(order, found[:length], number, length, more=len(found) > length)
    return replace(page, here=_address(number, AFTER, values)) if found else None


def _before(order: "_Order[Stored]", values: list[Any], number: int, length: int) -> Page[Stored] | None:
    """None where fewer rows are left before than a page holds: then it is the first."""
    found = list(order.back.filter(order.beyond(values, back=True))[:length])[::-1]
    if len(found) < length:
        return None
    return replace(_page(order, found, number, length, more=True), here=_address(number, BEFORE, values))


def _page(order: "_Order[Stored]", rows: list[Stored], number: int, length: int, *, more: bool) -> Page[Stored]:
    previous = (
        str(number - 1)
        if number == 2
        else _address(number - 1, BEFORE, order.of(rows[0]))
        if number > 2 and rows
        else ""
    )
    following = _address(number + 1, AFTER, order.of(rows[-1])) if more else ""
    return Page(rows=rows, length=length, count=0, number=number, previous=previous, next=following)


def _counted(page: Page[Stored], rows: "QuerySet[Stored]", count: int | None) -> Page[Stored]:
    if count is not None:
        return replace(page, count=count)
    if not page.next and page.number == 1:
        return replace(page, count=len(page.rows))
    count = rows.order_by()[: REACH + 1].count()
    return replace(page, count=min(count, REACH), is_all=count <= REACH)


# --- what an address says


def _read(asked: str | None) -> tuple[int, str, str]:
    """The number (1 or more), which way from a row (AFTER, BEFORE, ""), and the row's place."""
    number, _sign, rest = (asked or "")[:LONGEST].partition("~")
    known = number.isascii() and number.isdecimal()
    way = rest[:1] if known and rest[:1] in (AFTER, BEFORE) else ""
    return min(max(1, int(number)), 10**9) if known else 1, way, rest[1:]


def _address(number: int, way: str, values: list[Any]) -> str:
    written = json.dumps([value if value is None else str(value) for value in values], ensure_ascii=False)
    return f"{number}~{way}{urlsafe_b64encode(written.encode()).decode().rstrip('=')}"


@dataclass(frozen=True)
class _Part:
    """A part of an order. nulls: whether a row may be without a value; nulls_last: whether it stands behind those with one."""

    what: Combinable
    down: bool
    nulls_last: bool
    nulls: bool = True


class _Order(Generic[Stored]):
    """What a query is ordered by, each part as a column `place_0`, `place_1` … of its rows; with the key no two rows stand at one
    place."""

    def __init__(self, rows: "QuerySet[Stored]") -> None:
        asked = list(rows.query.order_by or rows.query.get_meta().ordering or ())
        if not {"pk", "-pk"} & set(filter(lambda one: isinstance(one, str), asked)):
            asked.append("pk")
        largest = connections[rows.db].features.nulls_order_largest
        self._parts = {f"place_{at}": _part(one, largest=largest) for at, one in enumerate(asked)}
        placed = rows.annotate(**{name: part.what for name, part in self._parts.items()})
        self.rows = placed.order_by(*asked)
        self.back = self.rows.reverse()
        columns = [placed.query.annotations[name] for name in self._parts]
        self._fields: list[Field[Any, Any]] = [column.output_field for column in columns]
        for (name, part), column in zip(self._parts.items(), columns, strict=True):
            own = isinstance(column, Col) and column.alias == placed.query.base_table
            self._parts[name] = replace(part, nulls=not own or column.target.null)

    def of(self, row: Stored) -> list[Any]:
        """Where this row of ours stands."""
        return [getattr(row, name) for name in self._parts]

    def values(self, place: str) -> list[Any] | None:
        """What an address says of a place; None where it says nothing that can be meant."""
        try:
            given = json.loads(urlsafe_b64decode(place.encode() + b"=" * (-len(place) % 4)))
            return [_value(field, one) for field, one in zip(self._fields, given, strict=True)]
        except (ValueError, TypeError, OverflowError, RecursionError, ValidationError):
            return None

    def beyond(self, values: Sequence[Any], *, back: bool = False) -> Q:
        """Rows that follow this place, or come before it. The first condition follows from the others: by it a database enters
        an index."""
        found, same = Q(pk__in=[]), Q()
        for (name, part), value in zip(self._parts.items(), values, strict=True):
            found |= same & _past(name, part, value, back=back)
            same &= _at(name, value)
        (name, part), value = next(iter(self._parts.items())), values[0]
        return _from(name, part, value, back=back) & found


def _part(one: Any, *, largest: bool) -> _Part:  # noqa: ANN401 - whatever order_by takes
    """largest: whether this database puts what is missing behind all else."""
    if isinstance(one, str):
        down = one.startswith("-")
        return _Part(F(one.lstrip("-")), down, largest != down)
    if not isinstance(one, OrderBy):
        return _Part(one, False, largest)
    said = one.nulls_first or one.nulls_last
    return _Part(one.expression, one.descending, bool(one.nulls_last) if said else largest != one.descending)


def _past(name: str, part: _Part, value: Any, *, back: bool) -> Q:  # noqa: ANN401 - a value of any column
    nulls_follow = part.nulls and part.nulls_last != back
    if value is None:
        return Q(pk__in=[]) if nulls_follow else Q((f"{name}__isnull", False))
    further = Q((f"{name}__lt" if part.down != back else f"{name}__gt", value))
    return further | Q((f"{name}__isnull", True)) if nulls_follow else further


def _from(name: str, part: _Part, value: Any, *, back: bool) -> Q:  # noqa: ANN401 - a value of any column
    """Written so that a database goes there by index where no value can be missing."""
    if value is None or part.nulls:
        return _past(name, part, value, back=back) | _at(name, value)
    return Q((f"{name}__lte" if part.down != back else f"{name}__gte", value))


def _at(name: str, value: Any) -> Q:  # noqa: ANN401 - a value of any column
    return Q((f"{name}__isnull", True)) if value is None else Q((name, value))


def _value(field: "Field[Any, Any]", given: object) -> Any:  # noqa: ANN401 - a value of any column
    """Raises ValueError or ValidationError for what no row can hold there."""
    if given is None:
        return None
    if not isinstance(given, str) or "\0" in given:
        raise ValueError("A place is a list of texts.")
    given.encode()  # half a sign is no text
    kept = getattr(field, "target_field", field)
    value = kept.to_python(given)
    kept.run_validators(value)
    kept.get_db_prep_value(value, connections["default"])
    return value
