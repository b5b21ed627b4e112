import numpy as np
import pytest

from massline.engine.clean import matching_form
from massline.engine.sides import AGAINST, FOR, NEITHER, count_sides, quote_side, sides_of
from massline.engine.tests.calls import forms


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("我们支持修建地铁口", FOR),
        ("坚决反对在小区门口修变电站", AGAINST),
        ("我不支持取消早班车", AGAINST),
        ("大家都不同意涨价", AGAINST),
        ("双手赞成！早该这样了", FOR),
        ("I strongly oppose the new road", AGAINST),
        ("We support the new road", FOR),
        ("We do not support the new road", AGAINST),
        ("感谢领导支持我们的工作", NEITHER),
        ("需要技术支持，政策支持也不够", NEITHER),
        ("电梯困人没人修", NEITHER),
        ("我支持地铁，坚决反对涨价", NEITHER),
        ("", NEITHER),
    ],
)
def test_only_plain_words_of_ones_own_stand_are_a_side(text: str, side: int) -> None:
    assert sides_of(forms([matching_form(text)])).tolist() == [side]


def test_a_coarse_theme_counts_the_sides_of_its_fine_ones_and_copies_count() -> None:
    sides, themes = np.array([1, 1, -1, 0, 1], np.int8), np.array([2, 1, 2, 2, -1], np.int32)
    counts = count_sides(sides, themes, np.array([3, 1, 1, 1, 9]), np.array([-1, -1, 0], np.int32))
    assert counts.tolist() == [[3, 1], [1, 0], [3, 1]]


def test_the_two_lists_of_a_theme_share_nobody_and_begin_in_its_middle() -> None:
    sides, themes = np.array([1, -1, 1, 1], np.int8), np.array([1, 1, 1, 0], np.int32)
    near, parents = np.array([0.2, 0.9, 0.8, 0.5], np.float32), np.array([-1, -1], np.int32)
    pro, contra = (quote_side(side, sides, themes, near, parents) for side in (FOR, AGAINST))
    assert [rows.tolist() for rows in pro] == [[3], [2, 0]]
    assert [rows.tolist() for rows in contra] == [[], [1]]
