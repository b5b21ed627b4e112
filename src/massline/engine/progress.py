"""How far a command is, and how it is stopped: a bar where a person watches, silence elsewhere, Ctrl-C heard in both."""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from massline.engine.workfolder import Progress as Watcher


@contextmanager
def progress_bar(steps: Sequence[str]) -> Iterator[Watcher]:
    """A bar on standard error over these steps, gone when all is done; silence when that is no terminal. Raises
    KeyboardInterrupt where Ctrl-C was pressed, at the latest when the next step begins."""
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<8}"),
        BarColumn(),
        TextColumn("{task.fields[done]}"),
        TimeElapsedColumn(),
    )
    with (
        heeding_ctrl_c() as stop_if_pressed,
        Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar,
    ):
        task = bar.add_task("", total=len(steps), done="")

        def watch(step: str, done: int) -> None:
            stop_if_pressed()
            bar.update(task, description=step, completed=steps.index(step), done=f"{done:,}" if done else "")

        yield watch


@contextmanager
def heeding_ctrl_c() -> Iterator[Callable[[], None]]:
    """Remember that Ctrl-C was pressed, and give a function that raises KeyboardInterrupt if so.

    Python raises KeyboardInterrupt wherever it stands. Inside a destructor or a callback from C, as numba has them, it is
    printed and lost; where compiled code returns, it comes out as SystemError. Both are KeyboardInterrupt again here.
    """
    pressed = False

    def press(*_: object) -> None:
        nonlocal pressed
        pressed = True
        raise KeyboardInterrupt

    def stop_if_pressed() -> None:
        if pressed:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, press)
    try:
        yield stop_if_pressed
    except Exception:
        stop_if_pressed()
        raise
    finally:
        signal.signal(signal.SIGINT, before)
