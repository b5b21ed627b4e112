"""`massline route`: past cases in, a router out; messages in, their topics and bodies out. Exit codes as in
engine/terminal.py."""

import json
import os
from functools import partial
from pathlib import Path
from typing import Final

import click
import pyarrow as pa

from massline.engine.clean import forms_as_written
from massline.engine.errors import OptionError, OutputError
from massline.engine.progress import progress_bar
from massline.engine.read import read
from massline.engine.rejects import Reject
from massline.engine.route.model import Router, ask, load_router, save_router, shown_words
from massline.engine.route.past import read_past, read_topics
from massline.engine.runners import map_blocks
from massline.engine.terminal import FilePath, mapped_columns, refusals, tell_rejects, whole_file

STEPS: Final = ("read", "grams", "topic", "body", "words", "write")
TRUTH: Final = ("false", "true")
PIECE: Final = 4_096
"""Messages that one worker takes at once."""


@click.group()
def route() -> None:
    """Learn from past cases which topic a message has and which body is responsible, and say so of new ones."""


@route.command(
    "train", epilog="Example: massline route train past.csv --out router.npz --map text=留言详情,topic=一级标签"
)
@click.argument("files", nargs=-1, required=True, type=FilePath)
@click.option("--out", required=True, type=FilePath, help="File for the router.")
@click.option(
    "--map", "columns", default="", metavar="NAME=HEADING,…", help="Which heading is text, topic, body, title or id."
)
@click.option(
    "--topics", type=FilePath, help="List of topics, a tree of any depth; cases of other topics are left out."
)
@click.option("--seed", default=0, show_default=True, help="Same cases and seed, same router.")
@click.option("--workers", type=click.IntRange(1, 1024), metavar="N", help="How many work at once. Changes no byte.")
@refusals
def train_command(  # noqa: PLR0913 - one argument for each option
    files: tuple[Path, ...], out: Path, columns: str, topics: Path | None, seed: int, workers: int | None
) -> int:
    """Learn from past cases: a text and its topic in each row, and the responsible body if there is such a column.

    A row whose id an earlier row has corrects that one, so corrections come as one more file behind the others.
    """
    from massline.engine.route.learn import train  # SciPy: whoever applies a router does not wait for it

    if not 0 <= seed < 2**32:
        raise OptionError(f"--seed is {seed}. Write a number from 0 to {2**32 - 1}.")
    rejects: list[Reject] = []
    workers = workers or os.cpu_count() or 1
    with progress_bar(STEPS) as watch:
        watch("read", 0)
        allowed = read_topics(topics) if topics else None
        past = read_past(files, mapped_columns(columns), topics=allowed, reject=rejects.append, workers=workers)
        router = train(past, seed=seed, workers=workers, done=watch)
        watch("write", 0)
        try:
            save_router(out, router)
        except OSError as error:
            raise OutputError(f"{out} cannot be written: {error.strerror or error}. Choose another place.") from error
    click.echo(summary(router))
    return tell_rejects(rejects)


def summary(router: Router) -> str:
    """What was learnt, and what to expect of it."""
    lines = [f"{router.facts['cases']:,} past cases, {router.facts['corrected']:,} of them corrected"]
    for question, learnt in router.learnt.items():
        facts, names = router.facts[question], len(learnt.names)
        if facts["asked"]:
            told = f"right for {facts['right']:.1%} of {facts['asked']:,} cases it had not seen; "
            told += (
                f"sure of {facts['sure']:.1%}, right for {facts['sure_right']:.1%} of them"
                if facts["sure"]
                else "never sure"
            )
        else:
            told = "too few cases to know how often it is right: never sure"
        lines.append(f"{question}: {names:,} to choose from, {told}")
    return "\n".join(lines)


@route.command("apply", epilog="Example: massline route apply router.npz messages.csv --out topics.jsonl")
@click.argument("model", type=FilePath)
@click.argument("files", nargs=-1, required=True, type=FilePath)
@click.option("--out", type=FilePath, help="File for the lines; standard output if not said.")
@click.option("--map", "columns", default="", metavar="NAME=HEADING,…", help="Which heading is which column.")
@click.option("--workers", type=click.IntRange(1, 1024), metavar="N", help="How many work at once. Changes no byte.")
@refusals
def apply_command(model: Path, files: tuple[Path, ...], out: Path | None, columns: str, workers: int | None) -> int:
    """Say the topic of each message: one JSON object a line with id, topic, probability, sure and the words that decided.

    Where the past cases named bodies: body, body_probability and body_sure too. What is not sure is for a person.
    """
    router = load_router(model)
    rejects: list[Reject] = []
    batches = read(files, columns=mapped_columns(columns), reject=rejects.append, seed=0)
    pieces = (batch.slice(start, PIECE) for batch in batches for start in range(0, len(batch), PIECE))
    done = 0
    with progress_bar(("apply",)) as watch, whole_file(out) as stream:
        watch("apply", 0)
        for lines in map_blocks(partial(_lines, router=router), pieces, workers=workers or os.cpu_count() or 1):
            stream.write("".join(lines))
            done += len(lines)
            watch("apply", done)
    return tell_rejects(rejects)


def _lines(batch: pa.RecordBatch, *, router: Router) -> list[str]:
    """The JSON line of each message. Written piece by piece: a hundred thousand objects would take a second.

    Messages are read as they came: a name or a number in them is no word of the router's, which learnt from masked cases."""
    forms = forms_as_written(batch)
    names = [_json(name) for name in batch.column("id").to_pylist()]
    told = {question: ask(forms, router.grams, learnt) for question, learnt in router.learnt.items()}
    parts = [[f'{{"id": {name}' for name in names]]
    for question, answers in told.items():
        written = [_json(name) for name in router.learnt[question].names]
        before = "" if question == "topic" else f"{question}_"
        found = zip(answers.best.tolist(), answers.chance.tolist(), answers.sure.tolist(), strict=True)
        parts.append(
            [
                f', "{question}": {written[best]}, "{before}probability": {chance:.4f}, "{before}sure": {TRUTH[sure]}'
                for best, chance, sure in found
            ]
        )
    decided = shown_words(router.grams, told["topic"].decided, forms)
    words = {place: _json(router.grams.words[place]) for place in {one for row in decided for one in row}}
    parts.append([f', "words": [{", ".join([words[place] for place in row])}]}}\n' for row in decided])
    return ["".join(line) for line in zip(*parts, strict=True)]


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
