"""How well the coach of replies finds empty ones, and how quiet it is on the others:

    python benchmarks/quality/coaching.py ../shared/data

Labels: benchmarks/quality/reply_labels.csv (ids only), by docs/rules/reply-coaching.md. The part `read` was read before the
words were written, the part `blind` afterwards. The figures stand in docs/reference/quality.md.
"""

import argparse
import csv
from collections import Counter
from pathlib import Path
from time import perf_counter

from massline.respond.coaching import Advice, coach

LABELS = Path(__file__).parent / "reply_labels.csv"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="the folder with messages/replies.csv")
    rows = _rows(parser.parse_args().data / "messages" / "replies.csv")
    labels = _rows(LABELS)
    replies = {row["留言编号"]: row for row in rows}
    for part in dict.fromkeys(row["part"] for row in labels):
        _tell(part, [(row["label"], replies[row["id"]]) for row in labels if row["part"] == part])


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _tell(part: str, labelled: list[tuple[str, dict[str, str]]]) -> None:
    """Print precision and recall of "empty", the share of answered replies that each hint is given to, and the time."""
    given, times = Counter[tuple[str, Advice]](), []
    for label, row in labelled:
        began = perf_counter()
        coaching = coach(row["答复意见"], [f"{row['留言主题']}\n{row['留言详情']}"])
        times.append(1000 * (perf_counter() - began))
        given.update((label, hint.advice) for hint in coaching.hints)
    of = Counter(label for label, _ in labelled)
    found = {label: given[label, Advice.EMPTY] for label in of}
    right, all_found = found["empty"], sum(found.values())
    print(f"{part}: {len(labelled)} replies, {dict(of)}")
    print(f"  empty: precision {right}/{all_found}, recall {right}/{of['empty']}")
    quiet = {hint.value: f"{given['answered', hint] / of['answered']:.0%}" for hint in Advice}
    print(f"  share of answered replies with a hint: {quiet}")
    times.sort()
    print(f"  median {times[len(times) // 2]:.1f} ms, 95 of 100 within {times[int(0.95 * len(times))]:.1f} ms")


if __name__ == "__main__":
    main()
