"""Folding: exact copies always, near copies by likeness to their anchor, campaigns by people; nobody dropped,
nobody chained."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from massline.engine import near
from massline.engine.campaigns import CAMPAIGN_MESSAGES, CAMPAIGN_SENDERS
from massline.engine.clean import clean_batch
from massline.engine.fold import Folded, Texts, fold
from massline.engine.likeness import ALIKE
from massline.engine.read import read
from massline.engine.sketch import BINS
from massline.engine.stored import Held
from massline.engine.tables import CAMPAIGNS, CLEANED, MESSAGES

DATA = Path(__file__).parents[5] / "shared" / "data"
START = datetime(2026, 3, 1, 8)  # noqa: DTZ001 - a wall clock
HAN = [chr(point) for point in range(0x4E00, 0x5600)]


def messages_of(texts: list[str], senders: list[int | None] | None = None) -> pa.Table:
    """Messages with these texts, a minute apart, by web and hotline in turn."""
    columns = {
        "id": [str(row) for row in range(len(texts))],
        "text": texts,
        "time": [START + timedelta(minutes=row) for row in range(len(texts))],
        "channel": [("web", "hotline")[row % 2] for row in range(len(texts))],
        "sender": senders or [None] * len(texts),
    }
    return pa.table(
        [pa.array(columns.get(field.name, [None] * len(texts)), field.type) for field in MESSAGES], schema=MESSAGES
    )


def folded(
    messages: pa.Table, *, block: int = 65_536, seed: int = 0, workers: int = 1, known: Texts | None = None
) -> Folded:
    batches = messages.combine_chunks().to_batches(max_chunksize=block)
    cleaned = pa.Table.from_batches([clean_batch(batch) for batch in batches], CLEANED)
    return fold(Held(pa.Table.from_batches(batches, MESSAGES)), Held(cleaned), seed=seed, workers=workers, known=known)


def groups_of(result: Folded) -> list[int]:
    return [row if first < 0 else int(first) for row, first in enumerate(result.copy_of)]


def a_text(random: np.random.Generator, length: int) -> str:
    """A text of characters drawn at random: no two are alike by chance."""
    return "".join(random.choice(HAN, length))


def edited(text: str, random: np.random.Generator, *, share: float) -> str:
    """The text with this share of its characters replaced, two in a row as words are."""
    letters = list(text)
    for at in random.choice(len(text) // 2, int(len(text) * share / 2), replace=False):
        letters[2 * at : 2 * at + 2] = random.choice(HAN, 2)
    return "".join(letters)


def pairs_alike(first: str, second: str) -> float:
    one, other = (set(zip(text, text[1:], strict=False)) for text in (first, second))
    return len(one & other) / len(one | other)


@given(
    st.lists(
        st.sampled_from(["路灯坏了", "路燈壞了", "路 灯坏了", "水管漏水", "水管漏水！", "好", "", "\u200b"]),
        max_size=30,
    )
)
def test_messages_of_one_form_are_copies_of_the_first_of_them(texts: list[str]) -> None:
    result = folded(messages_of(texts))
    forms = [text.replace(" ", "").replace("燈壞", "灯坏").replace("\u200b", "") for text in texts]
    for row, form in enumerate(forms):
        first = forms.index(form)
        if not form:
            assert result.copy_of[row] == -1
        elif first != row and form != "水管漏水！":
            assert result.copy_of[row] == result.copy_of[first] or result.copy_of[row] == first


def test_every_exact_copy_is_found_among_many() -> None:
    random = np.random.default_rng(1)
    originals = [a_text(random, 30) for _ in range(2_000)]
    drawn = random.integers(0, 2_000, 6_000)
    result = folded(messages_of(originals + [originals[i] for i in drawn]))
    assert groups_of(result) == [*range(2_000), *drawn]


@pytest.mark.parametrize("share", [0.02, 0.1, 0.2, 0.3])
def test_a_long_text_with_some_words_changed_is_a_near_copy(share: float) -> None:
    random = np.random.default_rng(2)
    originals = [a_text(random, 160) for _ in range(200)]
    copies = [edited(text, random, share=share) for text in originals]
    groups = groups_of(folded(messages_of(originals + copies)))
    found = sum(groups[200 + i] == i for i in range(200))
    assert found >= 0.95 * 200
    assert groups[:200] == list(range(200))


def test_a_signature_or_a_sentence_more_makes_a_near_copy() -> None:
    random = np.random.default_rng(3)
    originals = [a_text(random, 80) for _ in range(100)]
    longer = [text + "。" + a_text(random, 9) for text in originals]
    assert groups_of(folded(messages_of(originals + longer)))[100:] == list(range(100))


def test_texts_written_apart_are_never_joined() -> None:
    random = np.random.default_rng(4)
    result = folded(messages_of([a_text(random, int(length)) for length in random.integers(5, 300, 3_000)]))
    assert (result.copy_of < 0).all()


def test_short_texts_that_differ_in_the_matter_stay_apart() -> None:
    texts = ["建议在东河镇修一条路", "建议在东河镇种一排树", "我们村的路灯坏了", "我们村的水管坏了", "支持", "支持修路"]
    assert (folded(messages_of(texts)).copy_of < 0).all()


def test_english_is_compared_by_words_and_not_by_letters() -> None:
    texts = [
        "The street lights in our village have been dark since March, please repair them before the winter comes.",
        "The water pipes in our village have been leaking since May, please replace them before the school starts.",
        "The street lights in our village have been dark since March; please repair them before the winter comes!",
    ]
    assert list(folded(messages_of(texts)).copy_of) == [-1, -1, 0]


def test_a_chain_of_small_edits_does_not_join_its_ends() -> None:
    random = np.random.default_rng(5)
    chain = [a_text(random, 200)]
    while len(chain) < 30:
        chain.append(edited(chain[-1], random, share=0.08))
    groups = groups_of(folded(messages_of(chain)))
    assert groups[0] != groups[-1]
    for row, first in enumerate(groups):  # both are like one anchor, so they cannot be far from each other
        assert pairs_alike(chain[row], chain[first]) > 0.1


def test_a_group_is_named_by_its_first_message_though_a_later_one_is_in_its_middle() -> None:
    random = np.random.default_rng(6)
    middle = a_text(random, 200)
    texts = [edited(middle, random, share=0.15) for _ in range(8)]
    texts.insert(5, middle)
    assert groups_of(folded(messages_of(texts))) == [0] * 9


def test_blocks_and_workers_change_nothing() -> None:
    random = np.random.default_rng(7)
    texts = [a_text(random, 60) for _ in range(60)] * 2
    texts += [edited(text, random, share=0.05) for text in texts[:60]]
    messages = messages_of(texts, [row % 40 for row in range(len(texts))])
    whole = folded(messages)
    for block in (1, 7, 64):
        cut = folded(messages, block=block, workers=1 + block % 3)
        assert (cut.copy_of == whole.copy_of).all()
        assert (cut.campaign == whole.campaign).all()
        assert cut.campaigns.equals(whole.campaigns)


def test_a_fold_that_goes_on_finds_every_exact_copy_and_moves_nobody_who_was_there() -> None:
    random = np.random.default_rng(12)
    texts = [a_text(random, 60) for _ in range(90)]
    earlier = [*texts, *texts[:20], "", *(edited(text, random, share=0.1) for text in texts[:10])]
    later = [
        texts[5],
        "",
        a_text(random, 60),
        edited(texts[40], random, share=0.1),
        edited(texts[3], random, share=0.1),
        texts[50],
    ]
    later += [later[2], edited(later[2], random, share=0.1)]
    whole = folded(messages_of(earlier + later), block=len(earlier))
    before = folded(messages_of(earlier), block=len(earlier))
    for workers in (1, 3):
        on = folded(messages_of(earlier + later), block=len(earlier), workers=workers, known=before.texts)
        assert on.copy_of[: len(earlier)].tolist() == before.copy_of.tolist()
        assert on.copy_of.tolist() == whole.copy_of.tolist()  # nobody here is like two texts
        assert on.texts.first.tolist() == whole.texts.first.tolist()
        assert on.texts.hashes.tolist() == whole.texts.hashes.tolist()
        assert len(on.texts.weights) == len(on.texts.anchors) == len(whole.texts.anchors)


def test_copies_are_found_when_only_some_texts_tell_how_large_the_tables_must_be(monkeypatch) -> None:
    random = np.random.default_rng(13)
    texts = [a_text(random, 60) for _ in range(600)]
    messages = messages_of([*texts, *(edited(text, random, share=0.1) for text in texts[::6])])
    whole = folded(messages)
    monkeypatch.setattr(near, "DRAWN_TEXTS", 128)
    monkeypatch.setattr(near, "BLOCK_TEXTS", 32)
    assert folded(messages).copy_of.tolist() == whole.copy_of.tolist()
    assert (whole.copy_of >= 0).sum() == 100


@pytest.mark.parametrize(("different", "texts"), [(40, 4_096), (4_000, 4_096)])
def test_the_number_of_different_values_is_judged_from_some_texts(monkeypatch, different, texts) -> None:
    monkeypatch.setattr(near, "DRAWN_TEXTS", 512)
    values = np.random.default_rng(14).integers(0, different, (texts, BINS)).astype(np.uint32) * 2 + 2
    drawn = iter(np.split(values[:: texts // 512], 4))
    found = len({(place, value) for row in values.tolist() for place, value in enumerate(row)})
    assert found / 2 < near._different_values(drawn, texts) < 8 * found


def test_copy_of_leads_to_a_message_that_is_no_copy_itself() -> None:
    random = np.random.default_rng(8)
    texts = [edited(text, random, share=0.1) for text in [a_text(random, 100) for _ in range(30)] for _ in range(10)]
    result = folded(messages_of(list(random.permutation(texts))))
    copies = np.flatnonzero(result.copy_of >= 0)
    assert len(copies)
    assert (result.copy_of[copies] < copies).all()
    assert (result.copy_of[result.copy_of[copies]] == -1).all()


def test_many_people_with_one_text_are_a_campaign_and_are_counted_exactly() -> None:
    random = np.random.default_rng(9)
    petition = "我叫李建义，" + a_text(random, 100)
    texts = [petition] * 8 + [petition + "。谢谢！"] * 4 + [a_text(random, 50) for _ in range(5)]
    senders = [1, 1, 2, 3, 4, 5, 6, 7, 7, 8, None, None, *range(20, 25)]
    result = folded(messages_of(texts, senders))
    assert result.campaigns.schema == CAMPAIGNS
    (row,) = result.campaigns.to_pylist()
    assert (row["messages"], row["distinct_texts"], row["senders"]) == (12, 2, 10)
    assert (row["first"], row["last"]) == (START, START + timedelta(minutes=11))
    assert row["channels"] == ["hotline", "web"]
    assert row["text"] == petition.replace("李建义", "〔姓名〕")
    assert list(result.campaign) == [0] * 12 + [-1] * 5


def test_one_busy_writer_and_a_short_word_are_no_campaign() -> None:
    random = np.random.default_rng(10)
    by_one = [a_text(random, 80)] * (CAMPAIGN_MESSAGES * 2)
    by_few = [a_text(random, 80)] * CAMPAIGN_MESSAGES
    short = ["支持！"] * (CAMPAIGN_MESSAGES * 2)
    senders = (
        [1] * len(by_one)
        + [row % (CAMPAIGN_SENDERS - 1) for row in range(len(by_few))]
        + list(range(100, 100 + len(short)))
    )
    result = folded(messages_of(by_one + by_few + short, senders))
    assert len(result.campaigns) == 0
    assert (result.copy_of >= 0).sum() == len(by_one) + len(by_few) + len(short) - 3


def test_campaigns_stand_largest_first_and_their_numbers_fit() -> None:
    random = np.random.default_rng(11)
    texts = [text for size in (12, 30, 20) for text in [a_text(random, 60)] * size]
    result = folded(messages_of(texts, list(range(len(texts)))))
    assert result.campaigns.column("messages").to_pylist() == [30, 20, 12]
    assert np.bincount(result.campaign).tolist() == [30, 20, 12]


@pytest.mark.parametrize("texts", [[], ["好"], [""], ["相同的留言内容"] * 500])
def test_no_message_one_message_and_all_equal_are_folded(texts: list[str]) -> None:
    result = folded(messages_of(texts))
    assert len(result.copy_of) == len(result.campaign) == len(texts)
    assert (result.copy_of >= 0).sum() == max(0, len(texts) - 1)


def test_distinct_headlines_are_joined_only_when_they_are_near_copies() -> None:
    path = DATA / "headlines" / "toutiao_cat_data.dev.txt"
    if not path.exists():
        pytest.skip(f"{path} is not there: the development data lies beside the project, never in it")
    texts = sorted(
        {
            text
            for batch in read([path], columns={}, reject=lambda _: None, seed=0)
            for text in batch.column("text").to_pylist()
        }
    )
    groups = groups_of(folded(messages_of(texts)))
    far = [
        row for row, first in enumerate(groups) if row != first and pairs_alike(texts[row], texts[first]) < ALIKE - 0.3
    ]
    assert len(far) <= len(texts) / 1_000
