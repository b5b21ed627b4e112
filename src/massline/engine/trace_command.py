"""`massline trace check`: statements and their messages in, a verdict on each out. Exit codes as in engine/terminal.py."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import pyarrow as pa
import pyarrow.compute as pc

from massline.engine.errors import InputError, TeacherError
from massline.engine.progress import progress_bar
from massline.engine.read import read
from massline.engine.rejects import Reject
from massline.engine.support import Message, check, message_of
from massline.engine.teacher import Teacher, the_teacher
from massline.engine.terminal import WITH_REJECTS, FilePath, mapped_columns, refusals, tell_rejects, whole_file

STEPS = ("read", "check")
TOLD = 500
"""Statements between two looks at the bar."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of the file: a sentence, the ids it names, and how many it says that they are, if it does."""

    text: str
    messages: tuple[str, ...]
    support: int | None


@click.group()
def trace() -> None:
    """Follow statements to the messages behind them."""


@trace.command("check", epilog="Example: massline trace check result/statements.jsonl --messages messages.csv")
@click.argument("statements", type=FilePath)
@click.option("--messages", "files", required=True, multiple=True, type=FilePath, help="File with the messages.")
@click.option("--out", type=FilePath, help="File for the lines; standard output if not said.")
@click.option("--map", "columns", default="", metavar="NAME=HEADING,…", help="Which heading is which column.")
@refusals
def check_command(statements: Path, files: tuple[Path, ...], out: Path | None, columns: str) -> int:
    """Check that the messages say what statements claim: one JSON object a line with statement, verdict, reason, messages.

    STATEMENTS holds one JSON object a line: statement, messages (their ids). A statement is supported when its messages say each
    of its clauses, numbers and names, and none of them the other way round; `messages` are those that do.
    """
    rejects: list[Reject] = []
    teacher, why_not = _teacher()
    with progress_bar(STEPS) as watch, whole_file(out) as stream:
        watch("read", 0)
        asked = list(read_statements(statements, rejects))
        known = _cited(asked, files, mapped_columns(columns), rejects)
        for number, one in enumerate(asked):
            if number % TOLD == 0:
                watch("check", number)
            stream.write(json.dumps(verdict_on(one, known, teacher), ensure_ascii=False) + "\n")
    if why_not:
        click.echo(
            f"massline: no sentence model read the statements, so other wordings were refused. {why_not}", err=True
        )
    return max(tell_rejects(rejects), WITH_REJECTS if why_not else 0)


def _teacher() -> tuple[Teacher | None, str]:
    try:
        return the_teacher(), ""
    except TeacherError as error:
        return None, str(error)


def verdict_on(statement: Statement, known: dict[str, Message], teacher: Teacher | None) -> dict[str, object]:
    """The line of one statement. known: the messages that any statement names, by id."""
    unknown = [name for name in statement.messages if name not in known]
    found = check(statement.text, {name: known[name] for name in statement.messages if name in known}, teacher)
    reason = found.reason
    if unknown and not found.messages:
        reason = f"there is no message {unknown[0]}"
    if statement.support is not None and statement.support != len(set(statement.messages)):
        reason = f"support is said to be {statement.support}, but {len(set(statement.messages))} messages are named"
    return {
        "statement": statement.text,
        "verdict": "refused" if reason else "supported",
        "reason": reason,
        "messages": [] if reason else list(found.messages),
    }


def read_statements(path: Path, rejects: list[Reject]) -> Iterator[Statement]:
    """The statements of a file; lines that hold none go to `rejects`. Raises InputError when there is none at all."""
    found = 0
    try:
        with path.open(encoding="utf-8-sig") as stream:
            for row, line in enumerate(stream, 1):
                if not line.strip():
                    continue
                one = _statement(line)
                if isinstance(one, str):
                    rejects.append(Reject.of(path.name, row, value=line, code="json", fact=one))
                else:
                    found += 1
                    yield one
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}. Send one JSON object a line, in UTF-8.") from error
    if not found:
        raise InputError(
            f'{path.name} holds no statement. Send one JSON object a line, like {{"statement": "…", "messages": ["m1"]}}.'
        )


def _statement(line: str) -> Statement | str:
    """The statement of a line, or what is wrong with it in a word."""
    try:
        told = json.loads(line)
    except (ValueError, RecursionError) as error:
        return getattr(error, "msg", type(error).__name__)
    if not isinstance(told, dict) or not isinstance(told.get("statement"), str):
        return "no statement in it"
    messages, support = told.get("messages", []), told.get("support")
    if not isinstance(messages, list) or not all(isinstance(one, str | int) for one in messages):
        return "its messages are no list of ids"
    return Statement(told["statement"], tuple(map(str, messages)), support if isinstance(support, int) else None)


def _cited(
    asked: Sequence[Statement], files: Sequence[Path], columns: dict[str, str], rejects: list[Reject]
) -> dict[str, Message]:
    """The messages that statements name, by id. All others are read and let go."""
    wanted = {name for one in asked for name in one.messages}
    known: dict[str, Message] = {}
    for batch in read(files, columns=columns, reject=rejects.append, seed=0):
        cited = pc.is_in(batch.column("id"), pa.array(sorted(wanted), pa.large_string()))
        for row in batch.select(["id", "title", "text"]).filter(cited).to_pylist():
            known[row["id"]] = message_of(row["title"], row["text"])
    return known
