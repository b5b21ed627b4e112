"""A sign of life from work that takes minutes: whoever stops giving it is gone, and the work is taken over."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from django.db import OperationalError, connection, connections

EVERY = timedelta(seconds=15)
LEASE = timedelta(seconds=90)
"""Without a sign for so long, work counts as left behind: six signs missed, so that a busy machine loses none of its work."""


@contextmanager
def beating(beat: Callable[[], object]) -> Iterator[None]:
    """Give the sign `beat` while the block works. Inside a transaction nobody else sees the work begin, so nothing beats."""
    if connection.in_atomic_block:
        yield
        return
    with meanwhile(beat, every=EVERY):
        yield


@contextmanager
def meanwhile(act: Callable[[], object], *, every: timedelta) -> Iterator[None]:
    """Do `act` every so often, in a thread and with a database connection of its own, until the block ends. A turn that the
    database has no room for is left out."""
    done = threading.Event()

    def go() -> None:
        try:
            while not done.wait(every.total_seconds()):
                with suppress(OperationalError):
                    act()
        finally:
            connections.close_all()

    thread = threading.Thread(target=go, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
