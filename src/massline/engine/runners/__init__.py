"""Where the steps run. A runner maps a pure function over blocks and gives the results in the order of the blocks."""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeAlias, TypeVar

from massline.engine.runners import local

Block = TypeVar("Block")
Result = TypeVar("Result")


class Elsewhere(Protocol):
    """Workers that are not threads of this process. What `local.map_blocks` promises, they promise."""

    def map_blocks(self, kernel: Callable[[Block], Result], blocks: Iterable[Block]) -> Iterator[Result]:
        """Results of a pure kernel, in the order of the blocks."""


Workers: TypeAlias = int | Elsewhere
"""Who works: so many threads of this machine, or machines of a cluster. It changes no byte of a result."""


def threads_of(workers: Workers) -> int:
    """Threads for work on what lies in this machine's memory, whoever else works."""
    return workers if isinstance(workers, int) else os.cpu_count() or 1


def map_blocks(kernel: Callable[[Block], Result], blocks: Iterable[Block], *, workers: Workers) -> Iterator[Result]:
    """Results of a pure kernel, in the order of the blocks, whoever works. kernel, blocks and results can be pickled,
    and the kernel is importable by name, for the work may be done elsewhere."""
    if isinstance(workers, int):
        return local.map_blocks(kernel, blocks, workers=workers)
    return workers.map_blocks(kernel, blocks)
