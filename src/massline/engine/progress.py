"""How far a command is: a bar where a person watches, silence elsewhere."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from massline.engine.workfolder import Progress as Watcher


@contextmanager
def progress_bar(steps: Sequence[str]) -> Iterator[Watcher]:
    """A bar on standard error over these steps, gone when all is done; silence when that is no terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda step, done: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<8}"),
        BarColumn(),
        TextColumn("{task.fields[done]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=len(steps), done="")

        def watch(step: str, done: int) -> None:
            bar.update(task, description=step, completed=steps.index(step), done=f"{done:,}" if done else "")

        yield watch
