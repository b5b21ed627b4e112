"""Steps on this machine: an ordered map over blocks, in threads or in processes."""

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from itertools import islice
from typing import Final, TypeVar

Block = TypeVar("Block")
Result = TypeVar("Result")

AHEAD: Final = 2
"""So many blocks are made before they are asked for."""


def map_blocks(
    kernel: Callable[[Block], Result], blocks: Iterable[Block], *, workers: int, processes: bool = False
) -> Iterator[Result]:
    """Results of a pure kernel, in the order of the blocks, so that they do not depend on the number of workers.

    Threads serve compiled kernels that let go of the interpreter; processes serve kernels in plain Python, which must
    be importable by name. At most 2 * workers blocks are under way, whatever their number. An error of the kernel is
    raised where its block stands.
    """
    if workers == 1:
        yield from map(kernel, blocks)
        return
    pool = _processes(workers) if processes else ThreadPoolExecutor(workers)
    try:
        yield from _in_order(pool, kernel, blocks, ahead=2 * workers)
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(
    pool: Executor, kernel: Callable[[Block], Result], blocks: Iterable[Block], *, ahead: int
) -> Iterator[Result]:
    under_way: deque[Future[Result]] = deque()
    for block in blocks:
        under_way.append(pool.submit(kernel, block))
        if len(under_way) >= ahead:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()


def ahead(blocks: Iterable[Block], *, workers: object) -> Iterator[Block]:
    """The same blocks, made by a thread of its own while the caller is at work on those before; by the caller itself where one
    worker is all there is. An error is raised where its block would stand. workers: whoever they are."""
    if workers == 1:
        yield from blocks
        return
    making, pool = iter(blocks), ThreadPoolExecutor(1)
    try:
        waiting = deque(pool.submit(_one_of, making) for _ in range(AHEAD))
        while block := waiting.popleft().result():
            waiting.append(pool.submit(_one_of, making))
            yield from block
    finally:
        pool.shutdown(cancel_futures=True)


def _one_of(blocks: Iterator[Block]) -> list[Block]:
    """The next block, none at the end."""
    return list(islice(blocks, 1))


def _processes(workers: int) -> ProcessPoolExecutor:
    """Fresh processes: a fork of a program that has threads may hang. Ctrl-C is left to the parent."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_leave_interrupts)


def _leave_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
