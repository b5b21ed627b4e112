"""The named steps in order: files in, the folder of the contract out.

Each step reads what earlier ones left in the work folder and leaves its own there; none keeps the texts of the corpus
in memory. Work is cut in the batches that `read` gives, whatever the number of workers, so one worker and many give
the same bytes.
"""

import hashlib
import json
import os
import re
import resource
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from threadpoolctl import threadpool_limits

from massline.engine import results
from massline.engine.buffers import I32, I64, strings_of
from massline.engine.clean import clean_batch, matching_form
from massline.engine.embed import learn_meaning, scrambled_vectors, vectors, weigh_sample
from massline.engine.errors import InputError, OptionError, OutputError
from massline.engine.fold import fold
from massline.engine.grams import letters_of
from massline.engine.group import Themes, find_themes, home_of, nearest_theme
from massline.engine.label import Name, distinct_senders, local_words, middle_and_edge, name_themes
from massline.engine.mask import mask
from massline.engine.minority import add_views, find_views, with_directions
from massline.engine.place import Frozen, load_meaning, load_themes, mean_similarity, place_batch, save_themes
from massline.engine.read import read
from massline.engine.rejects import Reject
from massline.engine.runners.local import map_blocks
from massline.engine.tables import CLEANED, FATES, MESSAGES, THEMES
from massline.engine.trace import most_telling, numbers_in, sentences_of, supporters
from massline.engine.words import Vocabulary, count_words, find_words
from massline.engine.workfolder import Progress, WorkFolder, write_batches, write_facts

METHOD: Final = "words-1"
"""Version of the method. It changes whenever the same input would give another result."""

SAMPLE: Final = 30_000
"""So many distinct messages teach; all others are placed."""

SHORTEST: Final = 4
"""A message that says less is too short: one for each sign of Chinese, two for each word of an alphabet."""

QUOTE: Final = 400
"""Signs of a quoted message that the report shows."""

INVISIBLE: Final = re.compile(
    "[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)

PLACED_FATE, NOT_PLACED, TOO_SHORT, COPY, REMOVED = range(len(FATES))
REMOVED_REASONS: Final = ("no_letters", "one_letter")
"""Why a message is removed: it holds no letter of any writing, or one letter again and again."""

Fates = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What may be chosen. Only `workers` changes no byte of the result.

    columns: house name -> heading. grain: number of coarse themes, None for as many as the data upholds. workers: None
    for one a core. language: of the report, "zh" or "en"; None for that of most messages.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    grain: int | None = None
    workers: int | None = None
    language: str | None = None

    def __post_init__(self) -> None:
        if self.grain is not None and not 1 <= self.grain <= 1_000:
            raise OptionError(f"--grain is {self.grain}. Write auto, or a number from 1 to 1000.")
        if self.workers is not None and not 1 <= self.workers <= 1_024:
            raise OptionError(f"--workers is {self.workers}. Write a number from 1 to 1024.")
        if not 0 <= self.seed < 2**32:
            raise OptionError(f"--seed is {self.seed}. Write a number from 0 to {2**32 - 1}.")
        if self.language not in (None, "zh", "en"):
            raise OptionError(f"language is {self.language!r}. Write zh or en.")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """The counts of a run. rows = accepted + rejected; accepted = placed + not_placed + too_short + copies +
    removed."""

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


def run(
    paths: Sequence[Path], out: Path, options: Options, *, progress: Progress = lambda step, done: None
) -> RunResult:
    """Concentrate the files of one call into the folder `out`.

    What an earlier run with the same files and options has finished in `out/.work` is used again. The files of the
    result appear at the end, all of them; until then those of an earlier result stay. Raises InputError, OptionError,
    OutputError; `out` then holds nothing new but `.work`.
    """
    if not paths:
        raise InputError("No file is given. Name one file or more.")
    start = time.perf_counter()
    key = run_key(paths, options)
    try:
        work = WorkFolder(out / ".work", key, progress)
        take_steps(work, paths, options)
        results.write_results(work, key["inputs"], language=options.language, method=METHOD, seed=options.seed)
        result = RunResult(
            **results.counts_of(work),
            seconds=round(time.perf_counter() - start, 3),
            peak_rss_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),  # Linux counts KiB
            method=METHOD,
            seed=options.seed,
        )
        facts = results.run_facts(
            work, key["inputs"], asdict(result), {"grain": options.grain, "columns": key["columns"]}
        )
        results.publish(out, work, facts)
    except OSError as error:
        raise OutputError(
            f"{out} cannot be written: {error.strerror or error}. Make room or choose another folder, then run again."
        ) from error
    return result


def run_key(paths: Sequence[Path], options: Options) -> dict[str, Any]:
    """What a result depends on: the files (name, size, digest), the method and the options. Reads the files once."""
    names = [path.name for path in paths]
    labels = [
        name if names.count(name) == 1 else f"{name}#{number}" for number, name in enumerate(names, 1)
    ]  # as `read` has them
    return {
        "inputs": [{"label": label, **_input_facts(path)} for label, path in zip(labels, paths, strict=True)],
        "method": METHOD,
        "seed": options.seed,
        "grain": options.grain,
        "columns": dict(sorted(options.columns.items())),
    }


def _input_facts(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return {"name": path.name, "size": path.stat().st_size, "sha256": digest}
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Check the name and the rights.") from error


def take_steps(work: WorkFolder, paths: Sequence[Path], options: Options) -> None:
    """Run the steps that the work folder does not hold yet."""
    workers = options.workers or os.cpu_count() or 1
    with threadpool_limits(1):  # more threads would add up in another order
        work.step("read", partial(_read, work, paths, options))
        work.step("clean", partial(_clean, work, workers))
        work.step("fold", partial(_fold, work, options.seed, workers))
        work.step("embed", partial(_embed, work, options.seed))
        work.step("group", partial(_group, work, options))
        work.step("place", partial(_place, work, workers))
        work.step("label", partial(_label, work, workers))
        work.step("trace", partial(_trace, work, workers))


def _read(work: WorkFolder, paths: Sequence[Path], options: Options, part: Path) -> None:
    rows: Counter[str] = Counter()
    with (part / "rejects.jsonl").open("w", encoding="utf-8") as stream:

        def reject(one: Reject) -> None:
            stream.write(json.dumps(asdict(one), ensure_ascii=False) + "\n")

        batches = read(paths, columns=options.columns, reject=reject, seed=options.seed, rows=rows)
        accepted = write_batches(part / "messages.arrow", MESSAGES, work.watched("read", batches))
    write_facts(part / "facts.json", {"rows": rows, "accepted": accepted})


def _clean(work: WorkFolder, workers: int, part: Path) -> None:
    blocks = work.table("read/messages").to_batches()
    cleaned = map_blocks(clean_batch, blocks, workers=workers)
    write_batches(part / "cleaned.arrow", CLEANED, work.watched("clean", cleaned))


def _fold(work: WorkFolder, seed: int, workers: int, part: Path) -> None:
    folded = fold(work.table("read/messages"), work.table("clean/cleaned"), seed=seed, workers=workers)
    np.save(part / "copy_of.npy", folded.copy_of)
    np.save(part / "campaign.npy", folded.campaign)
    write_batches(part / "campaigns.arrow", folded.campaigns.schema, folded.campaigns.to_batches())


def _embed(work: WorkFolder, seed: int, part: Path) -> None:
    """Say who is too short, removed or a copy; draw the sample from the rest; learn meaning from it."""
    forms, copy_of = work.table("clean/cleaned").column("form"), work.array("fold/copy_of")
    measured = [letters_of(*strings_of(chunk)) for chunk in forms.chunks]
    letters = np.concatenate([np.zeros(0, np.int32), *(letters for letters, _ in measured)])
    repeated = np.concatenate([np.zeros(0, np.bool_), *(repeated for _, repeated in measured)])
    fates = np.where(copy_of >= 0, COPY, NOT_PLACED).astype(np.int8)
    fates[letters < SHORTEST] = TOO_SHORT
    fates[(letters == 0) | (repeated & (letters >= SHORTEST))] = REMOVED
    distinct = np.flatnonzero(fates == NOT_PLACED)
    chance = np.random.default_rng(seed)
    drawn = distinct if len(distinct) <= SAMPLE else np.sort(chance.choice(distinct, SAMPLE, replace=False))
    meaning = learn_meaning(weigh_sample(drawn, forms.take(pa.array(drawn)).combine_chunks()), seed=seed)
    removed = {
        "no_letters": int((letters == 0).sum()),
        "one_letter": int((fates == REMOVED).sum() - (letters == 0).sum()),
    }
    np.save(part / "fates.npy", fates)
    np.save(part / "sample.npy", drawn)
    np.savez(part / "meaning.npz", row_of=meaning.row_of, table=meaning.table)
    write_facts(part / "facts.json", {"removed": {reason: count for reason, count in removed.items() if count}})


def _group(work: WorkFolder, options: Options, part: Path) -> None:
    """The tree of themes of the sample, small views included, frozen with the meaning it was made in."""
    rows, forms = work.array("embed/sample"), work.table("clean/cleaned").column("form")
    sample = weigh_sample(rows, forms.take(pa.array(rows)).combine_chunks())
    meaning = load_meaning(work.path / "embed" / "meaning.npz")
    points = vectors(sample.forms, meaning)  # (m, d)
    salads = scrambled_vectors(sample, meaning, seed=options.seed)
    themes = find_themes(points, salads, grain=options.grain, seed=options.seed)
    views = find_views(sample, nearest_theme(points, themes)[1]) if len(themes.parents) else []
    if views:
        meaning = with_directions(meaning, sample, views)
        themes = add_views(themes, sample, meaning, views)
        points = vectors(sample.forms, meaning)
    labels, similarity = nearest_theme(points, themes)
    missed = float((labels < 0).mean()) if len(labels) else 0.0
    save_themes(part / "themes.npz", Frozen(meaning, themes, missed, mean_similarity(similarity, labels >= 0)))


def _place(work: WorkFolder, workers: int, part: Path) -> None:
    """Every message into its theme; a copy goes where its original went."""
    fates, copy_of = work.array("embed/fates").copy(), work.array("fold/copy_of")
    frozen = load_themes(work.path / "group" / "themes.npz")
    themes, similarity = np.full(len(fates), -1, np.int32), np.zeros(len(fates), np.float32)
    rows = np.flatnonzero(fates == NOT_PLACED)
    blocks = _blocks_of(work, fates == NOT_PLACED)
    placed = work.watched("place", map_blocks(partial(place_batch, frozen=frozen), blocks, workers=workers))
    start = 0
    for batch in placed:
        at = rows[start : start + len(batch)]
        themes[at] = batch.column("theme").fill_null(-1)
        similarity[at] = batch.column("similarity")
        start += len(batch)
    fates[themes >= 0] = PLACED_FATE
    copies = np.flatnonzero(fates == COPY)
    themes[copies], similarity[copies] = themes[copy_of[copies]], similarity[copy_of[copies]]
    for name, array in (("fates", fates), ("themes", themes), ("similarity", similarity)):
        np.save(part / f"{name}.npy", array)


def _blocks_of(work: WorkFolder, chosen: npt.NDArray[np.bool_]) -> Iterator[pa.RecordBatch]:
    """The cleaned messages of the chosen rows (n,), batch by batch."""
    start = 0
    for batch in work.table("clean/cleaned").to_batches():
        yield batch.filter(pa.array(chosen[start : start + len(batch)]))
        start += len(batch)


def _label(work: WorkFolder, workers: int, part: Path) -> None:
    """Name every theme from all its messages, count them and their senders, and pick whom to quote."""
    themes, similarity = work.array("place/themes"), work.array("place/similarity")
    fates, copy_of = work.array("place/fates"), work.array("fold/copy_of")
    tree = load_themes(work.path / "group" / "themes.npz").themes
    number, home = len(tree.parents), home_of(tree.parents)
    stands_for = 1 + np.bincount(copy_of[fates == COPY], minlength=len(fates))  # (n,) messages, copies counted
    sample, areas = _sample_forms(work), _sample_areas(work)
    vocabulary = find_words(sample)
    originals = np.where(fates == PLACED_FATE, themes, -1).astype(np.int32)
    kernel = partial(_count_block, vocabulary=vocabulary, number=number)
    blocks = _with_rows(work, originals, stands_for)
    counts = np.zeros((number, len(vocabulary.words)), np.int64)
    for part_of_counts in work.watched("label", map_blocks(kernel, blocks, workers=workers)):
        counts += part_of_counts  # whole numbers: no order matters
    sizes = np.bincount(themes[themes >= 0], minlength=number).astype(np.int64)
    for fine in np.flatnonzero(tree.parents >= 0):
        counts[home[fine]] += counts[fine]
        sizes[home[fine]] += sizes[fine]
    names = name_themes(counts, sizes, tree.parents, vocabulary, local=local_words(sample, areas, vocabulary))
    typical, dissenting = middle_and_edge(originals, similarity, tree.parents)
    table = _themes_table(work, tree, names, sizes=sizes, quoted=(typical, dissenting))
    write_batches(part / "themes.arrow", THEMES, table.to_batches())
    np.save(part / "quoted.npy", np.unique(np.concatenate([np.zeros(0, np.int64), *typical, *dissenting])))
    offsets = np.cumsum([0, *(len(rows) for rows in typical)])
    np.savez(part / "typical.npz", rows=np.concatenate([np.zeros(0, np.int64), *typical]), offsets=offsets)


def _sample_areas(work: WorkFolder) -> pa.Array:
    rows = pa.array(work.array("embed/sample"))
    return work.table("read/messages").column("area").take(rows).combine_chunks()


def _sample_forms(work: WorkFolder) -> pa.Array:
    rows = pa.array(work.array("embed/sample"))
    return work.table("clean/cleaned").column("form").take(rows).combine_chunks()


def _with_rows(work: WorkFolder, *columns: npt.NDArray[Any]) -> Iterator[tuple[Any, ...]]:
    """Forms, batch by batch, with the same rows of other columns."""
    start = 0
    for batch in work.table("clean/cleaned").to_batches():
        part = slice(start, start + len(batch))
        yield (batch.column("form"), *(column[part] for column in columns))
        start += len(batch)


def _count_block(block: tuple[pa.Array, I32, I64], *, vocabulary: Vocabulary, number: int) -> I32:
    forms, themes, weights = block
    return count_words(forms, themes, weights, vocabulary, number)


def _themes_table(
    work: WorkFolder, tree: Themes, names: Sequence[Name], *, sizes: I64, quoted: tuple[list[I64], list[I64]]
) -> pa.Table:
    """THEMES: the tree with its names, counts and quoted ids."""
    messages, themes = work.table("read/messages"), work.array("place/themes")
    known = messages.column("sender").is_valid().to_numpy()
    senders = messages.column("sender").fill_null(0).to_numpy()
    number, home = len(tree.parents), home_of(tree.parents)
    fine = distinct_senders(themes, senders, known, number)
    at_home = np.where(themes >= 0, home[themes], -1).astype(np.int32) if number else themes
    coarse = distinct_senders(at_home, senders, known, number)
    ids = messages.column("id")
    picked = [
        pa.array([ids.take(pa.array(rows)).to_pylist() for rows in lists], THEMES.field("typical").type)
        for lists in quoted
    ]
    nothing = pa.nulls(number, pa.float64())
    columns = {
        "theme": np.arange(number, dtype=np.int32),
        "parent": pa.array(tree.parents, pa.int32(), mask=tree.parents < 0),
        "grain": (tree.parents >= 0).astype(np.int8),
        "label": [name.label for name in names],
        "keywords": [list(name.keywords) for name in names],
        "messages": sizes,
        "senders": np.where(tree.parents < 0, coarse, fine),
        "share_raw": sizes / max(len(messages), 1),
        "share_corrected": nothing,
        "low": nothing,
        "high": nothing,
        "typical": picked[0],
        "dissenting": picked[1],
        "minority": tree.views,
    }
    return pa.table(columns, schema=THEMES)


def _trace(work: WorkFolder, workers: int, part: Path) -> None:
    """One statement for each finest theme, in its messages' own words, with all who say the same."""
    names = work.table("label/themes")
    with np.load(work.path / "label" / "typical.npz") as file:
        typical, offsets = file["rows"], file["offsets"]
    quoted = work.array("label/quoted")
    texts = shown_texts(work, quoted)
    quotes = dict(zip(quoted.tolist(), texts, strict=True))
    ids = work.table("read/messages").column("id").take(pa.array(quoted)).to_pylist()
    write_facts(part / "quotes.json", {name: text[:QUOTE] for name, text in zip(ids, texts, strict=True)})
    leaves = ~np.isin(np.arange(len(names)), names.column("parent").fill_null(-1).to_numpy())
    statements = [
        most_telling(
            [one for row in typical[offsets[t] : offsets[t + 1]] for one in sentences_of(quotes[row])], keywords
        )
        if leaf
        else ""
        for t, (leaf, keywords) in enumerate(zip(leaves, names.column("keywords").to_pylist(), strict=True))
    ]
    themes = work.array("place/themes")
    forms = pa.array([matching_form(one) for one in statements], pa.large_string())
    blocks = _with_rows(work, themes)
    held = map_blocks(partial(_hold_block, statements=forms), blocks, workers=workers)
    near = np.flatnonzero(np.concatenate([np.zeros(0, np.bool_), *work.watched("trace", held)]))
    with (part / "statements.jsonl").open("w", encoding="utf-8") as stream:
        for line in _statement_lines(work, statements, near, themes[near]):
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")


def _hold_block(block: tuple[pa.Array, I32], *, statements: pa.Array) -> npt.NDArray[np.bool_]:
    forms, themes = block
    return supporters(forms, themes, statements)


def _statement_lines(work: WorkFolder, statements: Sequence[str], near: I64, themes: I32) -> Iterator[dict[str, Any]]:
    """statements.jsonl: those who nearly say the statement and give its numbers. A statement that nobody gives is left
    out."""
    ids, forms = work.table("read/messages").column("id"), work.table("clean/cleaned").column("form")
    for theme, statement in enumerate(statements):
        rows = near[themes == theme]
        numbers = numbers_in(statement)
        if numbers:
            said = forms.take(pa.array(rows)).to_pylist()
            rows = rows[np.array([numbers <= numbers_in(form) for form in said], np.bool_)]
        if statement and len(rows):
            found = ids.take(pa.array(rows)).to_pylist()
            yield {"statement": statement, "theme": theme, "messages": found, "support": len(found)}


def shown_texts(work: WorkFolder, rows: I64) -> list[str]:
    """Title and text of some messages as anybody may see them: personal data masked, blank space drawn together."""
    some = work.table("read/messages").select(["title", "text"]).take(pa.array(rows)).to_pylist()
    return [shown_text(one["title"], one["text"]) for one in some]


def shown_text(title: str | None, text: str) -> str:
    """One message as anybody may see it; invisible signs, which could turn the page's writing round, are left out."""
    parts = (mask(part).text for part in (title, text) if part)
    return "\n".join(" ".join(INVISIBLE.sub("", part).split()) for part in parts)
