"""Made-up conversations with known groups: who is in which group is known, so the methods can be measured.

Each group agrees with each statement at its own rate. Seeded: the same call gives the same votes.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from massline.engine.opinion.votes import Votes, collect

I64 = npt.NDArray[np.int64]

MINUTE = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a conversation is like. separation: 0 (all groups alike) to 1 (each sure of its side) on the dividing
    statements. unseen: share of all statements that a person does not see. flood: share of people added who vote by one
    pattern within 20 minutes."""

    people: int
    statements: int
    groups: int
    separation: float = 0.7
    unseen: float = 0.7
    passes: float = 0.1
    dividing: float = 0.6
    flood: float = 0.0
    late: float = 0.0  # share of statements that only the last half of the people could see


@dataclass(frozen=True, slots=True)
class Conversation:
    """votes, and the true group of each person in the order of `votes.people` (n,), -1 for people of the flood."""

    votes: Votes
    group: npt.NDArray[np.int32]


def simulate(plan: Plan, *, seed: int) -> Conversation:
    """A conversation by the plan. Cost: about a microsecond a vote."""
    generator = np.random.default_rng(seed)
    shares = generator.dirichlet(np.full(plan.groups, 5.0)) if plan.groups > 1 else np.ones(1)
    group = generator.choice(plan.groups, plan.people, p=shares).astype(np.int32)
    rates = _rates(plan, generator)
    person, statement = _seen(plan, generator)
    agree = generator.random(len(person)) < rates[group[person], statement]
    values = np.where(generator.random(len(person)) < plan.passes, 0, np.where(agree, 1, -1)).astype(np.int8)
    times = person * MINUTE + generator.integers(0, MINUTE, len(person))
    parts = [(person, statement, values, times)]
    if plan.flood:
        parts.append(_flood(plan, generator))
        group = np.concatenate([group, np.full(parts[1][0].max() + 1 - plan.people, -1, np.int32)])
    person, statement, values, times = (np.concatenate(column) for column in zip(*parts, strict=True))
    votes = collect(_ids(person), _ids(statement), values.astype(np.int8), times=times)
    return Conversation(votes, group[np.unique(person)])


def _ids(numbers: I64) -> pa.Array:
    names = pa.array(np.arange(numbers.max() + 1)).cast(pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(numbers.astype(np.int32)), names)


def _rates(plan: Plan, generator: np.random.Generator) -> npt.NDArray[np.float64]:
    """(groups, m): what everybody thinks of a statement, pulled to one side by the groups that it divides."""
    base = generator.beta(2, 2, plan.statements)
    base[generator.random(plan.statements) < 0.3] = 0.85  # what nearly everybody agrees on
    sides = generator.random((plan.groups, plan.statements)) < 0.5
    divided = generator.random((plan.groups, plan.statements)) < plan.dividing
    return np.where(divided, base * (1 - plan.separation) + sides * plan.separation, base)


def _seen(plan: Plan, generator: np.random.Generator) -> tuple[I64, I64]:
    """Pairs of person and statement that meet, person by person."""
    late = np.arange(plan.statements) >= round(plan.statements * (1 - plan.late))
    blocks = []
    for start in range(0, plan.people, 4_096):
        rows = min(4_096, plan.people - start)
        seen = generator.random((rows, plan.statements), np.float32) >= plan.unseen
        seen &= ~late | (np.arange(start, start + rows) >= plan.people / 2)[:, None]
        person, statement = np.nonzero(seen)
        blocks.append((person + start, statement))
    person, statement = (np.concatenate(column) for column in zip(*blocks, strict=True))
    return person, statement


def _flood(plan: Plan, generator: np.random.Generator) -> tuple[I64, I64, I64, I64]:
    count = max(1, round(plan.people * plan.flood))
    pattern = generator.choice([-1, 1], plan.statements)
    person, statement = np.nonzero(generator.random((count, plan.statements)) >= plan.unseen)
    begins = plan.people // 2 * MINUTE + generator.integers(0, 20 * MINUTE, count)
    return person + plan.people, statement, pattern[statement], begins[person] + 1000 * statement
