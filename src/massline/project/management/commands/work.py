"""The worker: queued tasks, and what is due without anybody asking for it. SIGTERM or Ctrl-C ends it; nothing is half done then.

massline worker
massline manage work --once"""

import logging
import signal
import time
from argparse import ArgumentParser
from contextlib import suppress
from datetime import timedelta
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError, close_old_connections
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker

from massline.beat import meanwhile
from massline.project.due import do_due_work, publish_entries

LOOK_FOR_TASKS = 1.0  # seconds between two looks at the queue
LOOK_FOR_ENTRIES = timedelta(seconds=1)  # between two looks at the log
LOOK_FOR_DUE_WORK = 30.0  # seconds; what is overdue since midnight can wait so long
log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Work off what is queued and what is due: engine runs, escalation of overdue cases, hot matters, files whose import was "
        "cut off. Runs until it is stopped; several may run side by side."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what there is, then end")

    def handle(self, *, once: bool, **options: Any) -> None:  # noqa: ANN401 - as Django hands them over
        queue = Worker(
            queue_names=["*"],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )
        logging.getLogger("django_tasks").setLevel(logging.WARNING)  # it would say every second that nothing is queued
        if once:
            _look(queue, due=True)
            publish_entries()
            return
        stop = _Stop(queue)
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        # A run of the engine takes minutes, and a receipt's proof should not wait for it.
        with suppress(KeyboardInterrupt), meanwhile(publish_entries, every=LOOK_FOR_ENTRIES):
            _work_until(stop, queue)


class _Stop:
    """What a signal does: it interrupts the work in hand, which is taken up again later, and lets nothing else begin."""

    def __init__(self, queue: Worker) -> None:
        self._queue, self.asked = queue, False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.asked, self._queue.running = True, False
        raise KeyboardInterrupt


def _work_until(stop: _Stop, queue: Worker) -> None:
    last = -LOOK_FOR_DUE_WORK
    while not stop.asked:
        due = time.monotonic() - last >= LOOK_FOR_DUE_WORK
        _look(queue, due=due)
        last = time.monotonic() if due else last
        time.sleep(LOOK_FOR_TASKS)


def _look(queue: Worker, *, due: bool) -> None:
    """A database that is away for a while ends no worker."""
    try:
        queue.run()
        if due:
            do_due_work()
    except OperationalError:
        log.exception("The database did not answer; the worker tries again.")
    close_old_connections()
