import numpy as np
import pyarrow as pa
import pytest

from massline.engine.label import distinct_senders, local_words, middle_and_edge, name_themes
from massline.engine.tests.calls import MATTERS, forms, messages
from massline.engine.words import STOP_WORDS, count_words, distinctness, find_words

TOLD = messages(1_000)
TEXTS = [text for _, text in TOLD]
THEMES = np.array([list(MATTERS).index(matter) for matter, _ in TOLD], np.int32)
ONES = np.ones(1_000, np.int64)


def named(texts: list[str], themes: np.ndarray, number: int, areas: list[str | None] | None = None) -> tuple:
    vocabulary = find_words(forms(texts))
    local = local_words(forms(texts), pa.array(areas or [None] * len(texts), pa.large_string()), vocabulary)
    counts = count_words(forms(texts), themes, np.ones(len(texts), np.int64), vocabulary, number)
    sizes, parents = np.bincount(themes, minlength=number), np.full(number, -1, np.int32)
    return name_themes(counts, sizes, parents, vocabulary, local=local)


@pytest.mark.parametrize("texts", [[], ["", "…"], ["12 34"], ["〔手机号〕"]])
def test_forms_without_words_give_an_empty_vocabulary_and_a_name_all_the_same(texts: list[str]) -> None:
    assert find_words(forms(texts)).words == ()
    assert named(texts, np.zeros(len(texts), np.int32), 1)[0].label == "…"


def test_marks_of_masking_are_no_words() -> None:
    words = find_words(forms(["请联系〔手机号〕修电梯"] * 5)).words
    assert "手机号" not in words
    assert "电梯" in words


def test_every_form_that_holds_a_word_is_counted_once() -> None:
    vocabulary = find_words(forms(TEXTS))
    counts = count_words(forms(TEXTS), np.zeros(1_000, np.int32), ONES, vocabulary, 1)[0]
    assert len(vocabulary.words) > 30
    for word, count in zip(vocabulary.words, counts, strict=True):
        assert count == sum(word in text for text in TEXTS), word


def test_an_english_word_is_counted_only_where_it_stands_whole() -> None:
    texts = ["the bus is late", "bus, late again", "busy road", "a minibus"] * 3
    vocabulary = find_words(forms(texts))
    counts = count_words(forms(texts), np.zeros(12, np.int32), np.ones(12, np.int64), vocabulary, 1)[0]
    assert counts[vocabulary.words.index("bus")] == 6


def test_a_weight_of_three_is_three_copies() -> None:
    vocabulary = find_words(forms(TEXTS))
    weights = np.where(np.arange(1_000) % 2 == 0, 3, 1)
    copies = [text for text, weight in zip(TEXTS, weights, strict=True) for _ in range(weight)]
    weighed = count_words(forms(TEXTS), THEMES, weights, vocabulary, 5)
    copied = count_words(forms(copies), np.repeat(THEMES, weights), np.ones(len(copies), np.int64), vocabulary, 5)
    np.testing.assert_array_equal(weighed, copied)


def test_blocks_add_up_to_the_whole() -> None:
    vocabulary = find_words(forms(TEXTS))
    parts = [slice(0, 333), slice(333, 1_000)]
    added = sum(count_words(forms(TEXTS[p]), THEMES[p], ONES[p], vocabulary, 5) for p in parts)
    np.testing.assert_array_equal(added, count_words(forms(TEXTS), THEMES, ONES, vocabulary, 5))


def test_a_word_said_everywhere_belongs_to_no_theme() -> None:
    counts = np.array([[50, 40], [50, 0]])
    scores = distinctness(counts, np.array([50, 50]), counts.sum(axis=0), 100)
    assert scores[:, 0] == pytest.approx([0, 0], abs=1e-6)
    assert scores[0, 1] > 0


def test_a_theme_is_named_by_its_own_words() -> None:
    names = named(TEXTS, THEMES, 5)
    for name, matter in zip(names, MATTERS, strict=True):
        assert any(word in phrase for phrase in MATTERS[matter] for word in name.label.split("、")), name


def test_names_are_phrases_without_courtesies_and_all_different() -> None:
    names = named(TEXTS * 2, np.concatenate([THEMES, THEMES + 5]).astype(np.int32), 10)  # every matter twice
    labels = [name.label for name in names]
    assert len(set(labels)) == 10
    assert all(len(label) >= 2 and label not in STOP_WORDS for label in labels)


@pytest.mark.parametrize("coarse", [True, False])
def test_a_name_says_what_most_of_its_messages_are_about(coarse: bool) -> None:
    """上级检查 is the only phrase, said by a quarter; all say 酒店 and 价格."""
    texts = ["酒店！价格！上级检查。", "价格！酒店！没有执照。", "酒店又是价格。", "那家酒店的价格？"] * 10 + TEXTS
    themes = np.concatenate([np.full(40, 5), THEMES]).astype(np.int32)
    vocabulary = find_words(forms(texts))
    counts = count_words(forms(texts), themes, np.ones(len(texts), np.int64), vocabulary, 6)
    parents = np.array([-1] * 5 + [-1 if coarse else 0], np.int32)
    nowhere = np.zeros(len(vocabulary.words), np.bool_)
    told = name_themes(counts, np.bincount(themes), parents, vocabulary, local=nowhere)[5].label.split("、")
    assert told[0] in ("酒店", "价格")
    assert len(told) == 2


def test_typical_messages_are_the_nearest_and_dissenting_ones_the_farthest() -> None:
    similarity = np.linspace(0.2, 0.9, 20).astype(np.float32)
    typical, dissenting = middle_and_edge(np.zeros(20, np.int32), similarity, np.array([-1], np.int32))
    assert typical[0].tolist() == [19, 18, 17, 16, 15]
    assert dissenting[0].tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7])
def test_no_message_is_both_typical_and_dissenting(count: int) -> None:
    similarity = np.linspace(0, 1, count).astype(np.float32)
    typical, dissenting = middle_and_edge(np.zeros(count, np.int32), similarity, np.array([-1], np.int32))
    assert not set(typical[0].tolist()) & set(dissenting[0].tolist())
    assert len(typical[0]) >= min(count, 1)


@pytest.mark.parametrize("different", [3, 40, 10_000])
def test_only_the_ends_of_a_theme_are_put_in_order_and_equals_stand_by_their_rows(different: int) -> None:
    random = np.random.default_rng(4)
    themes, parents = random.integers(-1, 4, 3_000).astype(np.int32), np.full(4, -1, np.int32)
    similarity = (random.integers(0, different, 3_000) / different).astype(np.float32)
    typical, dissenting = middle_and_edge(themes, similarity, parents)
    for theme in range(4):
        rows = np.flatnonzero(themes == theme).tolist()
        order = sorted(rows, key=lambda row: (-similarity[row], row))
        assert typical[theme].tolist() == order[:5]
        assert dissenting[theme].tolist() == order[:-6:-1]


def test_a_coarse_theme_quotes_each_of_its_fine_themes() -> None:
    themes = np.repeat(np.array([1, 2], np.int32), 10)
    typical, _ = middle_and_edge(themes, np.full(20, 0.5, np.float32), np.array([-1, 0, 0], np.int32))
    assert {1 if row < 10 else 2 for row in typical[0]} == {1, 2}


def test_senders_are_counted_once_and_unknown_ones_each_as_one() -> None:
    themes = np.array([0, 0, 0, 0, 0, 1, 1, -1], np.int32)
    senders = np.array([7, 7, 8, 0, 0, 7, 9, 7], np.uint64)
    known = np.array([1, 1, 1, 0, 0, 1, 1, 1], bool)
    assert distinct_senders(themes, senders, known, 2).tolist() == [4, 2]


def test_senders_of_many_messages_are_counted_as_pairs_of_theme_and_sender() -> None:
    random = np.random.default_rng(5)
    themes, known = random.integers(-1, 7, 20_000).astype(np.int32), random.random(20_000) < 0.9
    senders = random.integers(0, 2**64, 900, dtype=np.uint64)[random.integers(0, 900, 20_000)]
    pairs = {
        (theme, sender if there else -row)
        for row, (theme, sender, there) in enumerate(zip(themes, senders, known, strict=True))
    }
    told = np.bincount([theme for theme, _ in pairs if theme >= 0], minlength=7)
    assert distinct_senders(themes, senders, known, 7).tolist() == told.tolist()


PLACES = {"平安县": "滨河花园", "长乐县": "桃源公园", "太和县": "凤凰广场"}


def told_in_places() -> tuple[list[str], list[str | None]]:
    """The matters, each message from one of three areas and naming a place there."""
    areas = [list(PLACES)[i % 3] for i in range(len(TEXTS))]
    return [f"{area}{PLACES[area]}，{text}" for area, text in zip(areas, TEXTS, strict=True)], list(areas)


def test_words_of_an_area_or_said_in_one_area_only_are_local() -> None:
    texts, areas = told_in_places()
    vocabulary = find_words(forms(texts))
    local = local_words(forms(texts), pa.array(areas, pa.large_string()), vocabulary)
    places = {word for word, is_local in zip(vocabulary.words, local, strict=True) if is_local}
    assert {"滨河", "桃源", "凤凰", "平安"} & places
    assert not places & {"电梯", "公交", "拖欠工资", "农民工", "噪音"}


@pytest.mark.parametrize("area", [None, "平安县"])
def test_where_no_area_is_known_or_all_live_in_one_no_word_is_bound_to_it(area: str | None) -> None:
    vocabulary = find_words(forms(TEXTS))
    assert not local_words(forms(TEXTS), pa.array([area] * 1_000, pa.large_string()), vocabulary).any()


def test_a_theme_is_named_by_its_matter_even_where_most_of_it_comes_from_one_place() -> None:
    texts, areas = told_in_places()
    mostly = [i for i, area in enumerate(areas) if area == list(PLACES)[THEMES[i] % 3] or i % 7 == 0]
    names = named([texts[i] for i in mostly], THEMES[mostly], 5, [areas[i] for i in mostly])
    for name in names:
        assert not any(place in name.label for place in ("滨河", "桃源", "凤凰", "平安", "长乐", "太和")), name


def test_a_theme_that_says_nothing_but_its_place_is_named_by_it() -> None:
    texts, areas = ["滨河花园"] * 20 + TEXTS, ["平安县"] * 20 + ["长乐县"] * 500 + ["太和县"] * 500
    themes = np.concatenate([np.full(20, 5), THEMES]).astype(np.int32)
    assert "花园" in named(texts, themes, 6, areas)[5].label
