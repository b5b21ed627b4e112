import threading
import time
from operator import neg

import pytest

from massline.engine.runners.local import ahead, map_blocks


def slow_first(number: int) -> int:
    time.sleep(0.05 if number == 0 else 0)
    return number


def refuse_three(number: int) -> int:
    if number == 3:
        raise ValueError("three")
    return number


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_results_come_in_the_order_of_the_blocks(workers: int) -> None:
    assert list(map_blocks(slow_first, range(20), workers=workers)) == list(range(20))


@pytest.mark.parametrize("workers", [1, 2])
def test_no_blocks_give_no_results(workers: int) -> None:
    assert list(map_blocks(slow_first, [], workers=workers)) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_the_kernel_is_raised_where_its_block_stands(workers: int) -> None:
    results = map_blocks(refuse_three, range(10), workers=workers)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(results)


def test_only_a_few_blocks_are_under_way_however_many_there_are() -> None:
    taken = []

    def blocks():
        for number in range(100):
            taken.append(number)
            yield number

    results = map_blocks(slow_first, blocks(), workers=2)
    next(results)
    assert len(taken) <= 5
    results.close()


def test_processes_give_what_threads_give() -> None:
    assert list(map_blocks(neg, range(6), workers=2, processes=True)) == [0, -1, -2, -3, -4, -5]


def test_a_runner_leaves_no_threads_behind() -> None:
    before = threading.active_count()
    list(map_blocks(slow_first, range(5), workers=3))
    assert threading.active_count() == before


@pytest.mark.parametrize("workers", [1, 2])
def test_blocks_made_ahead_are_the_same_blocks(workers: int) -> None:
    assert list(ahead(iter(range(20)), workers=workers)) == list(range(20))
    assert list(ahead([], workers=workers)) == []


@pytest.mark.parametrize(("workers", "same"), [(1, True), (2, False)])
def test_one_worker_makes_its_blocks_itself(workers: int, same: bool) -> None:
    (maker,) = ahead((threading.get_ident() for _ in range(1)), workers=workers)
    assert (maker == threading.get_ident()) == same


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_ahead_is_raised_where_its_block_would_stand(workers: int) -> None:
    results = ahead(map(refuse_three, range(10)), workers=workers)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(ValueError, match="three"):
        next(results)


def test_the_next_block_is_made_while_the_caller_works_and_no_more_than_a_few() -> None:
    made = [threading.Event() for _ in range(10)]

    def blocks():
        for number, one in enumerate(made):
            one.set()
            yield number

    results = ahead(blocks(), workers=2)
    assert next(results) == 0
    assert made[1].wait(10)
    assert not made[4].wait(0.05)
    results.close()


def test_who_stops_asking_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    results = ahead(ahead(iter(range(100)), workers=2), workers=2)
    next(results)
    results.close()
    assert threading.active_count() == before
