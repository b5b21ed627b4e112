"""Lists that may grow without bound: a walk through their pages gives every row once, whatever happens in between."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, Max, QuerySet
from django.template import engines
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from massline.face import pager
from massline.face.pager import Page, listed, page_of
from massline.gather.models import Call, Message
from tests.builders import a_call

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, tzinfo=UTC)
ORDERS: dict[str, tuple[Any, ...]] = {
    "by key": ("pk",),
    "newest first": ("-received_at", "-pk"),
    "no word about the key": ("title",),
    "some without a value, as the database has it": ("published_at", "pk"),
    "some without a value, downwards": ("-published_at", "pk"),
    "without a value first": (F("published_at").asc(nulls_first=True), "-pk"),
    "without a value last": (F("published_at").desc(nulls_last=True), "title", "-pk"),
    "by another table's column": ("call__title", "-received_at"),
}
PAGER = engines["django"].from_string('{% include "face/parts/pager.html" %}')


@pytest.fixture
def call() -> Call:
    return a_call()


def filled(call: Call, number: int) -> QuerySet[Message]:
    """So many messages; several share a moment, a title, and a day of publishing; every third is not published."""
    days = [START + timedelta(hours=at * 7 % 5) for at in range(number)]
    Message.objects.bulk_create(
        Message(
            call=call,
            body=call.body,
            text="灯",
            title=f"{at % 3}",
            received_at=day,
            published_at=day if at % 3 else None,
        )
        for at, day in enumerate(days)
    )
    return Message.objects.filter(call=call)


def walked(rows: QuerySet[Any], length: int) -> Iterator[Page[Any]]:
    page = page_of(rows, None, length)
    yield page
    while page.next:
        page = page_of(rows, page.next, length)
        yield page


@pytest.mark.parametrize("number", [0, 1, 4, 5, 13])
@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_a_walk_there_and_back_gives_each_row_once_in_its_order(
    call: Call, order: tuple[Any, ...], number: int
) -> None:
    rows = filled(call, number).order_by(*order)
    pages = list(walked(rows, 4))
    whole = list(rows.order_by(*order, "pk"))
    assert [row for page in pages for row in page] == whole
    assert [page.number for page in pages] == [*range(1, max(1, -(-number // 4)) + 1)]
    assert {(page.count, page.is_all, page.pages) for page in pages} == {(number, True, len(pages))}
    assert [bool(page.previous) for page in pages] == [page.number > 1 for page in pages]
    for before, page in zip(pages, pages[1:], strict=False):
        assert list(page_of(rows, page.previous, 4)) == list(before)
        assert list(page_of(rows, page.here, 4)) == list(page)
        assert list(page_of(rows, str(page.number), 4)) == list(page)


def test_what_comes_in_meanwhile_moves_nothing_that_is_shown_next(call: Call) -> None:
    rows = filled(call, 9).order_by("-pk")
    there, first = list(rows), page_of(rows, None, 3)
    filled(call, 5)
    assert list(page_of(rows, first.next, 3)) == there[3:6]


def test_a_row_that_went_meanwhile_takes_none_of_its_neighbours_along(call: Call) -> None:
    rows = filled(call, 9).order_by("pk")
    there, first = list(rows), page_of(rows, None, 3)
    rows.filter(pk=there[2].pk).delete()
    assert list(page_of(rows, first.next, 3)) == there[3:6]
    rows.filter(pk__gt=there[2].pk).delete()
    assert list(page_of(rows, first.next, 3)) == there[:2]  # nothing is left there: the first page


def test_a_list_without_bound_is_counted_to_a_thousand_and_its_far_pages_pass_over_nothing(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pager, "REACH", 8)
    rows = filled(call, 30).order_by("-received_at", "-pk")
    with CaptureQueriesContext(connection) as asked:
        pages = list(walked(rows, 4))
    assert [row for page in pages for row in page] == list(rows)
    assert not any("OFFSET" in query["sql"] for query in asked)
    assert {(page.count, page.is_all) for page in pages} == {(8, False)}
    assert list(page_of(rows, "7", 4)) == list(pages[1])  # a number alone leads no further than the reach


@pytest.mark.parametrize("length", [3, 10])
def test_who_has_counted_is_not_made_to_count_again(call: Call, length: int, django_assert_num_queries: Any) -> None:
    rows = filled(call, 10).order_by("pk")
    with django_assert_num_queries(1):
        assert page_of(rows, None, length, count=10).count == 10
    with django_assert_num_queries(1 if length == 10 else 2):
        assert page_of(rows, None, length).count == 10


def test_a_list_that_is_ordered_by_what_was_counted_is_cut_too(call: Call) -> None:
    filled(call, 9)
    calls = Call.objects.annotate(last=Max("messages__received_at")).order_by("-last", "-pk")
    assert [a_call() for _ in range(3)]
    assert [one for page in walked(calls, 1) for one in page] == list(calls)


def place(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


NOW = "2026-03-01 00:00:00+00:00"
PLACES = [
    [], [NOW], [NOW, "1", "1"], [NOW, 1], [None, None], ["", ""], ["nonsense", "1"], [NOW, "x"], [NOW, "9" * 30], [NOW, "\ud800"],
    ["0001-01-01 00:00:00+14:00", "1"], ["9999-12-31 23:59:59-14:00", "1"], ["\0", "1"], [{"a": 1}, [2]],
]  # fmt: skip
WRONG = [
    *(
        "",
        "0",
        "-1",
        "zwei",
        "٣",
        "\0",
        "9" * 400 + "~b",
        "2~",
        "2~a",
        "2~a%%%",
        "2~c" + place(NOW, "1"),
        "2~a" + "A" * 5_000,
    ),
    *("2~a" + place(*values) for values in PLACES),
    "2~a" + base64.urlsafe_b64encode(b"[" * 700).decode(),
]


@pytest.mark.parametrize("asked", WRONG)
def test_an_address_that_nobody_wrote_shows_a_page_all_the_same(call: Call, asked: str) -> None:
    rows = filled(call, 5).order_by("received_at", "pk")
    there = list(rows)
    for way in (asked, asked.replace("~a", "~b", 1)):
        page = page_of(rows, way, 2)
        assert list(page) in [there[at : at + 2] for at in range(5)]
        assert page.number <= 3


@pytest.mark.parametrize(
    ("number", "asked", "shown", "said"),
    [
        (0, "", [], ""),
        (1, "", [0], ""),
        (10, "", [*range(10)], ""),
        (11, "", [*range(10)], "Page 1 of 2"),
        (11, "2", [10], "Page 2 of 2"),
        (11, "7", [10], "Page 2 of 2"),
        (10_000_000, "500000", [*range(4_999_990, 5_000_000)], "Page 500000 of 1000000"),
    ],
)
def test_what_is_in_memory_is_cut_by_number(number: int, asked: str, shown: list[int], said: str) -> None:
    page = listed(range(number), asked, 10)
    assert [list(page), page.count, page.is_all] == [shown, number, True]
    assert said in drawn(page)
    assert bool(drawn(page)) == bool(said)


def test_the_pager_says_how_many_there_are_and_where_it_stopped_counting(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pager, "REACH", 8)
    page, told = page_of(rows := filled(call, 13).order_by("pk"), None, 4), []
    while page.next:
        told.append(drawn(page))
        page = page_of(rows, page.next, 4)
    with translation.override("en"):
        assert page.how_many == "more than 8"
    assert ["Page 1 of more than 2" in told[0], "Page 2 of more than 2" in told[1], "Page 3<" in told[2]] == [True] * 3
    assert 'rel="prev" href="?q=%E7%81%AF&amp;page=1"' in told[1]


def drawn(page: Page[Any]) -> str:
    with translation.override("en"):
        return PAGER.render({"page": page}, RequestFactory().get("/", {"q": "灯", "page": "1"})).strip()
