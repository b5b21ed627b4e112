import json
import signal
from pathlib import Path

import pytest
from click.testing import CliRunner

from massline.engine import trace_command
from massline.engine.cli import commands
from massline.engine.errors import TeacherError
from massline.engine.places import places_in
from massline.engine.support import check, message_of
from massline.engine.tests.calls import write_call

LIFT = "东河镇金水苑3栋的电梯坏了两个月，物业收了1,200元维修费却没有修好，老人下不了楼。希望政府不要再拖！"
BUS = "我们反对取消8路公交。末班车太早，下班赶不上。"


@pytest.fixture(autouse=True)
def _no_teacher(monkeypatch) -> None:
    """What is said in other words is refused, and no test waits for the sentence model."""
    monkeypatch.setattr(trace_command, "the_teacher", lambda: _refuse())


def _refuse() -> None:
    raise TeacherError("not in this test")


def verdict(statement: str, *texts: str):
    return check(statement, {str(i): message_of(None, text) for i, text in enumerate(texts)}, None)


@pytest.mark.parametrize(
    "statement",
    [
        "东河镇金水苑3栋的电梯坏了两个月",
        "金水苑3栋的电梯坏了两个月，老人下不了楼。",
        "物业收了１２００元维修费没有修好",
        "物業收了1200元維修費卻沒有修好",
        "希望政府不要再拖",
        "电梯坏了两个月，物业没有修好",
    ],
)
def test_what_a_message_says_is_supported_however_it_is_written(statement: str) -> None:
    assert verdict(statement, LIFT).messages == ("0",)


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("东河镇金水苑5栋的电梯坏了两个月", "a wrong number"),
        ("金水苑3栋的电梯坏了三个月", "a wrong number in signs"),
        ("物业收了1,300元维修费却没有修好", "a wrong sum"),
        ("200", "a part of a number"),
        ("西岭镇金水苑3栋的电梯坏了两个月", "a wrong town"),
        ("东河镇柳林苑3栋的电梯坏了两个月", "a wrong estate"),
        ("金水苑3栋的电梯坏了两个月，业主已经报警", "a clause that nobody wrote"),
        ("广场舞噪音扰民，请管一管", "a claim that nobody made"),
        ("物业收了1,200元维修费却修好", "a negation lost"),
        ("物业收了1,200元维修费却有修好", "a negation lost in the middle"),
        ("老人下得了楼", "a negation lost beside its verb"),
        ("希望政府再拖", "a negation lost before the verb"),
        ("希望政府不要不再拖", "a negation put in"),
        ("电梯没坏两个月", "a negation moved"),
    ],
)
def test_seeded_errors_are_refused(statement: str, what: str) -> None:
    found = verdict(statement, LIFT)
    assert not found.messages, what
    assert found.reason


@pytest.mark.parametrize("statement", ["我们支持取消8路公交", "取消8路公交", "末班车太早，下班赶得上"])
def test_a_side_that_is_turned_round_is_refused(statement: str) -> None:
    assert verdict("我们反对取消8路公交", BUS).messages
    assert not verdict(statement, BUS).messages


@pytest.mark.parametrize("statement", ["", "，。！", "的了"])
def test_a_statement_that_claims_nothing_is_refused(statement: str) -> None:
    assert "nothing" in verdict(statement, LIFT).reason


def test_clauses_may_be_said_by_different_messages_and_each_is_named() -> None:
    assert verdict("老人下不了楼，末班车太早", LIFT, BUS, "别的事情").messages == ("0", "1")


def test_writing_without_spaces_and_english_are_read_alike() -> None:
    assert verdict("ลิฟต์เสียสองเดือน", "ลิฟต์เสียสองเดือนแล้ว ไม่มีใครซ่อม").messages
    assert not verdict("ลิฟต์เสียสามเดือน", "ลิฟต์เสียสองเดือนแล้ว ไม่มีใครซ่อม").messages
    english = "The lift in block 3 has not worked for 2 months."
    assert verdict("The lift in block 3 has not worked", english).messages
    assert not verdict("The lift in block 3 has worked", english).messages
    assert not verdict("The lift in block 4 has not worked", english).messages


def test_other_wordings_are_asked_of_the_teacher_and_keep_numbers_names_and_sense(monkeypatch) -> None:
    from massline.engine import support

    monkeypatch.setattr(support, "similarities", lambda left, right, teacher: __import__("numpy").ones(len(left)))
    said = {"m": message_of(None, "升降梯停用已久，无人维护")}
    assert check("没人管坏掉的直梯", said, object()).messages == ("m",)  # type: ignore[arg-type]
    assert not check("有人来看过那台直梯", said, object()).messages  # type: ignore[arg-type]
    assert not check("没人管坏掉的12部直梯", said, object()).messages  # type: ignore[arg-type]
    assert not check("柳林街道没人管坏掉的直梯", said, object()).messages  # type: ignore[arg-type]


# Places


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("A3区八方小区又在搞违法搭建了", ("a3区", "八方小区")),
        ("反映A7县泉塘街道丽发新城的噪音", ("a7县", "泉塘街道", "丽发新城")),
        ("希望在A5区曲塘路增开公交", ("a5区", "曲塘路")),
        ("K9县的路灯坏了", ("k9县",)),
        ("小区门口的路灯坏了，我们小区没人管", ()),
        ("", ()),
    ],
)
def test_places_are_found_by_their_form(text: str, places: tuple[str, ...]) -> None:
    assert places_in(text) == places


# The command


def run(tmp_path: Path, lines: list[str], *options: str):
    (tmp_path / "statements.jsonl").write_text("\n".join(lines), encoding="utf-8")
    call = write_call(tmp_path / "call.csv", [LIFT, BUS])
    arguments = ["trace", "check", str(tmp_path / "statements.jsonl"), "--messages", str(call), *options]
    return CliRunner().invoke(commands, arguments)


def line(statement: str, *messages: str, **more: object) -> str:
    return json.dumps({"statement": statement, "messages": messages, **more}, ensure_ascii=False)


def test_each_statement_gets_a_line_with_its_verdict(tmp_path) -> None:
    asked = [
        line("老人下不了楼", "m1", "m2"),
        line("老人下得了楼", "m1"),
        line("老人下不了楼"),
        line("老人下不了楼", "m9"),
    ]
    result = run(tmp_path, asked)
    told = [json.loads(one) for one in result.stdout.splitlines()]
    assert [one["verdict"] for one in told] == ["supported", "refused", "refused", "refused"]
    assert list(told[0]) == ["statement", "verdict", "reason", "messages"]
    assert told[0]["messages"] == ["m1"]
    assert "no message m9" in told[3]["reason"]
    assert "names no message" in told[2]["reason"]
    assert "no sentence model" in result.stderr
    assert result.exit_code == 1


def test_a_count_that_is_not_that_of_the_messages_is_refused(tmp_path) -> None:
    told = json.loads(run(tmp_path, [line("老人下不了楼", "m1", support=12)]).stdout)
    assert told["verdict"] == "refused"
    assert "12" in told["reason"]


@pytest.mark.parametrize("bad", ["{", "[]", '{"statement": 3}', '{"statement": "a", "messages": "m1"}'])
def test_a_line_that_is_no_statement_is_said_and_the_others_are_checked(tmp_path, bad: str) -> None:
    result = run(tmp_path, [bad, line("老人下不了楼", "m1")])
    assert result.exit_code == 1
    assert "row 1" in result.stderr
    assert len(result.stdout.splitlines()) == 1


@pytest.mark.parametrize("lines", [[], ["[]"]])
def test_a_file_without_a_statement_ends_with_2_and_leaves_no_file(tmp_path, lines: list[str]) -> None:
    result = run(tmp_path, lines, "--out", str(tmp_path / "out.jsonl"))
    assert result.exit_code == 2
    assert "holds no statement" in result.stderr
    assert not list(tmp_path.glob("out*"))


def test_ctrl_c_leaves_nothing_half_written(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(trace_command, "verdict_on", lambda *_: signal.raise_signal(signal.SIGINT))
    result = run(tmp_path, [line("老人下不了楼", "m1")], "--out", str(tmp_path / "out.jsonl"))
    assert result.exit_code == 130
    assert not list(tmp_path.glob("out*"))


def test_help_of_check_shows_an_example() -> None:
    told = CliRunner().invoke(commands, ["trace", "check", "--help"]).stdout
    assert "Example: massline trace check " in " ".join(told.split())
