from collections import Counter
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from massline.engine.campaigns import CAMPAIGN_MESSAGES, CAMPAIGN_PAIRS, CAMPAIGN_SENDERS, campaigns_of
from massline.engine.stored import Held
from massline.engine.tables import CAMPAIGNS, CLEANED, MESSAGES

START = datetime(2026, 1, 1, 8)  # noqa: DTZ001 - messages carry a wall clock


def tables_of(rows: list[dict[str, object]]) -> tuple[Held, Held]:
    """MESSAGES and CLEANED of rows with text, sender, time and channel; the form of a text is the text."""
    messages = [{"id": str(number), **row} for number, row in enumerate(rows)]
    cleaned = [{"form": row["text"], "kinds": 0} for row in rows]
    return Held(pa.Table.from_pylist(messages, MESSAGES)), Held(pa.Table.from_pylist(cleaned, CLEANED))


def drawn(seed: int) -> tuple[list[dict[str, object]], np.ndarray, np.ndarray]:
    """Rows of 300 messages, the first row with the same text, and the first of the group of each; -1 for an empty form."""
    random = np.random.default_rng(seed)
    letters = [chr(0x4E00 + i) for i in range(3_000)]
    texts = ["".join(random.choice(letters, size)) for size in (40, 60, 12, 30, 25, 80)]
    of = random.integers(-1, 6, 300)  # six groups of two texts each, and messages without a letter
    said = ["" if one < 0 else texts[one] + ("好" if random.random() < 0.4 else "") for one in of]
    rows = [
        {
            "text": text,
            "sender": None if random.random() < 0.2 else int(random.integers(3 if one == 3 else 40)),
            "time": None if random.random() < 0.2 else START + timedelta(minutes=int(random.integers(500))),
            "channel": random.choice(np.array([None, "web", "hotline"], object)),
        }
        for one, text in zip(of, said, strict=True)
    ]
    first = np.array([said.index(text) if text else -1 for text in said], np.int32)
    group = np.array([-1 if one < 0 else int(np.flatnonzero(of == one)[0]) for one in of], np.int32)
    return rows, first, group


def counted_one_by_one(rows, first, group) -> tuple[list[dict[str, object]], np.ndarray]:
    """What a campaign is, in plain words."""
    found, campaign = [], np.full(len(rows), -1, np.int32)
    sizes = Counter(group[group >= 0].tolist())
    for head, size in sorted(sizes.items(), key=lambda one: (-one[1], one[0])):
        mine = [number for number in range(len(rows)) if group[number] == head]
        senders = [rows[number]["sender"] for number in mine]
        people = len({one for one in senders if one is not None}) + senders.count(None)
        texts = Counter(first[mine].tolist())
        commonest = min(texts, key=lambda one: (-texts[one], one))
        text = rows[commonest]["text"]
        pairs = len({text[i : i + 2] for i in range(len(text) - 1)})
        if size < CAMPAIGN_MESSAGES or people < CAMPAIGN_SENDERS or pairs < CAMPAIGN_PAIRS:
            continue
        times = [rows[number]["time"] for number in mine if rows[number]["time"]]
        campaign[mine] = len(found)
        found.append(
            {
                "campaign": len(found),
                "messages": size,
                "distinct_texts": len(texts),
                "senders": people,
                "first": min(times),
                "last": max(times),
                "channels": sorted({rows[number]["channel"] for number in mine} - {None}),
                "text": text,
            }
        )
    return found, campaign


@pytest.mark.parametrize("seed", range(5))
def test_campaigns_are_what_counting_one_by_one_finds(seed: int) -> None:
    rows, first, group = drawn(seed)
    campaign, campaigns = campaigns_of(*tables_of(rows), first, group)
    found, numbers = counted_one_by_one(rows, first, group)
    assert len(found) >= 3
    assert campaigns.schema == CAMPAIGNS
    assert campaigns.to_pylist() == found
    assert campaign.tolist() == numbers.tolist()


def test_without_a_large_group_there_is_no_campaign() -> None:
    rows = [{"text": "请修路", "sender": 1, "time": START, "channel": "web"}] * 3
    campaign, campaigns = campaigns_of(*tables_of(rows), np.zeros(3, np.int32), np.zeros(3, np.int32))
    assert campaign.tolist() == [-1, -1, -1]
    assert campaigns.schema == CAMPAIGNS
    assert len(campaigns) == 0


def test_of_two_texts_that_stand_as_often_the_first_is_shown() -> None:
    random = np.random.default_rng(0)
    one = "".join(chr(0x4E00 + i) for i in random.integers(0, 3_000, 40))
    rows = [
        {"text": one + "好" * (i % 2 == 0), "sender": i, "time": START, "channel": "web"}
        for i in range(CAMPAIGN_MESSAGES)
    ]
    first = np.arange(len(rows), dtype=np.int32) % 2
    _, campaigns = campaigns_of(*tables_of(rows), first, np.zeros(len(rows), np.int32))
    assert campaigns.column("text").to_pylist() == [one + "好"]
