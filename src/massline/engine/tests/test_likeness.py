"""Exact comparisons agree with their plain definitions, and near copies are told from texts written apart."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from massline.engine.likeness import IN_ORDER_LONG, distinct_pairs, in_order, likeness, likenesses

TOKENS = st.lists(st.integers(0, 12), max_size=150).map(lambda tokens: np.array(tokens, np.uint32))


def pairs(tokens) -> set[tuple[int, int]]:
    return set(zip(tokens.tolist(), tokens[1:].tolist(), strict=False))


def common(one, other) -> int:
    """Length of the longest common subsequence, by the textbook."""
    row = [0] * (len(other) + 1)
    for token in one:
        before = 0
        for j, theirs in enumerate(other):
            before, row[j + 1] = row[j + 1], before + 1 if token == theirs else max(row[j], row[j + 1])
    return row[-1]


@given(TOKENS, TOKENS)
def test_likeness_is_the_share_of_pairs_that_both_have(one, other) -> None:
    room = np.full(1_024, 7, np.uint64)  # what lies about in it changes nothing
    expected = len(pairs(one) & pairs(other)) / max(1, len(pairs(one) | pairs(other)))
    assert likeness(one, other, room) == expected == likeness(other, one, room)
    assert distinct_pairs(one) == len(pairs(one))


@given(TOKENS, TOKENS)
def test_what_stands_in_order_is_the_longest_common_subsequence(one, other) -> None:
    assert in_order(one, other) == 2 * common(one, other) / max(1, len(one) + len(other))


def test_a_long_text_keeps_its_copies_when_three_words_of_ten_are_changed_and_no_text_of_others() -> None:
    random = np.random.default_rng(0)
    texts = [random.integers(1_000, size=120).astype(np.uint32) for _ in range(20)]
    edited = [text.copy() for text in texts]
    for text in edited:
        for at in random.choice(60, 18, replace=False):
            text[2 * at : 2 * at + 2] = random.integers(1_000, size=2)
    starts = np.arange(0, 120 * 41, 120)
    tokens = np.concatenate(texts + edited)
    own = likenesses(tokens, starts, np.array([(i, 20 + i) for i in range(20)]))
    others = likenesses(tokens, starts, np.array([(i, 20 + (i + 1) % 20) for i in range(20)]))
    assert (own > 0).all()
    assert (others == 0).all()


def test_the_words_of_a_long_text_in_another_order_are_no_copy_of_it() -> None:
    random = np.random.default_rng(1)
    text = random.integers(1_000, size=100).astype(np.uint32)
    mixed = text.reshape(-1, 2)[random.permutation(50)].ravel()  # every other pair of tokens stays
    assert in_order(text, mixed) < IN_ORDER_LONG
    assert likenesses(np.concatenate([text, mixed]), np.array([0, 100, 200]), np.array([(0, 1)]))[0] == 0
