"""What all commands do alike: exit codes, refusals in one sentence, columns mapped by hand, files that appear whole.

Exit codes: 0 done, 1 done with rejects (said on standard error), 2 nothing done (why, and what to do).
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Final, ParamSpec, TextIO

import click

from massline.engine.errors import EngineError, OptionError, OutputError
from massline.engine.rejects import Reject

DONE, WITH_REJECTS, NOTHING_DONE, INTERRUPTED = 0, 1, 2, 130
SHOWN_REJECTS: Final = 20

Choices = ParamSpec("Choices")
FilePath = click.Path(path_type=Path, dir_okay=False)


def refusals(command: Callable[Choices, int]) -> Callable[Choices, None]:
    """Turn what a command returns or raises into its exit code; a refusal is one sentence on standard error."""

    @wraps(command)
    def guarded(*args: Choices.args, **kwargs: Choices.kwargs) -> None:
        try:
            sys.exit(command(*args, **kwargs))
        except EngineError as error:
            click.echo(f"massline: {error}", err=True)
            sys.exit(NOTHING_DONE)
        except KeyboardInterrupt:
            click.echo(
                "massline: stopped; nothing half-written is left. The same command goes on where it stood.", err=True
            )
            sys.exit(INTERRUPTED)

    return guarded


def mapped_columns(text: str) -> dict[str, str]:
    """`text=留言详情,time=留言时间` -> house name -> heading. Raises OptionError."""
    pairs = [part.split("=", 1) for part in text.split(",") if part.strip()]
    if any(len(pair) != 2 or not pair[0].strip() or not pair[1].strip() for pair in pairs):
        raise OptionError(f"--map is {text!r}. Write it like text=留言详情,time=留言时间.")
    return {name.strip(): heading.strip() for name, heading in pairs}


@contextmanager
def whole_file(out: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that appears only when it is whole. Raises OutputError."""
    if out is None:
        yield sys.stdout
        return
    part = out.with_name(f"{out.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as stream:
            yield stream
        part.replace(out)
    except OSError as error:
        raise OutputError(f"{out} cannot be written: {error.strerror or error}. Choose another place.") from error
    finally:
        part.unlink(missing_ok=True)


def tell_rejects(rejects: Sequence[Reject]) -> int:
    """Say on standard error which rows could not be accepted; the exit code."""
    for one in rejects[:SHOWN_REJECTS]:
        click.echo(f"massline: {one.file}, row {one.row}, {one.column}: {one.reason}", err=True)
    if rejects:
        click.echo(f"massline: {len(rejects):,} rows could not be accepted.", err=True)
    return WITH_REJECTS if rejects else DONE
