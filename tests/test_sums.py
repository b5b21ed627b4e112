"""Slow sums are kept, quick ones never; nobody waits for one that is old."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from django.core.cache import caches

from massline.gather.queries import voices
from massline.respond.tests.county import County
from massline.sums import MOST, SUMS, TIMES, Sums
from tests.builders import a_message


class House:
    """A clock that stands until it is moved, and work that waits until it is done."""

    def __init__(self) -> None:
        self.now, self.waiting, self.lying = 1000.0, [], {}
        self.numbers = count(1)

    def sums(self, *, shelf: bool = False) -> Sums:
        return Sums(lambda: self if shelf else None, clock=lambda: self.now, beside=self.waiting.append)

    def taking(self, seconds: float) -> Callable[[], int]:
        """A sum that takes so long, and is another one each time."""

        def reckon() -> int:
            self.now += seconds
            return next(self.numbers)

        return reckon

    def go_on(self) -> None:
        while self.waiting:
            self.waiting.pop()()

    def get(self, key: str) -> Any:
        return self.lying.get(key)

    def set(self, key: str, value: object, timeout: None) -> None:
        self.lying[key] = value

    def delete(self, key: str) -> None:
        self.lying.pop(key, None)


@pytest.fixture
def house() -> House:
    return House()


def test_a_quick_sum_is_of_this_moment(house: House) -> None:
    sums, quick = house.sums(shelf=True), house.taking(0.01)
    assert [sums.of("a", quick).value for _ in range(3)] == [1, 2, 3]
    assert sums.of("a", quick).at is None
    assert not house.lying


def test_a_slow_sum_is_kept_and_says_from_when_it_is(house: House) -> None:
    sums, slow = house.sums(), house.taking(1)
    assert sums.of("a", slow).at is None
    again = sums.of("a", slow)
    assert (again.value, again.at) == (1, datetime.fromtimestamp(1000, UTC))
    assert sums.of("b", slow).value == 2
    assert not house.waiting


@pytest.mark.parametrize("seconds", [0.3, 30.0])
def test_an_old_sum_is_shown_while_it_is_reckoned_anew_once(house: House, seconds: float) -> None:
    sums, slow = house.sums(), house.taking(seconds)
    sums.of("a", slow)
    house.now += TIMES * seconds - 0.1
    sums.of("a", slow)
    assert not house.waiting
    house.now += 0.2
    assert [sums.of("a", slow).value for _ in range(3)] == [1, 1, 1]
    assert len(house.waiting) == 1
    house.go_on()
    assert sums.of("a", slow).value == 2


def test_a_sum_that_fails_anew_leaves_the_last_one_and_is_tried_again(house: House, caplog: Any) -> None:
    sums, slow = house.sums(), house.taking(1)
    sums.of("a", slow)
    house.now += TIMES + 1
    for _ in range(2):
        assert sums.of("a", lambda: 1 // 0).value == 1
        house.go_on()
    assert caplog.text.count("ZeroDivisionError") == 2
    sums.of("a", slow)
    house.go_on()
    assert sums.of("a", slow).value == 2


def test_a_sum_that_fails_at_first_is_told_and_not_kept(house: House) -> None:
    sums = house.sums()
    with pytest.raises(ZeroDivisionError):
        sums.of("a", lambda: 1 // 0)
    assert sums.of("a", house.taking(1)).value == 1


def test_who_comes_meanwhile_waits_for_the_first_one(house: House) -> None:
    sums, begun, go = house.sums(), threading.Event(), threading.Event()

    def slow() -> int:
        begun.set()
        go.wait(60)
        return house.taking(1)()

    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(sums.of("a", slow).value)) for _ in range(4)]
    for thread in threads:
        thread.start()
    begun.wait(60)
    go.set()
    for thread in threads:
        thread.join(60)
    assert found == [1, 1, 1, 1]


def test_another_process_and_the_next_start_find_it_on_the_shelf(house: House) -> None:
    one, slow = house.sums(shelf=True), house.taking(1)
    one.of("a", slow)
    other = house.sums(shelf=True)
    assert (other.of("a", slow).value, other.of("a", slow).at) == (1, datetime.fromtimestamp(1000, UTC))
    house.now += TIMES + 1
    for sums in (one, other):  # the first reckons anew, the second finds that done
        sums.of("a", slow)
        house.go_on()
    assert (one.of("a", slow).value, other.of("a", slow).value) == (2, 2)


def test_a_sum_that_became_quick_is_taken_off_the_shelf(house: House) -> None:
    sums = house.sums(shelf=True)
    sums.of("a", house.taking(1))
    house.now += TIMES + 1
    sums.of("a", house.taking(0.01))
    house.go_on()
    assert not house.lying
    assert [sums.of("a", house.taking(0.01)).value for _ in range(2)] == [3, 4]


def test_the_oldest_goes_where_there_are_too_many(house: House) -> None:
    sums, slow = house.sums(), house.taking(1)
    for number in range(MOST + 1):
        sums.of(str(number), slow)
    assert sums.of("1", slow).value == 2
    assert sums.of("0", slow).value == MOST + 2


@pytest.mark.django_db
def test_the_database_is_the_shelf() -> None:
    """As Django keeps things, in the table that a migration has made."""
    house = House()
    ours = {"far": [(None, "in time", "solved", 3)], 7: {"n": 1}}
    one = Sums(lambda: caches["sums"], clock=lambda: house.now, beside=house.waiting.append)
    one.of("a", lambda: (house.taking(1)(), ours)[1])
    other = Sums(lambda: caches["sums"], clock=lambda: house.now)
    assert other.of("a", lambda: {}).value == ours


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/calls/{call}/", "/calls/{call}/places/", "/scoreboard/", "/bodies/{body}/"])
def test_a_page_that_shows_kept_figures_says_from_when_they_are(client: Any, monkeypatch: Any, address: str) -> None:
    here = County()
    here.answered()
    page = address.format(call=here.call.ref, body=here.county.code)
    words = {"en": "Counted at", "zh-hans": "统计时间"}
    for language, said in words.items():
        assert said not in client.get(page, headers={"accept-language": language}).content.decode()
    monkeypatch.setattr(SUMS, "worth", -1)
    monkeypatch.setattr(SUMS, "_kept", {})
    client.get(page)
    for language, said in words.items():
        assert said in client.get(page, headers={"accept-language": language}).content.decode()


@pytest.mark.django_db
def test_kept_figures_stay_while_words_come_and_go(client: Any, monkeypatch: Any) -> None:
    here = County()
    a_message(here.call)
    monkeypatch.setattr(SUMS, "worth", -1)
    monkeypatch.setattr(SUMS, "_kept", {})
    before = voices(here.call)
    a_message(here.call, "电梯又停在七楼")
    assert voices(here.call).messages == before.messages == 1
    assert "电梯又停在七楼" in client.get(here.call.get_absolute_url()).content.decode()
