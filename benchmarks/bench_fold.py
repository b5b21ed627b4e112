"""How well near copies are found: copies of real messages with known edits, planted among all of them.

    scripts/bench fold ../shared/data

Kinds of edit: a sign-off added, a sentence of another message added, 10, 20 or 30 % of the words replaced by words drawn
from the messages. Judged by pairs (precision, recall, F1 over all pairs of messages that are, or were put, in one group).
Beside it the distinct headlines, of which any two that are joined are counted.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import rjieba

from massline.engine.clean import clean_batch
from massline.engine.fold import fold
from massline.engine.read import read
from massline.engine.stored import Held
from massline.engine.tables import CLEANED, MESSAGES

RESULT: Final = Path(__file__).parent / "results" / "fold.json"
ORIGINALS, COPIES = 400, 4
SIGN_OFFS: Final = ("谢谢领导！", "一名普通市民", "盼复，谢谢。", "此致敬礼", "居民张先生")
EDITS: Final = ("sign-off", "sentence", "10 %", "20 %", "30 %")
WORD: Final = re.compile(r"\w")


def real_messages(data: Path) -> list[str]:
    """Texts of the labelled messages and of the stream, each once."""
    texts: list[str] = []
    for name, column in (("labelled.csv", "text"), ("stream.csv", "留言详情")):
        with (data / "messages" / name).open(encoding="utf-8-sig", newline="") as stream:
            texts += [" ".join(row[column].split()) for row in csv.DictReader(stream)]
    return list(dict.fromkeys(text for text in texts if len(text) >= 10))


def headlines(data: Path) -> list[str]:
    """The distinct headlines."""
    batches = read(sorted((data / "headlines").glob("*.txt")), columns={}, reject=lambda _: None, seed=0)
    return sorted({text for batch in batches for text in batch.column("text").to_pylist()})


def groups(texts: Sequence[str]) -> list[int]:
    """The first row of each text's group."""
    columns = {"id": list(map(str, range(len(texts)))), "text": texts}
    nothing = [None] * len(texts)
    messages = pa.table([pa.array(columns.get(field.name, nothing), field.type) for field in MESSAGES], schema=MESSAGES)
    cleaned = pa.Table.from_batches([clean_batch(batch) for batch in messages.combine_chunks().to_batches()], CLEANED)
    copy_of = fold(Held(messages), Held(cleaned), seed=0).copy_of
    return np.where(copy_of < 0, np.arange(len(texts)), copy_of).tolist()


def edited(text: str, edit: str, texts: Sequence[str], words: Sequence[str], chance: np.random.Generator) -> str:
    """One copy of a text."""
    if edit == "sign-off":
        return text + str(chance.choice(SIGN_OFFS))
    if edit == "sentence":
        other = texts[chance.integers(len(texts))]
        sentences = [one for one in re.split("[。！？；]", other) if 5 < len(one) < 40] or [other[:20]]
        return f"{text}。{sentences[chance.integers(len(sentences))]}。"
    parts = rjieba.cut(text)
    places = [place for place, part in enumerate(parts) if WORD.search(part)]
    count = max(1, round(int(edit.split()[0]) / 100 * len(places)))
    for place in chance.choice(places, count, replace=False):
        parts[place] = words[chance.integers(len(words))]
    return "".join(parts)


def by_pairs(found: Sequence[int], true: Sequence[int]) -> dict[str, float]:
    """Precision, recall and F1 over pairs."""

    def pairs(sizes: Iterable[int]) -> int:
        return sum(size * (size - 1) // 2 for size in sizes)

    both = pairs(Counter(zip(found, true, strict=True)).values())
    precision, recall = both / pairs(Counter(found).values()), both / pairs(Counter(true).values())
    figures = {"precision": precision, "recall": recall, "f1": 2 * precision * recall / (precision + recall)}
    return {name: round(value, 4) for name, value in figures.items()}


def measure(texts: Sequence[str], edit: str) -> dict[str, object]:
    """Plant copies of one kind of edit among the texts and look for them."""
    chance = np.random.default_rng(1)
    words = [part for text in texts[:1_500] for part in rjieba.cut(text) if WORD.search(part)]
    all_texts, true = list(texts), list(range(len(texts)))
    for original in chance.choice(len(texts), ORIGINALS, replace=False).tolist():
        for _ in range(COPIES):
            all_texts.append(edited(texts[original], edit, texts, words, chance))
            true.append(original)
    return {"edit": edit, **by_pairs(groups(all_texts), true)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    asked = parser.parse_args()
    texts = real_messages(asked.data)
    texts = [text for row, (text, first) in enumerate(zip(texts, groups(texts), strict=True)) if row == first]
    rows = [measure(texts, edit) for edit in EDITS]
    heads = headlines(asked.data)
    joined = sum(row != first for row, first in enumerate(groups(heads)))
    for row in rows:
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    print(f"headlines: {joined} of {len(heads):,} distinct ones joined to another, {joined / len(heads):.2%}")
    result = {"what": "near copies", "messages": len(texts), "rows": rows, "headlines": len(heads), "joined": joined}
    RESULT.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
