import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from massline.engine.embed import learn_meaning, scrambled_vectors, vectors, weigh_sample
from massline.engine.group import Themes, find_themes, home_of, nearest_theme, spherical_kmeans
from massline.engine.tests.calls import MATTERS, forms, messages


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def clouds(number: int, each: int, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Vectors around `number` far directions, and which is whose."""
    chance = np.random.default_rng(seed)
    middles = np.eye(16)[:number]
    labels = np.repeat(np.arange(number), each)
    return unit(middles[labels] + chance.normal(0, 0.08, (len(labels), 16))), labels


NO_SALADS = np.zeros((0, 16), np.float32)


def test_no_messages_make_no_themes() -> None:
    themes = find_themes(np.zeros((0, 16), np.float32), NO_SALADS, grain=None, seed=0)
    assert len(themes.parents) == 0
    assert nearest_theme(np.ones((3, 16), np.float32), themes)[0].tolist() == [-1, -1, -1]


def test_equal_messages_make_one_theme() -> None:
    vectors_ = unit(np.ones((500, 16)))
    themes = find_themes(vectors_, NO_SALADS, grain=None, seed=0)
    assert len(themes.parents) == 1
    assert set(nearest_theme(vectors_, themes)[0].tolist()) == {0}


def test_a_grain_larger_than_the_messages_gives_what_there_is() -> None:
    vectors_, _ = clouds(3, 1)
    assert len(find_themes(vectors_, NO_SALADS, grain=50, seed=0).parents) == 3


def test_far_clouds_are_found_again() -> None:
    vectors_, labels = clouds(6, 60)
    centres = spherical_kmeans(vectors_, 6, seed=0)
    assert adjusted_rand_score(labels, (vectors_ @ centres.T).argmax(axis=1)) == 1


def test_the_number_asked_for_is_the_number_of_coarse_themes() -> None:
    vectors_, _ = clouds(6, 60)
    themes = find_themes(vectors_, NO_SALADS, grain=4, seed=0)
    assert (themes.parents < 0).sum() == 4


def test_matters_of_a_call_land_in_themes_of_their_own() -> None:
    told = messages(1_000)
    sample = weigh_sample(np.arange(1_000), forms([text for _, text in told]))
    meaning = learn_meaning(sample, seed=0)
    found = vectors(sample.forms, meaning)
    themes = find_themes(found, scrambled_vectors(sample, meaning, seed=0), grain=len(MATTERS), seed=0)
    labels, _ = nearest_theme(found, themes)
    placed = labels >= 0
    truth = np.array([list(MATTERS).index(matter) for matter, _ in told])
    assert placed.mean() > 0.8
    assert adjusted_rand_score(truth[placed], home_of(themes.parents)[labels[placed]]) > 0.7


def test_a_message_unlike_all_themes_is_not_placed() -> None:
    vectors_, _ = clouds(4, 60)
    salads = unit(np.random.default_rng(1).normal(size=(200, 16)))
    themes = find_themes(vectors_, salads, grain=4, seed=0)
    far = unit(np.eye(16)[10:14])
    assert nearest_theme(far, themes)[0].tolist() == [-1] * 4
    assert (nearest_theme(vectors_, themes)[0] >= 0).all()


@given(block=st.integers(1, 500))
@settings(max_examples=15, deadline=None)
def test_the_size_of_a_block_changes_nothing(block: int) -> None:
    vectors_, _ = clouds(5, 40)
    themes = find_themes(vectors_, NO_SALADS, grain=5, seed=0)
    whole, parts = nearest_theme(vectors_, themes), nearest_theme(vectors_, themes, block=block)
    np.testing.assert_array_equal(whole[0], parts[0])
    np.testing.assert_allclose(whole[1], parts[1], atol=1e-6)


def test_vectors_stay_as_they_were() -> None:
    vectors_, _ = clouds(5, 40)
    before = vectors_.copy()
    nearest_theme(vectors_, find_themes(vectors_, NO_SALADS, grain=None, seed=0))
    np.testing.assert_array_equal(vectors_, before)


@pytest.mark.parametrize("seed", [0, 1, 7])
def test_fine_themes_lie_inside_coarse_ones(seed: int) -> None:
    chance = np.random.default_rng(seed)
    themes: Themes = find_themes(unit(chance.normal(size=(800, 16))), NO_SALADS, grain=None, seed=seed)
    fine = themes.parents >= 0
    assert (themes.parents[themes.parents[fine]] == -1).all()
    assert themes.leaves.any()
