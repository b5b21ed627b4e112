"""Our account of Polis' groups beside Polis' own, and how far its rules fix them at all.

    scripts/bench polis_groups FOLDER       # a folder of Polis' exports with group-id, one conversation a folder

Polis carries clusters on from vote to vote, so the order in which people came decides where k-means begins. For each
conversation: the adjusted Rand index against `group-id` of `--method polis`, of a restart (people in the order in which they
entered, once), and of forty other orders by the same rules: where those differ widely among themselves, the rules do not fix
the groups. Beside them the silhouette of Polis' own groups on its map: above 0.5 groups are held to be apart, up to 0.25 to be
none (Kaufman and Rousseeuw, Finding groups in data (1990), chapter 2). Result in results/polis_groups.json.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.metrics import adjusted_rand_score

from massline.engine.opinion import polis
from massline.engine.opinion.exports import Statement, read_export

F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]

RESULT = Path(__file__).parent / "results" / "polis_groups.json"
ORDERS, APART = 40, 0.5


def once(points: F64, order: I64) -> I32:
    """Groups of the points (n, 2) by Polis' rules from one order of them, after a restart."""
    base, centres = polis.k_means(points[order], np.ones(len(order)), k=polis.BASE_CLUSTERS, rounds=polis.BASE_ROUNDS)
    weights = np.bincount(base).astype(np.float64)
    most = min(polis.MOST_GROUPS, 2 + len(centres) // polis.PEOPLE_PER_GROUP)
    labels = [polis.k_means(centres, weights, k=k, rounds=polis.GROUP_ROUNDS)[0] for k in range(2, most + 1)]
    best = max(labels, key=lambda label: polis.silhouette(centres, label))
    found = np.empty(len(points), np.int32)
    found[order] = best[base]
    return found


def compared(folder: Path, truth: Mapping[str, str]) -> dict[str, object]:
    """One conversation. truth: participant -> Polis' own group."""
    export = read_export(folder, reject=print)
    votes = export.votes
    infos = [export.statements.get(name, Statement("")) for name in votes.statements.to_pylist()]
    moderated = np.array([info.moderated < 0 or info.meta for info in infos])
    judged = np.array([name in truth for name in votes.people.to_pylist()])
    theirs = np.unique([truth[name] for name in votes.people.to_pylist() if name in truth], return_inverse=True)[1]
    places, inside = polis.polis_map(votes, moderated=moderated)[1], polis.entered(votes)
    ours = polis.polis_groups(votes, moderated=moderated)

    def agreement(order: I64) -> float:
        group = np.full(len(places), -1)
        group[inside] = once(places[inside], order)
        return float(adjusted_rand_score(theirs, group[judged]))

    generator = np.random.default_rng(0)
    spread = [agreement(generator.permutation(len(inside))) for _ in range(ORDERS)]
    return {
        "conversation": folder.name,
        "people": int(judged.sum()),
        "groups": np.bincount(theirs).tolist(),
        "silhouette": round(polis.silhouette(places[judged], theirs.astype(np.int32)), 3),
        "ours": round(float(adjusted_rand_score(theirs, ours.group[judged])), 3),
        "restart": round(agreement(np.arange(len(inside))), 3),
        "orders": [round(float(one), 3) for one in np.quantile(spread, (0, 0.5, 1))],
        "silhouettes": {k: round(one, 3) for k, one in ours.silhouettes.items()},
    }


def main() -> None:
    """Compare, print a line each, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    lines = []
    for path in sorted(parser.parse_args().folder.glob("*/participants-votes.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            truth = {row["participant"]: row["group-id"] for row in csv.DictReader(stream) if row["group-id"]}
        lines.append(compared(path.parent, truth))
        print(lines[-1])
    apart = [line["ours"] for line in lines if line["silhouette"] > APART]
    result = {"conversations": lines, "mean_where_apart": round(float(np.mean(apart)), 3)}
    print(result["mean_where_apart"])
    RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
