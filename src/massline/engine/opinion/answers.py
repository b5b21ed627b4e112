"""What voters said of themselves, as coarsely as the margins have it: for each variable one answer or none."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from massline.engine.errors import OptionError
from massline.engine.headings import listed, plain_heading
from massline.engine.opinion.exports import opened, place_of
from massline.engine.rejects import Reject
from massline.engine.sources import Block, Source


@dataclass(frozen=True, slots=True)
class Answers:
    """said: variable -> the answer of each person (n,), "" for none. unclear: people who gave two answers to one
    variable; they count as having given none. file: where it was read."""

    said: Mapping[str, Sequence[str]]
    unclear: int
    file: Path


def read_answers(
    files: Sequence[Path], variables: Sequence[str], people: pa.Array, *, reject: Callable[[Reject], None]
) -> Answers:
    """Answers of people (n,) from the first of the files that has a column of one of the variables: one person a row,
    or one vote a row with the voter's answers on each. reject: gets the rows that cannot be read.

    Raises OptionError when no file has them, or the one that has some has not all.
    """
    seen = {}
    for file in files:
        source = opened(file)
        places = _places(source.headings, variables)
        seen[file.name] = listed(source.headings)
        if "" in places and len(places) > 1:
            missing = [variable for variable in variables if variable not in places]
            if missing:
                raise OptionError(
                    f"{file.name} has no column {missing[0]!r}, which the margins have. It has {seen[file.name]}."
                )
            return _read(source, places, people, file=file, reject=reject)
    told = "; ".join(f"{name} has {headings}" for name, headings in seen.items())
    raise OptionError(
        f"Nobody's {' and '.join(variables)} is known, and --margins needs it. {told}. Give --participants FILE with the "
        f"columns participant, {', '.join(variables)}, or add these columns to the votes."
    )


def _places(headings: Sequence[str], variables: Sequence[str]) -> dict[str, int]:
    """Variable -> its column, and "" -> that of the participants; what is missing is left out."""
    plain = [plain_heading(heading) for heading in headings]
    places = {
        variable: plain.index(plain_heading(variable)) for variable in variables if plain_heading(variable) in plain
    }
    participant = place_of("participant", headings)
    return places if participant is None else {"": participant} | places


def _read(
    source: Source, places: Mapping[str, int], people: pa.Array, *, file: Path, reject: Callable[[Reject], None]
) -> Answers:
    given: dict[str, list[pa.Table]] = {variable: [] for variable in places if variable}
    for block in source.blocks(places):
        for one in block.rejects:
            reject(one)
        for variable, tables in given.items():
            tables.append(_given(block, variable))
    unclear: set[str] = set()
    said = {}
    for variable, tables in given.items():
        pairs = _distinct(pa.concat_tables(tables))
        twice = pc.value_counts(pairs["person"].combine_chunks())
        both = twice.field("values").filter(pc.greater(twice.field("counts"), 1))
        clear = pairs.filter(pc.invert(pc.is_in(pairs["person"], both)))
        at = pc.index_in(people.cast(pa.large_string()), clear["person"].combine_chunks())
        said[variable] = clear["answer"].combine_chunks().take(at).fill_null("").to_pylist()
        unclear.update(both.filter(pc.is_in(both, people.cast(pa.large_string()))).to_pylist())
    return Answers(said, len(unclear), file)


def _given(block: Block, variable: str) -> pa.Table:
    """Pairs of person and answer that differ, empty answers left out."""
    columns = [pc.utf8_trim_whitespace(block.columns[name].fill_null("")) for name in ("", variable)]
    pairs = pa.table(columns, ["person", "answer"])
    return _distinct(pairs.filter(pa.array(np.asarray(pc.not_equal(pairs["answer"], "")))))


def _distinct(pairs: pa.Table) -> pa.Table:
    """Each pair once. The order says nothing."""
    return pairs.group_by(["person", "answer"]).aggregate([])
