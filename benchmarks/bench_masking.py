"""Precision and recall of masking, on made-up messages in which it is known what was planted.

    scripts/bench masking                  # 200,000 messages
    scripts/bench masking --misses 20      # and what was missed or masked in vain, to read

A planted piece counts as found when none of it is left to read (its digits, letters or signs, whatever stands between
them). A mask counts as right when it stands for a planted piece of its kind, or for one that a copied text brought
along.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from massline.engine.mask import Found, find
from massline.engine.tables import KINDS
from massline.project.demo.messages import MadeUpMessage, generate

RESULT = Path(__file__).parent / "results" / "masking.json"
TARGET = 0.98


@dataclass(frozen=True, slots=True)
class Judged:
    """One piece: planted and found, missed, or masked in vain."""

    kind: str
    verdict: str  # right, missed, vain
    text: str
    message: str


def judged(message: MadeUpMessage) -> Iterator[Judged]:
    """Every planted piece and every mask of one message, judged."""
    found = [(one, message.text[one.start : one.end]) for one in find(message.text)]
    taken: set[Found] = set()
    for piece in message.planted:
        at = message.text.find(piece.text)
        if at < 0:
            continue  # it stands in the title, or a disturbance has changed it
        over = [one for one, _ in found if one.start <= at and at + len(piece.text) <= one.end]
        same = [one for one in over if one.kind == piece.kind]
        taken.update(same)
        yield Judged(piece.kind, "right" if same else "missed", piece.text, message.text)
    for one, text in found:
        if one not in taken:
            yield Judged(one.kind, "vain", text, message.text)


def table(counts: Counter[tuple[str, str]]) -> list[dict[str, object]]:
    """Precision and recall of each kind, and of all."""
    rows = []
    for kind in (*KINDS, "all"):
        right, missed, vain = (
            sum(count for (of, verdict), count in counts.items() if verdict == wanted and kind in (of, "all"))
            for wanted in ("right", "missed", "vain")
        )
        precision, recall = right / max(1, right + vain), right / max(1, right + missed)
        rows.append(
            {"kind": kind, "planted": right + missed, "precision": round(precision, 4), "recall": round(recall, 4)}
        )
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--misses", type=int, default=0, help="so many to read, of each sort")
    asked = parser.parse_args()
    counts: Counter[tuple[str, str]] = Counter()
    wrong: list[Judged] = []
    start = time.process_time()
    for message in generate(asked.messages, seed=asked.seed):
        for one in judged(message):
            counts[one.kind, one.verdict] += 1
            if one.verdict != "right":
                wrong.append(one)
    rows = table(counts)
    for row in rows:
        print(
            f"{row['kind']:10} planted {row['planted']:>8,}  precision {row['precision']:.4f}  recall {row['recall']:.4f}"
        )
    for verdict in ("missed", "vain"):
        for one in islice((one for one in wrong if one.verdict == verdict), asked.misses):
            print(f"{verdict} {one.kind}: {one.text!r} in {one.message[:80]!r}")
    print(f"{time.process_time() - start:.1f} processor seconds, with making the messages")
    RESULT.write_text(
        json.dumps({"what": "masking", "messages": asked.messages, "target": TARGET, "rows": rows}, indent=1) + "\n",
        "utf-8",
    )


if __name__ == "__main__":
    main()
