"""Steps on a Ray cluster: the same ordered map over blocks, on many machines that share no disk.

Ray ends the whole process when its head is lost. So it lives in a process of its own, the foreman, and only bytes go
to and fro; whatever happens to it, this process can say what happened. Blocks and results travel through Ray's object
store; the work folder stays on this machine.
"""

import multiprocessing
import pickle
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from multiprocessing.connection import Connection
from typing import Any, Final, TypeVar

from massline.engine.errors import ClusterError, OptionError
from massline.engine.runners.foreman import work

Block = TypeVar("Block")
Result = TypeVar("Result")

ADDRESS: Final = re.compile(r"(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})")
JOIN_SECONDS: Final = 180
"""So long may joining take; on a busy machine, loading Ray takes seconds."""

LEAVE_SECONDS: Final = 10
BLOCKS_A_PROCESSOR: Final = 2
"""Blocks under way for each processor of the workers: one that is worked on, one that waits."""

GO_ON: Final = (
    "Nothing half-written is left; the same command goes on from the last finished step, with or without --ray."
)


class Cluster:
    """Workers of a Ray cluster, by way of a foreman at the other end of the line."""

    def __init__(self, line: Connection, address: str, processors: int) -> None:
        self._line, self._address = line, address
        self._ahead = BLOCKS_A_PROCESSOR * processors
        self._numbers = count()

    def map_blocks(self, kernel: Callable[[Block], Result], blocks: Iterable[Block]) -> Iterator[Result]:
        """Results of a pure kernel, in the order of the blocks. Kernel, blocks and results must be picklable, the kernel
        by name.

        Two blocks a processor are under way at most, whatever their number. A block whose worker is lost goes to
        another one. An error of the kernel is raised where its block stands. Raises ClusterError when the cluster is
        lost.
        """
        number, under_way = next(self._numbers), 0
        self._tell("map", number, _packed(kernel))
        try:
            for block in blocks:
                self._tell("block", number, _packed(block))
                under_way += 1
                if under_way >= self._ahead:
                    yield self._next(number)
                    under_way -= 1
            for _ in range(under_way):
                yield self._next(number)
        except (Exception, GeneratorExit) as error:
            if not isinstance(error, ClusterError):
                self._tell("forget", number)
            raise
        self._tell("forget", number)

    def _next(self, number: int) -> Any:  # noqa: ANN401 - whatever the kernel gives
        self._tell("next", number)
        try:
            kind, content = self._line.recv()
        except (EOFError, ConnectionError) as error:
            raise self._broken() from error
        if kind == "raised":
            raise content
        if kind == "lost":
            raise ClusterError(f"{content} {GO_ON}")
        return pickle.loads(content)  # noqa: S301 - from our own kernel

    def _tell(self, *said: object) -> None:
        try:
            self._line.send(said)
        except (BrokenPipeError, ConnectionError) as error:
            raise self._broken() from error

    def _broken(self) -> ClusterError:
        return ClusterError(
            f"The cluster at {self._address} was lost: its head, or Ray on this machine, has stopped. {GO_ON}"
        )


def _packed(content: object) -> bytes:
    return pickle.dumps(content, protocol=5)


@contextmanager
def joined(address: str) -> Iterator[Cluster]:
    """The workers of the cluster at HOST:PORT, checked, as long as they are needed.

    Raises OptionError for what is no address, ClusterError when Ray is not installed, nobody answers, there is no
    worker, or a worker would not compute the same as this machine.
    """
    if not ADDRESS.fullmatch(address):
        raise OptionError(f"--ray is {address!r}. Write HOST:PORT of the cluster's head, like 10.0.0.1:6379.")
    if find_spec("ray") is None:
        raise ClusterError("--ray needs Ray, which is not installed. Type: pip install 'massline[scale]'")
    context = multiprocessing.get_context("spawn")
    line, far_end = context.Pipe()
    foreman = context.Process(target=work, args=(far_end, address), name="massline-foreman", daemon=True)
    foreman.start()
    far_end.close()
    try:
        yield Cluster(line, address, _processors(line, address))
    finally:
        line.close()
        foreman.join(LEAVE_SECONDS)
        foreman.kill()
        foreman.join()


def _processors(line: Connection, address: str) -> int:
    """What the foreman says first. Raises ClusterError."""
    try:
        if not line.poll(JOIN_SECONDS):
            raise ClusterError(f"{address} answers, but does not let anybody join. Is it the head of a Ray cluster?")
        said, content = line.recv()
    except (EOFError, ConnectionError) as error:
        raise ClusterError(
            f"The cluster at {address} cannot be joined: Ray gave up without a word. Is it the head of a Ray cluster, and"
            f" is this machine one of its own (`ray start --address={address}`)?"
        ) from error
    if said == "refused":
        raise ClusterError(content)
    return int(content)
