import numpy as np
import pyarrow as pa
import pytest

from massline.engine.pieces import Pieces, cut, learn_pieces
from massline.engine.tests.calls import forms

NAMES = ["<s>", "<unk>", "▁", "▁电梯", "困", "困人", "人", "▁lift", "▁li", "ft", "s", "人", ""]
SCORES = np.array([0, 0, -3, -2, -4, -2, -4, -2, -3, -3, -3, -1, 0], np.float32)


@pytest.fixture(scope="module")
def pieces() -> Pieces:
    return learn_pieces(NAMES, SCORES, unknown=1, apart=(0, 1))


def cut_one(text: str, pieces: Pieces, most: int = 99) -> list[str]:
    numbers, starts = cut(forms([text]), pieces, most=most)
    return [NAMES[number] for number in numbers[starts[0] : starts[1]]]


def test_a_text_is_cut_in_the_likeliest_way_and_not_in_the_longest_first(pieces: Pieces) -> None:
    assert cut_one("电梯困人", pieces) == ["▁电梯", "困人"]
    assert cut_one("lifts lift", pieces) == ["▁lift", "s", "▁lift"]


def test_letters_that_no_piece_holds_are_one_unknown_piece_together(pieces: Pieces) -> None:
    assert cut_one("电梯鑫鑫🎉困", pieces) == ["▁电梯", "<unk>", "困"]


def test_marks_of_places_are_never_found_in_a_text(pieces: Pieces) -> None:
    assert "<s>" not in cut_one("<s>", pieces)


def test_an_empty_text_is_the_space_before_it(pieces: Pieces) -> None:
    assert cut_one("", pieces) == ["▁"]


def test_a_long_text_is_cut_short_and_the_next_one_is_whole(pieces: Pieces) -> None:
    numbers, starts = cut(pa.array(["困人" * 5_000, "电梯困人"], pa.large_string()), pieces, most=7)
    assert np.diff(starts).tolist() == [7, 2]
    assert [NAMES[number] for number in numbers[7:]] == ["▁电梯", "困人"]
