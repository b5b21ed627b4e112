import numpy as np

from massline.engine.embed import learn_meaning, scrambled_vectors, vectors, weigh_sample
from massline.engine.group import find_themes, nearest_theme
from massline.engine.minority import add_views, find_views, with_directions
from massline.engine.tests.calls import PLACES, forms, messages

RARE = [f"{place}的蜂农说，油菜喷药毒死了整箱蜜蜂{end}" for place in PLACES for end in ("，没人赔", "，损失很大", "")][
    :12
]
TEXTS = [text for _, text in messages(3_000)] + RARE
HOLD_IT = np.arange(3_000, 3_012)


def found(texts: list[str], *, seed: int = 0):
    sample = weigh_sample(np.arange(len(texts)), forms(texts))
    meaning = learn_meaning(sample, seed=seed)
    points = vectors(sample.forms, meaning)
    themes = find_themes(points, scrambled_vectors(sample, meaning, seed=seed), grain=5, seed=seed)
    views = find_views(sample, nearest_theme(points, themes)[1])
    wider = with_directions(meaning, sample, views)
    return sample, views, meaning, wider, themes


def test_a_view_held_by_four_in_a_thousand_gets_a_theme_of_its_own() -> None:
    sample, views, _, wider, themes = found(TEXTS)
    tree = add_views(themes, sample, wider, views)
    labels, _ = nearest_theme(vectors(sample.forms, wider), tree)
    homes = set(labels[HOLD_IT].tolist())
    mine = max(homes, key=lambda theme: (labels[HOLD_IT] == theme).sum())
    assert tree.views[mine]
    assert (labels[HOLD_IT] == mine).mean() >= 0.8
    assert not np.isin(np.flatnonzero(labels == mine), HOLD_IT, invert=True).any()


def test_a_view_changes_nothing_for_those_who_do_not_hold_it() -> None:
    sample, views, meaning, wider, themes = found(TEXTS)
    before, _ = nearest_theme(vectors(sample.forms, meaning), themes)
    tree = add_views(themes, sample, wider, views)
    after, _ = nearest_theme(vectors(sample.forms, wider), tree)
    elsewhere = (after < 0) | ~tree.views[after]
    added_rest = np.isin(after, np.flatnonzero(~tree.views)[len(themes.parents) :])  # a leaf that moved down one grain
    same = (before == after) | added_rest
    assert same[elsewhere].mean() > 0.999  # rounding may move one on the line


def test_every_direction_of_a_view_stands_upright_on_all_others() -> None:
    sample, views, _, wider, _ = found(TEXTS)
    basis = wider.table / sample.weights[:, None]
    np.testing.assert_allclose(basis.T @ basis, np.eye(basis.shape[1]), atol=2e-3)
    assert len(views) >= 1


def test_a_call_of_a_few_messages_has_no_views_and_no_errors() -> None:
    sample = weigh_sample(np.arange(3), forms(["电梯困人", "公交改线", "拖欠工资"]))
    assert find_views(sample, np.zeros(3, np.float32)) == []


def test_an_empty_sample_has_no_views() -> None:
    sample = weigh_sample(np.zeros(0, np.int64), forms([]))
    assert find_views(sample, np.zeros(0, np.float32)) == []
