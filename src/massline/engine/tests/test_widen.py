"""Laws of groups that are widened over a pool by their words: whom they find, whom they leave, and what they may be joined to."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest

from massline.engine import widen as widen_module
from massline.engine.embed import Sample, weigh_like, weigh_sample
from massline.engine.evidence import hear
from massline.engine.tests.calls import PLACES, forms, messages
from massline.engine.widen import joined, middles_of, widened

BEES = (
    ("蜜蜂", "蜂群", "养蜂人的箱子", "中蜂"),
    ("被农药毒死", "让喷药害死", "碰上除草剂就完", "成片掉在地上"),
    ("没人赔", "损失谁担", "打药先通知", "请农业局来查"),
)
KILNS = (
    ("砖窑", "烧砖的厂", "窑厂烟囱", "村口土窑"),
    ("夜里冒黑烟", "烧旧胶皮", "呛得人咳嗽", "灰落了一院"),
    ("晾的被子全黑", "环保局来看看", "关掉算了", "娃娃不敢开窗"),
)


def wordings(view: tuple[tuple[str, ...], ...]) -> list[str]:
    """64 of one view; no two of them share who, what and wish."""
    return [f"{place}{who}{what}，{wish}" for place, (who, what, wish) in zip(PLACES * 8, product(*view), strict=True)]


SEEN = [text for view in (BEES, KILNS) for i, text in enumerate(wordings(view)) if i // 16 < 2 and i // 4 % 4 < 2]
"""Those with the first two who and what: from the others they differ in both, and share at most the wish."""
UNSEEN = [text for view in (BEES, KILNS) for text in wordings(view) if text not in SEEN]
CROWD = [text for _, text in messages(2_000)]
FARTHER = [text for _, text in messages(5_000, seed=9)]
READ = len(CROWD) + len(SEEN)
EACH, REST = len(SEEN) // 2, len(UNSEEN) // 2


@pytest.fixture(scope="module")
def sample() -> Sample:
    return weigh_sample(np.arange(READ), forms([*CROWD, *SEEN]))


@pytest.fixture(scope="module")
def pool(sample: Sample) -> Sample:
    texts = [*CROWD, *SEEN, *FARTHER, *UNSEEN]
    return weigh_like(sample, np.arange(len(texts)), forms(texts))


def views(*groups: Sequence[int]) -> np.ndarray:
    """Numbers of groups of the sample, each given by which of SEEN are in it."""
    out = np.full(READ, -1)
    for number, members in enumerate(groups):
        out[[len(CROWD) + i for i in members]] = number
    return out


def widen(groups: np.ndarray, sample: Sample, pool: Sample) -> np.ndarray:
    alike = np.ones((READ, 1), np.float32)  # to the teacher all is one
    heard, inside = hear(sample.grams, groups), np.arange(READ)
    found, heard = widened(groups, heard, pool=pool, inside=inside, close=alike)
    assert len(heard.good) == found.max() + 1
    return found


def test_a_few_of_a_view_find_those_who_word_it_in_ways_that_were_not_seen(sample, pool) -> None:
    found = widen(views(range(EACH)), sample, pool)
    assert (found[len(CROWD) :][:EACH] == 0).all()  # nobody of the sample is lost
    assert (found[-2 * REST : -REST] == 0).mean() >= 0.95
    assert (found == 0).sum() <= EACH + REST + 5


def test_two_halves_of_a_view_are_joined_where_their_words_tell_them_better_together(sample, pool) -> None:
    found = widen(views(range(EACH // 2), range(EACH // 2, EACH)), sample, pool)
    assert (found[len(CROWD) :][:EACH] == 0).all()
    assert (found[-2 * REST : -REST] == 0).mean() >= 0.9


def test_a_view_is_not_joined_to_what_would_blur_its_words(sample, pool, monkeypatch) -> None:
    """Unpaid wages at the end of the year are told less well by their words than bees are, and would spoil them."""
    monkeypatch.setattr(widen_module, "JOIN", -10)  # all that is tried is one
    unpaid = [i for i, text in enumerate(CROWD) if all(said in text for said in ("拖欠工资", "农民工", "年底拿不到钱"))]
    groups = views(range(EACH))
    groups[unpaid] = 1
    found = widen(groups, sample, pool)
    assert (found[len(CROWD) :][:EACH] == found[len(CROWD)]).all()
    assert set(found[unpaid]) == {1 - found[len(CROWD)]}


def test_a_group_that_words_do_not_tell_is_not_widened(sample, pool) -> None:
    strangers = np.where(np.arange(READ) % 100 == 0, 0, -1)  # ten messages that share nothing of note
    assert (widen(strangers, sample, pool) == -1).all()
    assert (widen(views(), sample, pool) == -1).all()


def test_a_view_as_large_as_a_theme_is_left_to_its_place(sample, pool) -> None:
    """Half of all speak of bees and kilns: that is no small view, whatever its words tell."""
    many = weigh_sample(np.arange(3 * EACH), forms([*CROWD[:EACH], *SEEN]))
    groups = np.repeat([-1, 0], [EACH, 2 * EACH])
    heard = hear(many.grams, groups)
    found, _ = widened(groups, heard, pool=many, inside=np.arange(3 * EACH), close=np.ones((3 * EACH, 1), np.float32))
    assert (found == -1).all()


def test_groups_that_lie_far_apart_are_not_joined_by_their_words_alone(sample) -> None:
    groups = views(range(EACH // 2), range(EACH // 2, EACH))
    heard = hear(sample.grams, groups)
    near = np.tile(np.float32([1, 0]), (READ, 1))
    far = np.where((groups == 1)[:, None], -near, near)
    assert len(set(joined(groups, heard, middles_of(near, groups))[groups >= 0])) == 1
    assert len(set(joined(groups, heard, middles_of(far, groups))[groups >= 0])) == 2
