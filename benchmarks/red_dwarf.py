"""The time of red-dwarf on one conversation. Run by bench_opinion.py with a Python that has red-dwarf; it is no dependency.

    python red_dwarf.py votes.csv comments.csv

Prints one JSON object: version, wall and processor seconds of a first and of a second run, groups. Votes are read before
the clock starts, and of votes that were changed the last is kept there too, for red-dwarf refuses a second one.
"""

import csv
import json
import sys
import time
from importlib.metadata import version

from reddwarf.implementations.polis import run_pipeline


def main(votes_path: str, statements_path: str) -> None:
    """Read, run twice, print."""
    with open(votes_path, encoding="utf-8", newline="") as stream:
        rows = sorted(csv.DictReader(stream), key=lambda row: int(row["timestamp"]))
    last = {(int(row["voter-id"]), int(row["comment-id"])): row for row in rows}
    votes = [
        {"participant_id": person, "statement_id": name, "vote": int(row["vote"]), "modified": int(row["timestamp"])}
        for (person, name), row in last.items()
    ]
    with open(statements_path, encoding="utf-8", newline="") as stream:
        out = [int(row["comment-id"]) for row in csv.DictReader(stream) if row["moderated"] == "-1"]
    seconds = []
    for _ in range(2):
        begun = time.perf_counter(), time.process_time()
        found = run_pipeline(votes=votes, mod_out_statement_ids=out, random_state=0)
        seconds.append((round(time.perf_counter() - begun[0], 3), round(time.process_time() - begun[1], 3)))
    groups = int(found.participants_df["cluster_id"].nunique())
    print(json.dumps({"version": version("red-dwarf"), "seconds": seconds, "groups": groups}))


if __name__ == "__main__":
    main(*sys.argv[1:])
