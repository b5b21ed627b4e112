"""Floods planted in real conversations, and what must not be taken for one."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from massline.engine.opinion.exports import read_export
from massline.engine.opinion.floods import find_floods
from massline.engine.opinion.votes import Votes, collect

REAL = Path(__file__).parents[6] / "shared" / "data" / "polis"
CONVERSATIONS = ("brexit-consensus", "canadian-electoral-reform", "scoop-hivemind.biodiversity")


def planted(votes: Votes, *, against: float, share: float = 0.05) -> tuple[Votes, np.ndarray]:
    """A flood by one pattern within twenty minutes in the middle, each vote against it with this chance; and who is in it."""
    generator = np.random.default_rng(1)
    people, statements = len(votes.people), len(votes.statements)
    count = round(people * share)
    person, statement = (places.ravel() for places in np.mgrid[:count, :statements])
    values = generator.choice([-1, 1], statements)[statement] * np.where(generator.random(len(person)) < against, -1, 1)
    times = (
        np.median(votes.times).astype(np.int64) + generator.integers(0, 1_200_000, count)[person] + statement * 1_000
    )
    names = pa.array([f"flood{number}" for number in range(count)])
    before = np.repeat(np.arange(people), votes.per_person)
    whole = collect(
        pa.concat_arrays([votes.people.take(pa.array(before)), names.take(pa.array(person))]),
        votes.statements.take(pa.array(np.concatenate([votes.columns, statement]))),
        np.concatenate([votes.values, values]).astype(np.int8),
        times=np.concatenate([votes.times, times]),
    )
    return whole, np.array([name.startswith("flood") for name in whole.people.to_pylist()])


@pytest.mark.skipif(not REAL.exists(), reason="the development data ../shared/data/polis are not here")
@pytest.mark.parametrize("against", [0.0, 0.1])
@pytest.mark.parametrize("name", CONVERSATIONS)
def test_a_flood_in_a_real_conversation_is_marked_and_real_people_are_not(name: str, against: float) -> None:
    votes = read_export(REAL / name, reject=pytest.fail).votes
    assert find_floods(votes).count == 0
    whole, flood = planted(votes, against=against)
    marked = find_floods(whole).flood >= 0
    assert marked[flood].mean() >= 0.95
    assert marked[~flood].mean() <= 0.005


def test_people_who_all_think_alike_are_no_flood() -> None:
    """Two in three people of every hour vote by one pattern, as in a village that agrees."""
    generator = np.random.default_rng(2)
    person, statement = (places.ravel() for places in np.mgrid[:400, :40])
    seen = generator.random(len(person)) < 0.4
    agreed = generator.random(len(person)) < np.where(person % 3 < 2, 0.93, 0.4)
    ids = [pa.array(numbers[seen]).cast(pa.string()) for numbers in (person, statement)]
    values = np.where(agreed, np.where(statement % 2, 1, -1), np.where(statement % 2, -1, 1))[seen].astype(np.int8)
    votes = collect(*ids, values, times=1_700_000_000_000 + (person * 60_000 + statement * 1_000)[seen])
    assert (find_floods(votes).flood >= 0).mean() <= 0.005
