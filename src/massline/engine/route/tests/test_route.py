import csv
import json
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner

from massline.engine.cli import commands
from massline.engine.route import learn
from massline.engine.route.cli import _lines
from massline.engine.route.learn import TOGETHER, train
from massline.engine.route.model import ask, facts_of, load_router, save_router
from massline.engine.route.past import Past
from massline.engine.route.reading import OPENING_WEIGHT, read_cases
from massline.engine.tests.calls import messages

BODIES = {"lift": "住建局", "wages": "人社局", "school": "教育局", "bus": "交通局", "noise": "城管局"}
CASES = messages(240)


def invoke(*arguments: object):
    return CliRunner().invoke(commands, ["route", *(str(one) for one in arguments)])


def write(path: Path, rows: list[list[str]], headings: tuple[str, ...] = ("text", "topic")) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([headings, *rows])
    return path


def past(cases: list[tuple[str, str]]) -> Past:
    return Past(pa.array([text for _, text in cases], pa.large_string()), {"topic": [topic for topic, _ in cases]}, 0)


def answers(router, texts: list[str]):
    found = ask(pa.array(texts, pa.large_string()), router.grams, router.learnt["topic"])
    return [router.learnt["topic"].names[best] for best in found.best], found


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> tuple[Path, Path]:
    """A router that was taught by the command, and the file that taught it."""
    folder = tmp_path_factory.mktemp("route")
    rows = [[f"c{i}", text, topic, BODIES[topic]] for i, (topic, text) in enumerate(CASES)]
    file = write(folder / "past.csv", rows, ("id", "text", "topic", "承办单位"))
    assert invoke("train", file, "--out", folder / "router.npz").exit_code == 0
    return folder / "router.npz", file


# What cannot be used


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "no past case"),
        ([["电梯坏了", ""]], "no past case"),
        ([["电梯坏了没人修", "物业"], ["电梯又停了", "物业"]], "nothing to tell apart"),
    ],
)
def test_cases_that_teach_nothing_end_with_2_and_leave_no_file(tmp_path, rows, said) -> None:
    result = invoke("train", write(tmp_path / "past.csv", rows), "--out", tmp_path / "router.npz")
    assert result.exit_code == 2
    assert said in result.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["past.csv"]


@pytest.mark.parametrize(
    ("columns", "said"), [("topic=没有", "没有"), ("colour=topic", "colour"), ("topic", "Write it like")]
)
def test_a_mapping_that_cannot_be_used_ends_with_2(tmp_path, columns, said) -> None:
    file = write(tmp_path / "past.csv", [["电梯坏了", "物业"], ["工资没发", "人社"]])
    result = invoke("train", file, "--out", tmp_path / "router.npz", "--map", columns)
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_file_without_topics_ends_with_2_and_says_how_to_name_the_column(tmp_path) -> None:
    file = write(tmp_path / "past.csv", [["电梯坏了", "red"]], ("text", "colour"))
    result = invoke("train", file, "--out", tmp_path / "router.npz")
    assert result.exit_code == 2
    assert "--map topic=colour" in result.stderr


def test_rows_without_text_or_topic_are_said_and_end_with_1(tmp_path) -> None:
    rows = [[text, topic] for topic, text in CASES]
    file = write(tmp_path / "past.csv", [*rows, ["", "bus"], ["车站没有站牌", ""]])
    result = invoke("train", file, "--out", tmp_path / "router.npz")
    assert result.exit_code == 1
    assert "row 241, text" in result.stderr
    assert "row 242, topic" in result.stderr
    assert "240 past cases" in result.stdout


@pytest.mark.parametrize("content", [b"", b"no router", b"PK\x03\x04broken"])
def test_a_file_that_is_no_router_ends_with_2(tmp_path, trained, content) -> None:
    (tmp_path / "router.npz").write_bytes(content)
    result = invoke("apply", tmp_path / "router.npz", trained[1])
    assert result.exit_code == 2
    assert "no router in this file" in result.stderr


def test_a_file_of_headings_alone_or_a_missing_one_ends_with_2(tmp_path, trained) -> None:
    assert invoke("apply", trained[0], write(tmp_path / "bare.csv", [])).exit_code == 2
    assert invoke("apply", trained[0], tmp_path / "none.csv").exit_code == 2


def test_a_topic_outside_the_list_is_said_and_left_out(tmp_path, trained) -> None:
    topics = write(tmp_path / "topics.csv", [["lift", ""], ["wages", "pay"], ["school", ""]], ("first", "second"))
    result = invoke("train", trained[1], "--out", tmp_path / "router.npz", "--topics", topics)
    assert result.exit_code == 1
    assert "not in the list of topics" in result.stderr
    assert load_router(tmp_path / "router.npz").learnt["topic"].names == ("lift", "school", "wages")


def test_a_list_of_topics_without_any_ends_with_2(tmp_path, trained) -> None:
    topics = write(tmp_path / "topics.csv", [], ("first",))
    assert invoke("train", trained[1], "--out", tmp_path / "r.npz", "--topics", topics).exit_code == 2


def test_a_list_of_one_topic_leaves_nothing_to_tell_apart(tmp_path, trained) -> None:
    topics = write(tmp_path / "topics.csv", [["lift"]], ("first",))
    result = invoke("train", trained[1], "--out", tmp_path / "r.npz", "--topics", topics)
    assert result.exit_code == 2
    assert "nothing to tell apart" in result.stderr
    assert not (tmp_path / "r.npz").exists()


def test_a_topic_that_stands_in_the_list_twice_changes_nothing(tmp_path, trained) -> None:
    once = [[topic] for topic in sorted({topic for topic, _ in CASES})]
    for name, rows in (("once", once), ("twice", [*once, *once[::-1]])):
        topics = write(tmp_path / f"{name}.csv", rows, ("first",))
        assert invoke("train", trained[1], "--out", tmp_path / name, "--topics", topics).exit_code == 0
    assert (tmp_path / "once").read_bytes() == (tmp_path / "twice").read_bytes()


def test_what_a_message_says_of_a_person_is_no_word_that_decided(trained) -> None:
    """Messages are read as they came; what may be named was learnt from masked cases."""
    router = load_router(trained[0])
    text = f"联系人：张建国，电话13912345678，邮箱zhang@example.com。{CASES[0][1]}"
    batch = pa.record_batch(
        {"id": ["1"], "title": pa.nulls(1, pa.large_string()), "text": pa.array([text], pa.large_string())}
    )
    [line] = _lines(batch, router=router)
    told = json.loads(line)
    assert told["topic"] == CASES[0][0]
    assert told["words"]
    assert all(word in CASES[0][1] for word in told["words"])


def test_two_thousand_topics_of_two_cases_each_can_be_told_apart() -> None:
    words = [f"{chr(0x4E00 + i)}{chr(0x5E00 + i)}{chr(0x6E00 + i)}" for i in range(2_000)]
    router = train(past([(word, f"{word}{end}") for word in words for end in ("好", "请处理")]), seed=0, workers=1)
    assert len(router.learnt["topic"].names) == 2_000
    assert answers(router, words[:50])[0] == words[:50]


def test_a_topic_of_one_case_is_learnt_and_nothing_is_sure_without_proof() -> None:
    router = train(past(CASES[:10]), seed=0, workers=1)
    names, found = answers(router, [text for _, text in CASES[:10]])
    assert names == [topic for topic, _ in CASES[:10]]
    assert not found.sure.any()


def test_a_topic_written_in_two_ways_is_one(tmp_path) -> None:
    rows = [
        [text, {"lift": "Lift repair" if i % 2 else " Ｌift  repair "}.get(topic, topic)]
        for i, (topic, text) in enumerate(CASES)
    ]
    assert invoke("train", write(tmp_path / "past.csv", rows), "--out", tmp_path / "router.npz").exit_code == 0
    assert "Lift repair" in load_router(tmp_path / "router.npz").learnt["topic"].names
    assert len(load_router(tmp_path / "router.npz").learnt["topic"].names) == 5


# What it does


def test_new_messages_get_their_topic_body_and_the_words_that_decided(tmp_path, trained) -> None:
    new = messages(50, seed=9)
    file = write(tmp_path / "new.csv", [[f"n{i}", text] for i, (_, text) in enumerate(new)], ("id", "text"))
    result = invoke("apply", trained[0], file)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [line["id"] for line in lines] == [f"n{i}" for i in range(50)]
    assert list(lines[0]) == [
        *("id", "topic", "probability", "sure", "body", "body_probability", "body_sure", "words"),
    ]
    assert [line["topic"] for line in lines] == [topic for topic, _ in new]
    assert [line["body"] for line in lines] == [BODIES[topic] for topic, _ in new]
    assert all(line["sure"] and 0.5 < line["probability"] <= 1 for line in lines)
    assert all(
        line["words"] and all(word in text for word in line["words"])
        for line, (_, text) in zip(lines, new, strict=True)
    )


def test_a_message_without_a_known_word_is_not_sure() -> None:
    router = train(past(CASES), seed=0, workers=1)
    credulous = replace(router, learnt={"topic": replace(router.learnt["topic"], least=0.0)})
    assert answers(credulous, ["电梯困人", "龘靐齉爩", "!!!", "7 8 9"])[1].sure.tolist() == [True, False, False, False]


def test_mixed_labels_give_low_chances_and_nothing_sure() -> None:
    mixed = [(CASES[(i * 7 + i // 5) % 240][0], text) for i, (_, text) in enumerate(CASES)]
    router = train(past(mixed), seed=0, workers=1)
    _, found = answers(router, [text for _, text in messages(50, seed=3)])
    assert found.chance.mean() < 0.5
    assert found.sure.mean() < 0.1


def test_a_later_row_with_the_same_id_corrects_the_case(tmp_path) -> None:
    rows = [[f"c{i}", text, "bus" if topic == "noise" else topic] for i, (topic, text) in enumerate(CASES)]
    first = write(tmp_path / "past.csv", rows, ("id", "text", "topic"))
    mended = [[f"c{i}", text, topic] for i, (topic, text) in enumerate(CASES) if topic == "noise"]
    second = write(tmp_path / "corrections.csv", mended, ("id", "text", "topic"))
    result = invoke("train", first, second, "--out", tmp_path / "router.npz")
    assert "240 past cases, 48 of them corrected" in result.stdout
    names, _ = answers(load_router(tmp_path / "router.npz"), ["半夜施工的工地夜间太吵睡不着觉"])
    assert names == ["noise"]


# Laws


def test_one_worker_and_three_give_the_same_bytes(tmp_path) -> None:
    for workers in (1, 3):
        save_router(tmp_path / f"{workers}.npz", train(past(CASES), seed=0, workers=workers))
    assert (tmp_path / "1.npz").read_bytes() == (tmp_path / "3.npz").read_bytes()


def test_workers_change_no_line(trained) -> None:
    one, three = (invoke("apply", trained[0], trained[1], "--workers", n).stdout for n in (1, 3))
    assert one == three != ""


def test_the_order_of_the_messages_changes_no_answer() -> None:
    router, texts = train(past(CASES), seed=0, workers=1), [text for _, text in CASES]
    there, back = answers(router, texts)[1], answers(router, texts[::-1])[1]
    assert there.chance.tolist() == back.chance[::-1].tolist()
    assert there.best.tolist() == back.best[::-1].tolist()


def test_a_case_is_read_as_a_message_with_its_text_is() -> None:
    """What a router learns from and what it is asked about go through the same code, block by block."""
    router, forms = train(past(CASES), seed=0, workers=1), past(CASES).forms
    learnt, grams = router.learnt["topic"], router.grams
    cases = read_cases(forms, grams.row_of, grams.rarity, workers=2)
    owner = np.repeat(np.arange(len(forms)), np.diff(cases.starts))
    scores = np.tile(learnt.lean.astype(np.float64), (len(forms), 1))
    np.add.at(scores, owner, (cases.weights[:, None] * learnt.table[cases.rows])[:, : len(learnt.names)])
    told = ask(forms, grams, learnt)
    assert told.best.tolist() == scores.argmax(axis=1).tolist()
    assert np.allclose(told.chance, 1 / (1 + np.exp(-facts_of(scores.astype(np.float32))[0] @ learnt.trust)), atol=1e-4)


def test_a_message_weighs_the_same_at_any_length_and_each_gram_is_counted_once() -> None:
    grams = train(past(CASES), seed=0, workers=1).grams
    forms = pa.array(["电梯", "电梯坏了", "电梯电梯电梯坏了" * 40], pa.large_string())
    cases = read_cases(forms, grams.row_of, grams.rarity, workers=1)
    for start, end in zip(cases.starts, cases.starts[1:], strict=False):
        assert np.square(cases.weights[start:end]).sum() == pytest.approx(1 + OPENING_WEIGHT**2, rel=1e-4)
        assert len(set(cases.rows[start:end].tolist())) == end - start


def test_more_names_than_are_learnt_together_are_told_apart_like_a_few() -> None:
    words = [f"{chr(0x4E00 + i)}{chr(0x5E00 + i)}" for i in range(2 * TOGETHER + 3)]
    router = train(
        past([(word, f"{word}{end}") for word in words for end in ("好", "请处理", "了")]), seed=0, workers=3
    )
    assert answers(router, words)[0] == words


def test_a_kept_router_answers_as_before(tmp_path) -> None:
    router, texts = train(past(CASES), seed=0, workers=1), [text for _, text in messages(30, seed=4)]
    save_router(tmp_path / "router.npz", router)
    assert (
        answers(load_router(tmp_path / "router.npz"), texts)[1].chance.tolist()
        == answers(router, texts)[1].chance.tolist()
    )
    assert load_router(tmp_path / "router.npz").facts == router.facts


# The command


@pytest.mark.parametrize("command", ["train", "apply"])
def test_help_shows_an_example(command: str) -> None:
    assert f"Example: massline route {command} " in " ".join(invoke(command, "--help").stdout.split())


def test_rejected_messages_end_with_1_and_the_others_are_routed(tmp_path, trained) -> None:
    file = write(tmp_path / "new.csv", [["电梯困人没人管"], [" "]], ("text",))
    result = invoke("apply", trained[0], file, "--out", tmp_path / "topics.jsonl")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "row 2" in result.stderr
    assert len((tmp_path / "topics.jsonl").read_text(encoding="utf-8").splitlines()) == 1
    assert not list(tmp_path.glob("*.part"))


def test_ctrl_c_while_training_leaves_the_earlier_router_alone(tmp_path, trained, monkeypatch) -> None:
    (tmp_path / "router.npz").write_bytes(b"earlier")
    monkeypatch.setattr(learn, "_words", lambda forms: signal.raise_signal(signal.SIGINT))
    result = invoke("train", trained[1], "--out", tmp_path / "router.npz")
    assert result.exit_code == 130
    assert "nothing half-written" in result.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["router.npz"]
    assert (tmp_path / "router.npz").read_bytes() == b"earlier"
