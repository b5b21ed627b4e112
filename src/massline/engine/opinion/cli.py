"""`massline opinion`: votes in, opinion groups out. Exit codes as in engine/cli.py."""

import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click
import pyarrow.parquet as pq

import massline
from massline.engine.errors import EngineError, OptionError, OutputError
from massline.engine.opinion.answers import read_answers
from massline.engine.opinion.exports import Export, read_export
from massline.engine.opinion.find import METHODS, Opinion, find_opinion
from massline.engine.opinion.find import STEPS as FINDING
from massline.engine.opinion.report import write_report
from massline.engine.opinion.tables import MARGINS
from massline.engine.opinion.weights import FEWEST, TOO_FEW, Weights, carried_weights, weigh_people
from massline.engine.progress import progress_bar
from massline.engine.rejects import Reject, write_rejects
from massline.engine.weigh.margins import Margins, read_margins
from massline.engine.workfolder import Progress

DONE, WITH_REJECTS, NOTHING_DONE, INTERRUPTED = 0, 1, 2, 130
FILES: Final = (
    *("participants.parquet", "groups.parquet", "statements.parquet", "votes.parquet", "margins.parquet"),
    *("rejects.csv", "report.html", "run.json"),
)
"""What a finished run leaves. run.json comes last: where it stands, the rest is whole. The folder can be given to
`massline opinion` again."""

STEPS: Final = ("read", *FINDING, "report")
WITH_ANSWERS: Final = ("participants.csv", "participants-votes.csv")
"""Files of an export folder that may tell what the voters said of themselves."""


@click.command(epilog="Example: massline opinion votes.csv --statements comments.csv --out result")
@click.argument("votes", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder for the result.")
@click.option("--statements", type=click.Path(path_type=Path, dir_okay=False), help="File with the statements' texts.")
@click.option(
    "--method", type=click.Choice(METHODS), default="stable", show_default=True, help="Ours, or Polis' reproduced."
)
@click.option(
    "--margins",
    type=click.Path(path_type=Path, dir_okay=False),
    help="How many people of each group there are at large.",
)
@click.option(
    "--participants",
    type=click.Path(path_type=Path, dir_okay=False),
    help="What voters said of themselves: participant, and a column for each variable of the margins.",
)
@click.option("--seed", default=0, show_default=True, help="Same votes and seed, same result.")
@click.option(
    "--language", type=click.Choice(("zh", "en")), default="zh", show_default=True, help="Language of the report."
)
@click.option("--json", "as_json", is_flag=True, help="Print the counts as one JSON object at the end.")
def opinion(  # noqa: PLR0913 - one argument for each option
    votes: Path,
    out: Path,
    statements: Path | None,
    method: str,
    margins: Path | None,
    participants: Path | None,
    seed: int,
    language: str,
    as_json: bool,
) -> None:
    """Find opinion groups: what parts people, and what all groups share.

    VOTES is Polis' votes.csv or participants-votes.csv, the JSON of its API, the product's own votes, or the folder of
    a whole export. With --margins every figure stands beside one that is corrected for who is missing; the answers are
    columns of the votes, or come with --participants.
    """
    try:
        with progress_bar(STEPS) as watch:
            result = run(
                votes,
                out,
                statements=statements,
                method=method,
                margins=margins,
                participants=participants,
                seed=seed,
                language=language,
                progress=watch,
            )
    except EngineError as error:
        click.echo(f"massline: {error}", err=True)
        sys.exit(NOTHING_DONE)
    except KeyboardInterrupt:
        click.echo("massline: stopped; nothing half-written is left.", err=True)
        sys.exit(INTERRUPTED)
    click.echo(json.dumps(result) if as_json else summary(result, out))
    if result["rejected"]:
        click.echo(f"massline: {result['rejected']:,} rejects; {out / 'rejects.csv'} says why.", err=True)
    unheard = result["corrected"]["cannot_say"] if result["corrected"] else []
    for one in unheard:
        click.echo(f"massline: {_cannot_say(one)}", err=True)
    if result["rejected"] or unheard:
        sys.exit(WITH_REJECTS)


def _cannot_say(one: dict[str, Any]) -> str:
    people = f"fewer than {FEWEST} voters are" if one["fate"] == TOO_FEW else "nobody who voted is"
    return (
        f"{one['variable']}: {people} {one['category']} ({one['share']:.1%} of the people). About them the corrected "
        "figures cannot say anything."
    )


def run(  # noqa: PLR0913 - one argument for each option
    votes: Path,
    out: Path,
    *,
    statements: Path | None,
    method: str,
    seed: int,
    language: str,
    margins: Path | None = None,
    participants: Path | None = None,
    progress: Progress = lambda step, done: None,
) -> dict[str, Any]:
    """Read, find, write. margins, participants: the population, and what the voters said of themselves. progress: told
    when each of STEPS begins. Returns the counts. Raises EngineError; then `out` is as it was."""
    begun = time.perf_counter()
    rejects: list[Reject] = []
    with whole_folder(out) as part:
        progress("read", 0)
        population = read_margins(margins) if margins else None
        variables = [margin.variable for margin in population.each] if population else []
        export = read_export(votes, statements=statements, answers=variables, reject=rejects.append)
        answered = _files_with_answers(votes, export, participants, margins)
        weights = _weights(votes, export, population, answered, reject=rejects.append if participants else _nobody)
        read = time.perf_counter()
        found = find_opinion(export, method=method, seed=seed, weights=weights, progress=progress)
        counts = _counts(export, found, len(rejects))
        facts = {
            "result": counts,
            "inputs": [_digest(path) for path in (*export.files, *(one for one in (margins, participants) if one))],
            "options": {"method": method, "seed": seed},
            "chosen_by": dict(found.grouping.foretold),
            "version": massline.__version__,
            "seconds": {"read": read - begun, "find": time.perf_counter() - read},
        }
        progress("report", 0)
        with _written(out):
            _write(part, export, found, rejects, language)
            (part / "run.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")
    return counts | {"seconds": round(time.perf_counter() - begun, 3)}


def _files_with_answers(votes: Path, export: Export, participants: Path | None, margins: Path | None) -> list[Path]:
    """Where the voters' answers may stand. Raises OptionError for answers without margins."""
    if participants is None:
        beside = [votes / name for name in WITH_ANSWERS if (votes / name).exists()] if votes.is_dir() else []
        return [*beside, export.files[0]]
    if margins is None:
        raise OptionError("--participants needs --margins: how many people of each group there are. Give both.")
    return [participants]


def _weights(
    votes: Path, export: Export, population: Margins | None, files: list[Path], *, reject: Callable[[Reject], None]
) -> Weights | None:
    """By the margins, or those that an earlier result carries. Raises InputError, OptionError."""
    people = export.votes.people
    if population is None:
        return carried_weights(votes, people) if votes.is_dir() else None
    variables = [margin.variable for margin in population.each]
    answers = read_answers(files, variables, people, reject=reject)
    return weigh_people(export.votes, population, answers.said, file=answers.file.name)


def _nobody(reject: Reject) -> None:
    """The rejects of a file that was read before are known."""


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """A folder for FILES; at the end they are moved into `out`, over those of an earlier run. When it does not come to
    that, `out` is as it was. Raises OutputError at once when `out` cannot be written."""
    new = not out.exists()
    part = out / ".opinion"
    try:
        with _written(out):
            part.mkdir(parents=True, exist_ok=True)
        yield part
        with _written(out):
            (out / "run.json").unlink(missing_ok=True)
            for name in FILES:
                os.replace(part / name, out / name)
    finally:
        shutil.rmtree(part, ignore_errors=True)
        if new and out.is_dir() and not any(out.iterdir()):
            out.rmdir()


@contextmanager
def _written(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"{out} cannot be written: {error.strerror}. Free some room or choose another --out."
        ) from error


def _counts(export: Export, found: Opinion, rejects: int) -> dict[str, Any]:
    certainty = found.grouping.certainty
    return {
        "rows": export.rows,
        "accepted": export.accepted,
        "rejected": rejects,
        "votes": found.votes.num_rows,
        "changed": export.votes.changed,
        "withdrawn": export.votes.withdrawn,
        "participants": found.participants.num_rows,
        **found.fates,
        "statements": found.statements.num_rows,
        "groups": found.grouping.groups,
        "stays": None if certainty is None else certainty.stays,
        "floods": found.floods.count,
        "flood_participants": int(found.floods.sizes.sum()),
        "shares": found.groups["share"].to_pylist(),
        "shares_corrected": None if found.weights is None else found.groups["share_corrected"].to_pylist(),
        "corrected": None if found.weights is None else found.weights.facts,
        "method": found.method,
    }


def _write(part: Path, export: Export, found: Opinion, rejects: list[Reject], language: str) -> None:
    for name in ("participants", "groups", "statements", "votes"):
        pq.write_table(getattr(found, name), part / f"{name}.parquet")
    margins = MARGINS.empty_table() if found.weights is None else found.weights.margins
    pq.write_table(margins, part / "margins.parquet")
    write_rejects(part / "rejects.csv", rejects, language=language)
    write_report(part / "report.html", export, found, language=language)


def _digest(path: Path) -> dict[str, Any]:
    with path.open("rb") as stream:
        return {
            "name": path.name,
            "size": path.stat().st_size,
            "sha256": hashlib.file_digest(stream, "sha256").hexdigest(),
        }


def summary(result: dict[str, Any], out: Path) -> str:
    """What a person wants to know at the end."""
    fates = " + ".join(
        f"{result[name]:,} {name.replace('_', ' ')}" for name in ("placed", "unsure", "too_few", "no_groups")
    )
    groups = f"{result['groups']} groups" if result["groups"] else "no groups found"
    return (
        f"{result['rows']:,} rows = {result['accepted']:,} accepted + {result['rows'] - result['accepted']:,} rejected\n"
        f"{result['participants']:,} people = {fates}\n"
        f"{groups}, {result['statements']:,} statements, {result['floods']} floods, in {result['seconds']:.1f} s\n"
        f"Read {out / 'report.html'}"
    )
