"""Laws of groups that are widened over a pool by their words: whom they find, whom they leave, and what they may be joined to."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest

from massline.engine import widen as widen_module
from massline.engine.embed import Sample, weigh_like, weigh_sample
from massline.engine.evidence import SURE, hear
from massline.engine.tests.calls import PLACES, forms, messages
from massline.engine.widen import BEGIN, _loudest, joined, middles_of, widened

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


def test_parts_of_a_sample_must_lie_side_by_side_too(sample) -> None:
    """Known by their words and half alike: one matter among a hundred messages, two among a dozen."""
    groups = views(range(EACH // 2), range(EACH // 2, EACH))
    heard = hear(sample.grams, groups)
    half = np.where((groups == 1)[:, None], np.float32([0.5, 0.75**0.5]), np.float32([1, 0]))
    middles = middles_of(half, groups)
    assert len(set(joined(groups, heard, middles)[groups >= 0])) == 1
    assert len(set(joined(groups, heard, middles, beside=0.55)[groups >= 0])) == 2
    assert len(set(joined(groups, heard, middles, beside=0.45)[groups >= 0])) == 1


def test_whom_a_group_has_found_teaches_it_whom_else_to_find(sample, pool, monkeypatch) -> None:
    few = views(range(6))
    found = []
    for rounds in (1, 3):
        monkeypatch.setattr(widen_module, "ROUNDS", rounds)
        found.append(widen(few, sample, pool) == 0)
    assert (found[1] | ~found[0]).all()
    assert found[1].sum() > found[0].sum()
    assert not found[1][: len(CROWD)].any()


def test_what_is_heard_of_some_groups_stands_beside_what_was_heard_of_others(sample) -> None:
    """Growing looks at the groups that grow alone: of the others nothing depends on them."""
    before, after = views(range(8), range(EACH, EACH + 8)), views(range(8), range(EACH, EACH + 12))
    whole = hear(sample.grams, after)
    alone = hear(sample.grams, np.where(after == 1, 1, -1), count=2)
    both = hear(sample.grams, before).with_those(alone, np.array([False, True]))
    for name in ("floors", "good", "right", "wrong"):
        assert getattr(both, name).tolist() == getattr(whole, name).tolist()
    assert abs(both.words - whole.words).max() == 0
    assert abs(both.scores - whole.scores).max() == 0


def test_groups_at_the_end_may_be_empty(sample) -> None:
    heard = hear(sample.grams, views(range(8)), count=3)
    assert len(heard.good) == heard.words.shape[0] == heard.scores.shape[1] == 3
    assert heard.good[1:].tolist() == [0, 0]


def test_a_few_who_hardly_tell_each_other_find_the_whole_view_all_the_same(sample, pool) -> None:
    """Seven wordings that share little: their words find them again in the sample with an F1 of 0.61 only."""
    few = views([0, 5, 6, 8, 10, 11, 13])
    assert BEGIN <= hear(sample.grams, few).good[0] < SURE
    assert (widen(few, sample, pool)[-2 * REST : -REST] == 0).all()


def test_nobody_joins_whose_words_would_blur_what_tells_a_group(sample, pool, monkeypatch) -> None:
    monkeypatch.setattr(widen_module, "NEARLY", 0.05)  # whoever says anything of it is tried
    found = widen(views(range(6)), sample, pool)
    assert (found[len(CROWD) :][:6] == 0).all()
    assert not (found[-REST:] == 0).any()  # kilns of the same villages


@pytest.mark.parametrize("most", [1, 3, 7, 50])
def test_the_loudest_come_in_their_order_and_of_equals_the_first(most: int) -> None:
    said = np.float32([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5])
    assert _loudest(said, most).tolist() == np.argsort(-said, kind="stable")[:most].tolist()
    assert _loudest(said[:0], most).tolist() == []
