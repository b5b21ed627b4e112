"""`massline concentrate` and the smaller commands: files in, files out. No server, no Django.

Exit codes: 0 done, 1 done with rejects (said on standard error), 2 nothing done (why, and what to do). On a terminal a
bar shows how far a run is; in a pipe nothing is said but the result.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from massline.engine.endpoint import Endpoint
from massline.engine.errors import OptionError
from massline.engine.mask import mask
from massline.engine.opinion.cli import opinion
from massline.engine.pipeline import Options, RunResult, run
from massline.engine.progress import progress_bar
from massline.engine.proposals import most_it_costs
from massline.engine.read import read
from massline.engine.rejects import Reject
from massline.engine.rising_command import rising_command
from massline.engine.route.cli import route
from massline.engine.terminal import DONE, WITH_REJECTS, FilePath, mapped_columns, refusals, tell_rejects, whole_file
from massline.engine.trace_command import trace
from massline.engine.weigh.command import Columns, as_lines, readable, weigh_file

STEPS: Final = ("read", "clean", "fold", "embed", "group", "place", "label", "trace", "report")
COUNTED: Final = ("placed", "not_placed", "too_short", "copies", "removed")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def commands() -> None:
    """From the people, to the people: what many people said, made clear."""


commands.add_command(opinion)
commands.add_command(rising_command)
commands.add_command(route)
commands.add_command(trace)


def grain_of(text: str) -> int | None:
    """`auto` or a number. Raises OptionError."""
    if text == "auto":
        return None
    if not text.isdecimal():
        raise OptionError(f"--grain is {text!r}. Write auto, or a number from 1 to 1000.")
    return int(text)


def budget_of(text: str | None) -> tuple[int | None, int | None]:
    """`12000` messages, or `60s` of one core: one of the two, the other None. Raises OptionError."""
    if not text:
        return None, None
    number = text.removesuffix("s")
    if not number.isdecimal():
        raise OptionError(f"--teach is {text!r}. Write a number of messages such as 12000, or seconds such as 60s.")
    return (int(number), None) if number == text else (None, int(number))


def teacher_of(text: str | None) -> Path | Endpoint | None:
    """A folder, or an address with the model's name and key from the environment. Raises OptionError."""
    if not text:
        return None
    if "://" not in text:
        return Path(text)
    return endpoint_of(text, "MASSLINE_TEACHER")


def endpoint_of(url: str, setting: str) -> Endpoint:
    """An address with the model's name and key from the settings beside it. Raises OptionError."""
    return Endpoint(url=url, model=os.environ.get(f"{setting}_MODEL", ""), key=os.environ.get(f"{setting}_KEY", ""))


@commands.command(
    epilog="Example: massline concentrate messages.csv --out result --map text=留言详情,time=留言时间",
)
@click.argument("files", nargs=-1, required=True, type=FilePath)
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder for the result.")
@click.option("--map", "columns", default="", metavar="NAME=HEADING,…", help="Which heading is which column.")
@click.option("--margins", type=FilePath, help="How many people of each group there are; shares are corrected by them.")
@click.option("--grain", default="auto", metavar="auto|N", help="Number of themes at the coarsest grain.")
@click.option("--seed", default=0, show_default=True, help="Same files and seed, same result.")
@click.option(
    "--workers", type=int, metavar="N", help="How many work at once; one a core if not said. Changes no byte."
)
@click.option("--ray", metavar="HOST:PORT", help="Head of a Ray cluster whose workers work instead. Changes no byte.")
@click.option(
    "--teach",
    metavar="N|Ns",
    envvar="MASSLINE_TEACH",
    help="How many messages the sentence model reads at most, or for how many seconds of one core; 0: words alone. If not "
    "said 24000, and 12000 of more than a million.",
)
@click.option(
    "--teacher",
    metavar="FOLDER|URL",
    envvar="MASSLINE_TEACHER",
    help="Another sentence model: a folder with model.onnx and tokenizer.json, or an address that gives embeddings "
    "(its model in MASSLINE_TEACHER_MODEL, its key in MASSLINE_TEACHER_KEY).",
)
@click.option(
    "--namer",
    metavar="URL",
    envvar="MASSLINE_LLM_URL",
    help="A language model that may propose names of themes (its name in MASSLINE_LLM_MODEL, its key in MASSLINE_LLM_KEY). "
    "What the messages do not say is refused.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON object at the end.")
@refusals
def concentrate(  # noqa: PLR0913 - one argument for each option
    files: tuple[Path, ...],
    out: Path,
    columns: str,
    margins: Path | None,
    grain: str,
    seed: int,
    workers: int | None,
    ray: str | None,
    teach: str | None,
    teacher: str | None,
    namer: str | None,
    as_json: bool,
) -> int:
    """Concentrate the messages of one call: themes, statements with their messages, campaigns, a report.

    FILES are CSV, TSV, JSON lines, Parquet or XLSX, with one message a row. Columns are known by common Chinese and
    English headings: text (the only one that is needed), id, title, time, channel, area, sender, age, sex, residence.
    A run that was stopped goes on where it stood. Where messages have been appended to the files of an earlier run, they are
    placed in its themes, as long as these serve.
    """
    messages, seconds = budget_of(teach)
    options = Options(
        columns=mapped_columns(columns),
        margins=margins,
        grain=grain_of(grain),
        seed=seed,
        workers=workers,
        ray=ray,
        teacher=teacher_of(teacher),
        namer=endpoint_of(namer, "MASSLINE_LLM") if namer else None,
        teach=messages,
        teach_seconds=seconds,
    )
    if options.namer:
        click.echo(f"massline: {most_it_costs(options.namer)}", err=True)
    with progress_bar(STEPS) as watch:
        result = run(files, out, options, progress=watch, keep=True)
    if as_json:
        click.echo(json.dumps(result.counts()))
    else:
        click.echo(summary(result, out))
    warnings = list(warnings_of(result, out))
    for warning in warnings:
        click.echo(f"massline: {warning}", err=True)
    return WITH_REJECTS if warnings else DONE


def warnings_of(result: RunResult, out: Path) -> Iterator[str]:
    """What did not go as somebody may have thought: a sentence each, with the way on."""
    if result.without_teacher:
        yield f"no sentence model read the messages, so themes go by words alone. {result.without_teacher}"
    yield from result.warnings
    if without_rows := files_without_rows(out):
        yield (
            f"{', '.join(without_rows)}: headings, but no row under them. Nothing came from there; if messages were "
            "meant to, save the file again and run this once more."
        )
    if result.rejected:
        yield f"{result.rejected:,} of {result.rows:,} rows could not be accepted; {out / 'rejects.csv'} says why."


def files_without_rows(out: Path) -> list[str]:
    """Names of the files of a run that have headings and nothing else."""
    inputs = json.loads((out / "report.json").read_text(encoding="utf-8"))["inputs"]
    return [one["name"] for one in inputs if not one["rows"]]


def summary(result: RunResult, out: Path) -> str:
    """What a person wants to know at the end: that the sums are whole, and where to look."""
    counts = result.counts()
    parts = "\n".join(f"  {name.replace('_', ' '):<12}{counts[name]:>12,}" for name in COUNTED)
    return (
        f"{_beginning(result)}{result.rows:,} rows = {result.accepted:,} accepted + {result.rejected:,} rejected\n"
        f"{result.accepted:,} accepted =\n{parts}\n"
        f"{result.themes} themes, {result.campaigns} campaigns, in {result.seconds:.1f} s\n"
        f"Read {out / 'report.html'}"
    )


def _beginning(result: RunResult) -> str:
    """From what the run went on, or why from nothing, where there was something."""
    if result.went_on is not None:
        new = result.accepted - result.went_on
        told = f"{new:,} new messages stand in the themes of {result.went_on:,} earlier ones. Another folder learns them anew."
    else:
        told = (
            f"Themes were learnt anew, not taken from the earlier result: {result.why_anew}." if result.why_anew else ""
        )
    return told and f"{told}\n"


@commands.command(epilog="Example: massline weigh sample.csv --margins margins.csv --weights pw --of satisfied")
@click.argument("sample", type=FilePath)
@click.option("--margins", required=True, type=FilePath, help="How many people of each group there are.")
@click.option("--of", required=True, metavar="HEADING", help="The column to estimate: numbers, or words to count.")
@click.option("--weights", metavar="HEADING", help="Column of the weights that the sample was drawn with.")
@click.option("--cluster", metavar="HEADING", help="Column of the clusters that were drawn, such as schools.")
@click.option("--strata", metavar="HEADING", help="Column of the strata that were drawn from one by one.")
@click.option("--population", metavar="HEADING", help="Column that says how many clusters (or rows) there are in all.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a figure.")
@refusals
def weigh(  # noqa: PLR0913 - one argument for each option
    sample: Path,
    margins: Path,
    of: str,
    weights: str | None,
    cluster: str | None,
    strata: str | None,
    population: str | None,
    as_json: bool,
) -> int:
    """Correct a sample for groups heard too much or too little: the raw and the corrected figure, and how sure it is.

    SAMPLE has one person or message a row, and for each variable of the margins a column of its name. Margins are a file
    with one group a row: variable, category, count (or percent).
    """
    weighed = weigh_file(sample, margins, Columns(of, weights, cluster, strata, population))
    click.echo(as_lines(weighed) if as_json else readable(weighed))
    for warning in weighed.warnings:
        click.echo(f"massline: {warning}", err=True)
    return WITH_REJECTS if weighed.warnings else DONE


@commands.command("mask", epilog="Example: massline mask messages.csv --out masked.jsonl")
@click.argument("files", nargs=-1, required=True, type=FilePath)
@click.option("--out", type=FilePath, help="File for the lines; standard output if not said.")
@click.option("--map", "columns", default="", metavar="NAME=HEADING,…", help="Which heading is which column.")
@refusals
def mask_command(files: tuple[Path, ...], out: Path | None, columns: str) -> int:
    """Mask personal data: one JSON object a line with id, masked_text and kinds."""
    rejects: list[Reject] = []
    batches = read(files, columns=mapped_columns(columns), reject=rejects.append, seed=0)
    with whole_file(out) as stream:
        for batch in batches:
            for name, text in zip(batch.column("id").to_pylist(), batch.column("text").to_pylist(), strict=True):
                masked = mask(text)
                line = {"id": name, "masked_text": masked.text, "kinds": masked.kinds}
                stream.write(json.dumps(line, ensure_ascii=False) + "\n")
    return tell_rejects(rejects)


@commands.command("similar", epilog="Example: massline similar 电梯困人没人管 升降梯老停")
@click.argument("texts", nargs=-1, metavar="[A B]")
@click.option("--pairs", type=FilePath, help="File with two texts a row: tabs, CSV or JSON lines.")
@click.option("--out", type=FilePath, help="File for the lines; standard output if not said.")
@refusals
def similar_command(texts: tuple[str, ...], pairs: Path | None, out: Path | None) -> int:
    """Say how likely two texts say the same, 0 to 1: one JSON object a line with row and similarity."""
    from massline.engine.similar import read_pairs, similarities  # the sentence model: other commands need it not
    from massline.engine.teacher import the_teacher

    if len(texts) != (0 if pairs else 2):
        raise OptionError("Give two texts, or --pairs with a file that has two a row.")
    rows = list(read_pairs(pairs)) if pairs else [(texts[0], texts[1])]
    left, right = [one for one, _ in rows], [other for _, other in rows]
    with whole_file(out) as stream:
        for row, value in enumerate(similarities(left, right, the_teacher()), 1):
            stream.write(json.dumps({"row": row, "similarity": round(float(value), 6)}) + "\n")
    return DONE
