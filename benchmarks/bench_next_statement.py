"""Which statement to show next: how many votes a person must cast until the groups are found.

    scripts/bench next_statement

Everybody casts one vote a round. Three ways to choose the statement: at random, by chance in proportion to Polis' priority,
and in proportion to how much it parts the groups found so far, seldom seen ones first. After every third round the groups
are found anew; the figure is the adjusted Rand index against the true groups. Result in results/next_statement.json.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.metrics import adjusted_rand_score

from massline.engine.opinion.exports import Export
from massline.engine.opinion.find import find_opinion
from massline.engine.opinion.votes import Votes
from simulate_votes import Plan, simulate

F64 = npt.NDArray[np.float64]

RESULT = Path(__file__).parent / "results" / "next_statement.json"
PLAN = Plan(people=400, statements=60, groups=4, separation=0.8, unseen=0.0)
ROUNDS = 24
EVERY = 3
WAYS = ("random", "polis", "parting")


def so_far(whole: Votes, seen: npt.NDArray[np.bool_]) -> Votes:
    """The votes that were cast. seen (n, m)."""
    person = np.repeat(np.arange(len(whole.people)), whole.per_person)
    keep = seen[person, whole.columns]
    kept = np.concatenate([[0], np.cumsum(keep)])
    return Votes(whole.people, whole.statements, kept[whole.starts], whole.columns[keep], whole.values[keep], None)


def offers(way: str, votes: Votes) -> F64:
    """How strongly each statement is offered (m,). votes: those cast so far."""
    if way == "random":
        return np.ones(len(votes.statements))
    table = find_opinion(Export(votes, {}, len(votes.values), 0)).statements.to_pylist()
    if way == "polis":
        return np.array([row["priority"] for row in table])
    rates = [[0.5 if line["agree_rate"] is None else line["agree_rate"] for line in row["groups"]] for row in table]
    apart = np.array([np.var(line) if line else 0.0 for line in rates])
    seldom = np.array([1 / (1 + row["agree"] + row["disagree"] + row["pass"]) for row in table])
    return apart**2 + seldom


def replay(way: str, *, seed: int) -> list[float]:
    """The index after each EVERY rounds."""
    conversation = simulate(PLAN, seed=seed)
    generator = np.random.default_rng([seed, WAYS.index(way)])
    people = len(conversation.votes.people)
    seen = np.zeros((people, PLAN.statements), np.bool_)
    offer, found = np.ones(PLAN.statements), []
    for number in range(1, ROUNDS + 1):
        chance = np.where(seen, 0.0, generator.random((people, PLAN.statements)) ** (1 / np.maximum(offer, 1e-12)))
        seen[np.arange(people), chance.argmax(axis=1)] = True  # weighted draw without repetition
        if number % EVERY == 0:
            votes = so_far(conversation.votes, seen)
            group = find_opinion(Export(votes, {}, len(votes.values), 0)).grouping.group
            found.append(float(adjusted_rand_score(conversation.group, group)))
            offer = offers(way, votes)
            offer = offer / offer.max()
    return found


def main() -> None:
    """Measure each way on some conversations, print a line each, and write the result."""
    result = {}
    for way in WAYS:
        figures = np.array([replay(way, seed=seed) for seed in range(3)])
        result[way] = {"rounds": list(range(EVERY, ROUNDS + 1, EVERY)), "ari": figures.mean(axis=0).round(3).tolist()}
        print(way, result[way]["ari"])
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
