import json

import numpy as np
import pytest
from click.testing import CliRunner

from massline.engine import teacher
from massline.engine.cli import commands
from massline.engine.errors import InputError
from massline.engine.nearness import unit
from massline.engine.similar import read_pairs, similarities


class StandIn:
    """Points where the signs of a text point."""

    def vectors(self, texts):
        rows = np.zeros((len(texts), 64), np.float32)
        for row, text in zip(rows, texts.to_pylist(), strict=True):
            for sign in text:
                row[ord(sign) % 64] += 1
        return unit(rows)


def pairs_of(text: str, tmp_path) -> list[tuple[str, str]]:
    (tmp_path / "pairs").write_text(text, encoding="utf-8")
    return list(read_pairs(tmp_path / "pairs"))


@pytest.mark.parametrize("text", ["一个文本\n", "a\tb\nc\n", '{"a": "一"}\n', "{broken\n", '{"a": 1, "b": 2}\n'])
def test_a_row_without_two_texts_is_refused_by_its_number(text: str, tmp_path) -> None:
    with pytest.raises(InputError, match="row [12]"):
        pairs_of(text, tmp_path)


def test_a_file_that_is_missing_or_no_text_is_refused_by_name(tmp_path) -> None:
    (tmp_path / "pairs").write_bytes(b"\xff\xfe\xfa")
    for name in ("pairs", "nowhere"):
        with pytest.raises(InputError, match=name):
            list(read_pairs(tmp_path / name))


@pytest.mark.parametrize(
    "text",
    [
        "一\t二\t1\n三\t四\t0\n",
        "一,二\n三,四\n",
        "text1,text2\n一,二\n三,四\n",
        '{"x": "一", "y": "二"}\n{"x": "三", "y": "四"}\n',
    ],
)
def test_two_texts_a_row_are_read_from_tabs_commas_and_json_lines(text: str, tmp_path) -> None:
    assert pairs_of(text, tmp_path) == [("一", "二"), ("三", "四")]


def test_equal_texts_are_most_alike_and_order_changes_nothing() -> None:
    left, right = ["电梯困人", "电梯困人", "電梯困人"], ["电梯困人", "拖欠工资", "电梯困人"]
    there, back = similarities(left, right, StandIn()), similarities(right, left, StandIn())
    np.testing.assert_allclose(there, back)
    assert there[0] == there[2] > there[1] >= 0
    assert there.max() <= 1


def test_the_command_prints_one_line_a_row(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(teacher, "the_teacher", StandIn)
    (tmp_path / "pairs.tsv").write_text("电梯\t电梯\n电梯\t工资\n", encoding="utf-8")
    said = CliRunner().invoke(commands, ["similar", "--pairs", str(tmp_path / "pairs.tsv")])
    lines = [json.loads(line) for line in said.stdout.splitlines()]
    assert [line["row"] for line in lines] == [1, 2]
    assert lines[0]["similarity"] > lines[1]["similarity"]


@pytest.mark.parametrize("texts", [[], ["one"], ["one", "two", "three"]])
def test_other_than_two_texts_are_refused_with_what_to_give(texts: list[str]) -> None:
    said = CliRunner().invoke(commands, ["similar", *texts])
    assert said.exit_code == 2
    assert "two texts" in said.stderr
