import numpy as np
import pytest

from massline.engine.embed import learn_meaning, scrambled_vectors, vectors, weigh_sample
from massline.engine.tests.calls import forms, messages

TEXTS = [text for _, text in messages(600)]


def sample_of(texts: list[str]):
    return weigh_sample(np.arange(len(texts)), forms(texts))


@pytest.mark.parametrize("texts", [[], [""], ["12345", "…"]])
def test_a_sample_that_says_nothing_gives_empty_vectors(texts: list[str]) -> None:
    found = vectors(forms(texts), learn_meaning(sample_of(texts), seed=0))
    assert found.shape[0] == len(texts)
    assert not found.any()


def test_vectors_have_length_one_or_nothing() -> None:
    meaning = learn_meaning(sample_of(TEXTS), seed=0)
    lengths = np.linalg.norm(vectors(forms([*TEXTS, "", "zzz qqq"]), meaning), axis=1)
    np.testing.assert_allclose(lengths[:-2], 1, atol=1e-5)
    assert lengths[-2:].tolist() == [0, 0]


def test_messages_about_one_matter_are_nearer_than_messages_about_two() -> None:
    found = vectors(forms(TEXTS), learn_meaning(sample_of(TEXTS), seed=0))
    same, other = (
        (found[:-5] * found[5:]).sum(axis=1),
        (found[:-1] * found[1:]).sum(axis=1),
    )  # matters come in turns of 5
    assert same.mean() > other.mean() + 0.2


def test_a_slice_of_a_column_has_the_same_vectors_as_the_column() -> None:
    meaning = learn_meaning(sample_of(TEXTS), seed=0)
    np.testing.assert_array_equal(
        vectors(forms(TEXTS).slice(100, 50), meaning), vectors(forms(TEXTS), meaning)[100:150]
    )


def test_saying_a_thing_twice_changes_less_than_saying_another() -> None:
    meaning = learn_meaning(sample_of(TEXTS), seed=0)
    once, twice, other = vectors(forms(["电梯困人", "电梯困人电梯困人", "拖欠工资"]), meaning)
    assert once @ twice > once @ other


def test_word_salads_keep_the_lengths_and_lose_the_sense() -> None:
    sample = sample_of(TEXTS)
    meaning = learn_meaning(sample, seed=0)
    salads = scrambled_vectors(sample, meaning, seed=0)
    centre = vectors(sample.forms, meaning)[::5].mean(axis=0)  # of the first matter
    assert salads.shape == (len(TEXTS), meaning.table.shape[1])
    assert np.abs(salads @ centre).mean() < np.abs(vectors(sample.forms, meaning)[::5] @ centre).mean()
