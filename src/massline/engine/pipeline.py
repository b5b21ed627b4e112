"""The named steps in order: files in, the folder of the contract out.

Each step (`engine.steps`) reads what earlier ones left in the work folder and leaves its own there; none keeps the
texts of the corpus in memory. Work is cut in the batches that `read` gives, whatever the number of workers, so one
worker and many give the same bytes.
"""

import hashlib
import os
import resource
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from threadpoolctl import threadpool_limits

from massline.engine import results
from massline.engine.earlier import Earlier, LearnAnew, check_drift, earlier_of, forget, keep_steps, take_up
from massline.engine.endpoint import Endpoint
from massline.engine.errors import InputError, OptionError, OutputError
from massline.engine.proposals import warnings_of
from massline.engine.runners import Workers
from massline.engine.runners.cluster import joined
from massline.engine.steps.intake import clean_messages, fold_copies, read_files
from massline.engine.steps.meaning import learn_from_sample, make_themes
from massline.engine.steps.naming import name_themes_and_count
from massline.engine.steps.placing import place_messages
from massline.engine.steps.tracing import find_statements
from massline.engine.steps.weighing import margins_of_call
from massline.engine.teacher import Lessons, Reader, lessons
from massline.engine.teacher_file import FileTeacher
from massline.engine.teacher_service import ServiceTeacher
from massline.engine.weigh.margins import Margins
from massline.engine.workfolder import Progress, WorkFolder

METHOD: Final = "taught-12"
"""Version of the method. It changes whenever the same input would give another result."""

METHOD_OF_WORDS: Final = "words-9"
"""Version of the method that goes by words alone, where no teacher can be asked or none shall be."""

TEACH: Final[int | None] = None
"""So many distinct messages the teacher reads where nobody says: what the size of the call allows (`teacher.Lessons.of`)."""

TEACH_RATE: Final = 200
"""So many messages a second of one core the built-in teacher reads at least (docs/reference/quality.md, *Cost*). A budget in
seconds is turned into messages by this number, not by a clock, so that the machine does not change the result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What may be chosen. Only `workers` and `ray` change no byte of the result.

    columns: house name -> heading. grain: number of coarse themes, None for as many as the data upholds. workers: None
    for one a core. ray: HOST:PORT of the head of a Ray cluster that works instead. language: of the report, "zh" or "en";
    None for that of most messages. teach: how many distinct messages the teacher reads at most, 0 for none, None for what the
    size of the call allows; teach_seconds: the same said in seconds of one core, TEACH_RATE messages each. teacher: another
    sentence model than the built-in one, in a folder or behind an endpoint. namer: a language model that may propose names
    (proposals.py); what it answers is its own, so equal bytes are promised without it only.
    margins: file with how many people of each group there are, to correct the shares by.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    grain: int | None = None
    workers: int | None = None
    ray: str | None = None
    language: str | None = None
    teach: int | None = None
    teach_seconds: int | None = None
    teacher: Path | Endpoint | None = None
    namer: Endpoint | None = None
    margins: Path | None = None

    def __post_init__(self) -> None:
        if self.grain is not None and not 1 <= self.grain <= 1_000:
            raise OptionError(f"--grain is {self.grain}. Write auto, or a number from 1 to 1000.")
        if self.workers is not None and not 1 <= self.workers <= 1_024:
            raise OptionError(f"--workers is {self.workers}. Write a number from 1 to 1024.")
        if not 0 <= self.seed < 2**32:
            raise OptionError(f"--seed is {self.seed}. Write a number from 0 to {2**32 - 1}.")
        if self.teach is not None and not (self.teach == 0 or 100 <= self.teach <= 1_000_000):
            raise OptionError(f"--teach is {self.teach}. Write 0, or a number from 100 to 1000000.")
        if self.teach_seconds is not None:
            self._check_seconds(self.teach_seconds)
        if self.language not in (None, "zh", "en"):
            raise OptionError(f"language is {self.language!r}. Write zh or en.")

    def _check_seconds(self, seconds: int) -> None:
        if self.teach is not None or self.teacher is not None:
            raise OptionError(
                "--teach in seconds is known for the built-in sentence model alone, and beside no number of messages. Write "
                "how many messages it may read."
            )
        if not 1 <= seconds <= 5_000:
            raise OptionError(f"--teach is {seconds}s. Write 1s to 5000s, seconds of one core.")

    @property
    def budget(self) -> int | None:
        """How many messages the teacher may read, None for what the size of the call allows."""
        if self.teach_seconds is not None:
            return self.teach_seconds * TEACH_RATE
        return TEACH if self.teach is None else self.teach


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """The counts of a run. rows = accepted + rejected; accepted = placed + not_placed + too_short + copies +
    removed. without_teacher: why the teacher could not be asked; empty where it was, or was not wanted. warnings: what must
    be known beside the corrected shares. went_on: messages of the earlier run that this one went on from, None for none;
    why_anew: why it did not go on from the one that was there, as half a sentence."""

    rows: int
    accepted: int
    rejected: int
    placed: int
    not_placed: int
    too_short: int
    copies: int
    removed: int
    themes: int
    campaigns: int
    seconds: float
    peak_rss_mb: float
    method: str
    seed: int
    without_teacher: str
    warnings: tuple[str, ...] = ()
    went_on: int | None = None
    why_anew: str = ""

    def counts(self) -> dict[str, Any]:
        """As `--json` prints them: the names of the contract."""
        beside = ("without_teacher", "warnings", "went_on", "why_anew")
        return {name: value for name, value in asdict(self).items() if name not in beside}


def run(
    paths: Sequence[Path],
    out: Path,
    options: Options,
    *,
    progress: Progress = lambda step, done: None,
    keep: bool = False,
) -> RunResult:
    """Concentrate the files of one call into the folder `out`.

    What an earlier run with the same files and options has finished in `out/.work` is used again. keep: leave in `out/.kept`
    what serves to go on when messages are appended to the files, and go on from what an earlier run has left there
    (docs/decisions/0022); themes then stay those of the earlier run. The files of the result appear at the end, all of them;
    until then those of an earlier result stay. Raises InputError, OptionError, OutputError, ClusterError; `out` then holds
    nothing new but `.work`.
    """
    if not paths:
        raise InputError("No file is given. Name one file or more.")
    start = time.perf_counter()
    try:
        margins = margins_of_call(options.margins) if options.margins else None
        taught = lessons(options.budget, partial(_reader, options.teacher) if options.teacher else None)
        key = run_key(paths, options, taught)
        earlier = earlier_of(out, paths, key) if keep else None
        call = _Call(paths, out, options, taught, margins, key, start)
        if isinstance(earlier, Earlier):
            try:
                return _finished(call, progress, keep=keep, earlier=earlier)
            except LearnAnew as why:
                forget(out)
                earlier = str(why)
        return _finished(call, progress, keep=keep, why_anew=earlier or "")
    except OSError as error:
        raise OutputError(
            f"{out} cannot be written: {error.strerror or error}. Make room or choose another folder, then run again."
        ) from error


@dataclass(frozen=True, slots=True)
class _Call:
    """What one run is about. key: see run_key. start: when it began, by the performance counter."""

    paths: Sequence[Path]
    out: Path
    options: Options
    taught: Lessons
    margins: Margins | None
    key: Mapping[str, Any]
    start: float


def _finished(
    call: _Call, progress: Progress, *, keep: bool, earlier: Earlier | None = None, why_anew: str = ""
) -> RunResult:
    """Take all steps and put the result into its folder. Raises LearnAnew where an earlier run cannot be gone on from."""
    out, options, key = call.out, call.options, {**call.key, **({"continues": earlier.told()} if earlier else {})}
    with workers_of(options) as workers:  # first: where nobody listens, nothing is left behind
        work = WorkFolder(out / ".work", key, progress)
        take_steps(work, call.paths, options, (call.taught, call.margins, earlier), workers=workers)
        gone_on = {"continues": {**earlier.told(), **check_drift(earlier, work)}} if earlier else {}
        results.write_results(
            work, key["inputs"], language=options.language, method=key["method"], seed=options.seed, workers=workers
        )
    weighed = {"margins": key["margins"], "weighed": work.facts("label/weighed")} if call.margins else {}
    named = {"naming": work.facts("label/naming")} if options.namer else {}
    result = RunResult(
        **results.counts_of(work),
        seconds=round(time.perf_counter() - call.start, 3),
        peak_rss_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),  # Linux counts KiB
        method=key["method"],
        seed=options.seed,
        without_teacher=call.taught.why_not,
        warnings=(*(weighed["weighed"]["warnings"] if weighed else ()), *warnings_of(named)),
        went_on=earlier.rows if earlier else None,
        why_anew=why_anew,
    )
    chosen = {name: key[name] for name in ("grain", "columns", "teach")}
    if options.teach_seconds is not None:
        chosen |= {"teach_seconds": options.teach_seconds, "messages_a_second": TEACH_RATE}
    facts = results.run_facts(work, key["inputs"], result.counts(), chosen)
    facts["timings"] |= {"learnt_anew_because": why_anew} if why_anew else {}
    results.publish(out, work, facts | weighed | named | gone_on)
    if keep:
        with suppress(OSError):  # the result is whole; without what is kept the next run learns anew
            keep_steps(out, work, call.key, call.paths, earlier)
    shutil.rmtree(work.path)
    return result


def _reader(where: Path | Endpoint) -> Reader:
    """The sentence model that somebody named. Raises TeacherError."""
    return ServiceTeacher(where) if isinstance(where, Endpoint) else FileTeacher(where)


def run_key(paths: Sequence[Path], options: Options, taught: Lessons) -> dict[str, Any]:
    """What a result depends on: the files (name, size, digest), the method, who teaches and the options. Reads the files
    once."""
    names = [path.name for path in paths]
    labels = [
        name if names.count(name) == 1 else f"{name}#{number}" for number, name in enumerate(names, 1)
    ]  # as `read` has them
    margins = {"margins": _input_facts(options.margins)} if options.margins else {}
    return {
        **margins,
        "inputs": [{"label": label, **_input_facts(path)} for label, path in zip(labels, paths, strict=True)],
        "method": METHOD if taught.teacher else METHOD_OF_WORDS,
        "teach": taught.messages,
        "teacher": [taught.teacher.name, taught.teacher.digest] if taught.teacher else None,
        "seed": options.seed,
        "grain": options.grain,
        "columns": dict(sorted(options.columns.items())),
        **({"namer": [options.namer.url, options.namer.model]} if options.namer else {}),
    }


def _input_facts(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return {"name": path.name, "size": path.stat().st_size, "sha256": digest}
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Check the name and the rights.") from error


@contextmanager
def workers_of(options: Options) -> Iterator[Workers]:
    """Who works, for as long as the steps take. Raises OptionError, ClusterError."""
    if options.ray is None:
        yield options.workers or os.cpu_count() or 1
        return
    with joined(options.ray) as cluster:
        yield cluster


def take_steps(
    work: WorkFolder,
    paths: Sequence[Path],
    options: Options,
    given: tuple[Lessons, Margins | None, Earlier | None],
    *,
    workers: Workers,
) -> None:
    """Run the steps that the work folder does not hold yet. given: who teaches, the margins, and a run whose themes are taken
    up. Raises LearnAnew where they do not serve."""
    seed, (taught, margins, earlier) = options.seed, given
    with threadpool_limits(1):  # more threads would add up in another order
        work.step("read", partial(read_files, work, paths, options.columns, seed, workers, earlier=earlier))
        work.step("clean", partial(clean_messages, work, workers, earlier=earlier))
        work.step("fold", partial(fold_copies, work, seed, workers, earlier=earlier))
        if earlier:
            for name in ("embed", "group"):
                work.step(name, partial(take_up, earlier, name))
        else:
            work.step("embed", partial(learn_from_sample, work, taught, seed))
            work.step("group", partial(make_themes, work, options.grain, seed))
        work.step("place", partial(place_messages, work, workers, earlier=earlier))
        if earlier:
            check_drift(earlier, work)
        work.step("label", partial(name_themes_and_count, work, workers, margins, options.namer, earlier=earlier))
        work.step("trace", partial(find_statements, work, workers, earlier=earlier))
