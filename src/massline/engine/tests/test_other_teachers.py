"""Teachers that somebody named: a model in a folder, a model behind an address."""

import json
from itertools import count
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from massline.engine.endpoint import Endpoint
from massline.engine.errors import EndpointError, OptionError, TeacherError
from massline.engine.pipeline import TEACH_RATE, Options, run
from massline.engine.teacher_file import WORD, FileTeacher
from massline.engine.teacher_service import AT_ONCE, ServiceTeacher
from massline.engine.tests.calls import forms, messages, write_call
from massline.engine.tests.fake_model import Answer, FakeModel, said

TEXTS = [text for _, text in messages(150, seed=3)]
MANY = [text for _, text in messages(400, seed=3)]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def embeddings(_path: str, question: dict) -> Answer:
    """Vectors that hang on the text alone, in another order than asked for."""
    told = [
        {"index": i, "embedding": np.random.default_rng(list(text.encode())).random(8).tolist()}
        for i, text in enumerate(question["input"])
    ]
    return said({"data": told[::-1]})


def endpoint(model: FakeModel, **options: object) -> Endpoint:
    return Endpoint(**{"url": model.url, "model": "small", "key": "secret", "pauses": (0.0,)} | options)


# --- addresses


@pytest.mark.parametrize(
    "url", ["", "host/v1", "ftp://host/v1", "http://", "https://user:pass@host/v1", "file:///etc/passwd"]
)
def test_what_is_no_address_of_a_model_is_refused_by_name(url: str) -> None:
    with pytest.raises(OptionError, match="https://host/v1"):
        Endpoint(url=url, model="small")


def test_an_address_without_a_model_is_refused() -> None:
    with pytest.raises(OptionError, match="No model is named"):
        Endpoint(url="https://host/v1", model="")


def test_the_key_is_sent_and_never_shown() -> None:
    with FakeModel(embeddings).open() as model:
        asked = endpoint(model)
        asked.ask("embeddings", {"input": ["a"]})
    path, headers, question = model.asked[0]
    assert (path, headers["Authorization"], question["model"]) == ("/v1/embeddings", "Bearer secret", "small")
    assert "secret" not in repr(asked)


@pytest.mark.parametrize(
    ("answer", "problem", "times"),
    [
        ((500, b"trouble"), "answered 500", 2),
        ((429, b"busy"), "answered 429", 2),
        ((401, b"who?"), "answered 401", 1),
        ((302, b""), "answered 302", 1),
        ((200, b"no json"), "answered no JSON", 1),
        ((200, b""), "answered no JSON", 1),
        ((200, b"[1]"), "no object", 1),
    ],
)
def test_an_answer_that_is_none_is_said_and_asked_for_again_only_where_that_may_help(answer, problem, times) -> None:
    with FakeModel(lambda *_: answer).open() as model, pytest.raises(EndpointError, match=problem):
        endpoint(model).ask("embeddings", {})
    assert len(model.asked) == times  # and nobody followed it elsewhere
    assert {path for path, *_ in model.asked} == {"/v1/embeddings"}


def test_an_endpoint_that_does_not_answer_is_left_when_its_time_is_over() -> None:
    with FakeModel(lambda *_: None).open() as model, pytest.raises(EndpointError, match="did not answer"):
        endpoint(model, seconds=0.05, pauses=()).ask("embeddings", {})


def test_an_endpoint_that_was_busy_once_is_heard_the_second_time() -> None:
    turn = count()
    with FakeModel(lambda *_: (503, b"") if next(turn) == 0 else said({"data": []})).open() as model:
        assert endpoint(model).ask("embeddings", {}) == {"data": []}


# --- a teacher behind an address


def test_a_service_reads_all_texts_in_order_and_gives_unit_vectors() -> None:
    told: list[int] = []
    with FakeModel(embeddings).open() as model:
        teacher = ServiceTeacher(endpoint(model))
        found = teacher.vectors(forms(TEXTS), done=told.append)
        again = teacher.vectors(forms(TEXTS[70:71]))
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    assert np.allclose(found[70], again[0])
    assert told == [AT_ONCE, 2 * AT_ONCE, 150]


def wrong_width(_path: str, question: dict) -> Answer:
    wide = 8 if len(question["input"]) == AT_ONCE else 9
    return said({"data": [{"index": i, "embedding": [1.0] * wide} for i, _ in enumerate(question["input"])]})


@pytest.mark.parametrize(
    "data",
    [
        [],
        [{"index": 0, "embedding": [1.0, 2.0]}],
        [{"index": i, "embedding": "text"} for i in range(2)],
        [{"index": i, "embedding": [1.0, float("nan")]} for i in range(2)],
        [{"index": i, "embedding": [0.0, 0.0]} for i in range(2)],
        [{"index": 0, "embedding": [1.0, 2.0]}, {"index": 1, "embedding": [1.0]}],
        [{"index": 7, "embedding": [1.0, 2.0]}, {"index": 1, "embedding": [1.0, 2.0]}],
        "nothing",
        None,
    ],
)
def test_vectors_that_are_not_all_there_are_refused(data: object) -> None:
    with FakeModel(lambda *_: said({"data": data})).open() as model, pytest.raises(TeacherError, match="one vector"):
        ServiceTeacher(endpoint(model)).vectors(forms(["a", "b"]))


def test_vectors_of_another_width_in_the_middle_are_refused() -> None:
    with FakeModel(wrong_width).open() as model, pytest.raises(TeacherError, match=r"8 numbers, then of 9.*128 of 150"):
        ServiceTeacher(endpoint(model)).vectors(forms(TEXTS))


def test_a_fault_in_the_middle_stops_the_run_and_the_same_call_goes_on_when_the_service_is_back(tmp_path) -> None:
    call, broken = write_call(tmp_path / "call.csv", MANY), [True]

    def answer(path: str, question: dict) -> Answer:
        return (500, b"") if broken[0] and len(model.asked) > 1 else embeddings(path, question)

    with FakeModel(answer).open() as model:
        options = Options(teach=1_000, teacher=endpoint(model, pauses=()))
        with pytest.raises(TeacherError, match="64 of"):
            run([call], tmp_path / "out", options)
        assert not list((tmp_path / "out").glob("*.parquet"))
        broken[0] = False
        result = run([call], tmp_path / "out", options)
    told = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert result.without_teacher == ""
    assert told["sample"]["teacher"] == f"small at {model.url}"
    assert "fold" in told["timings"]["kept_from_an_earlier_run"]
    assert "secret" not in json.dumps(told)


def test_personal_data_is_not_sent(tmp_path) -> None:
    texts = [*TEXTS, "请打电话13800138000给我，电梯又坏了三天"]
    with FakeModel(embeddings).open() as model:
        run([write_call(tmp_path / "call.csv", texts)], tmp_path / "out", Options(teach=1_000, teacher=endpoint(model)))
    sent = [text for *_, question in model.asked for text in question["input"]]
    assert any("电梯又坏了三天" in text for text in sent)
    assert not any("13800138000" in text for text in sent)


# --- a teacher in a folder


def write_model(folder: Path, pieces: object, *, size: int, seed: int = 0, inputs: tuple[str, ...] = ()) -> Path:
    """A graph that gives each piece a state of its own."""
    table = np.random.default_rng(seed).standard_normal((size, 8)).astype(np.float32)
    names = inputs or ("input_ids", "attention_mask")
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", names[0]], ["last_hidden_state"])],
        "small",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["b", "l"]) for name in names],
        [helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["b", "l", 8])],
        [numpy_helper.from_array(table, "table")],
    )
    folder.mkdir()
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, str(folder / "model.onnx"))
    (folder / "tokenizer.json").write_text(json.dumps(pieces), encoding="utf-8")
    return folder


LETTERS = sorted({letter for text in TEXTS for letter in text})
UNIGRAM = {"model": {"vocab": [["<s>", 0], ["</s>", 0], ["<unk>", 0], ["▁", -2], *([one, -3] for one in LETTERS)]}}
WORDPIECE = {
    "model": {"vocab": {one: i for i, one in enumerate(["[CLS]", "[SEP]", "[UNK]", "lift", "##s", "bus", *LETTERS])}}
}


@pytest.mark.parametrize("pieces", [UNIGRAM, WORDPIECE])
def test_a_model_in_a_folder_reads_the_same_on_one_thread_and_on_many(tmp_path, pieces) -> None:
    folder = write_model(tmp_path / "small", pieces, size=len(LETTERS) + 6)
    one, many = (FileTeacher(folder, threads=threads).vectors(forms(TEXTS)) for threads in (1, 4))
    assert np.array_equal(one, many)
    assert np.allclose(np.linalg.norm(one, axis=1), 1, atol=1e-6)
    assert len(np.unique(one.round(4), axis=0)) > 100


def test_wordpiece_cuts_words_greedily_and_signs_one_by_one(tmp_path) -> None:
    teacher = FileTeacher(write_model(tmp_path / "small", WORDPIECE, size=len(LETTERS) + 6))
    numbers, _ = teacher._cut(forms(["lifts bus liftx 电梯"]))
    names = {i: piece for piece, i in WORDPIECE["model"]["vocab"].items()}
    assert [names[i] for i in numbers.tolist()] == ["lift", "##s", "bus", "[UNK]", "电", "梯"]
    assert WORD.findall("a1电梯,b 2") == ["a1", "电", "梯", ",", "b", "2"]


@pytest.mark.parametrize(
    "pieces",
    [{}, [], {"model": {"type": "BPE", "vocab": {"a": 0}}}, {"model": {"vocab": [["a", "b"]]}}, {"model": None}],
)
def test_pieces_of_another_kind_are_refused_by_name(tmp_path, pieces) -> None:
    with pytest.raises(TeacherError, match="tokenizer.json cannot be used"):
        FileTeacher(write_model(tmp_path / "small", pieces, size=9))


def test_a_folder_without_a_model_and_a_graph_that_wants_something_else_are_refused(tmp_path) -> None:
    with pytest.raises(TeacherError, match=r"model\.onnx cannot be read"):
        FileTeacher(tmp_path)
    with pytest.raises(TeacherError, match="asks for pixels"):
        FileTeacher(write_model(tmp_path / "pictures", UNIGRAM, size=9, inputs=("pixels",)))


def test_a_run_says_which_file_taught_it_and_another_file_teaches_anew(tmp_path) -> None:
    call = write_call(tmp_path / "call.csv", TEXTS)
    told = []
    for seed in (0, 1):
        folder = write_model(tmp_path / f"small-{seed}", UNIGRAM, size=len(LETTERS) + 6, seed=seed)
        run([call], tmp_path / "out", Options(teach=1_000, teacher=folder))
        told.append(json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["sample"])
    assert [one["teacher"] for one in told] == ["small-0", "small-1"]
    assert len({one["teacher_sha256"] for one in told}) == 2


# --- how much it may read


def test_seconds_are_turned_into_messages_by_the_stated_rate_and_both_are_said(tmp_path) -> None:
    assert Options(teach_seconds=60).budget == 60 * TEACH_RATE
    call = write_call(tmp_path / "call.csv", TEXTS[:30])
    run([call], tmp_path / "out", Options(teach_seconds=1))
    told = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["options"]
    assert (told["teach_seconds"], told["messages_a_second"]) == (1, TEACH_RATE)
    assert told["teach"] == TEACH_RATE


@pytest.mark.parametrize("beside", [{"teach": 200}, {"teacher": Path("small")}])
def test_seconds_beside_messages_or_for_another_model_are_refused(beside) -> None:
    with pytest.raises(OptionError, match="seconds"):
        Options(teach_seconds=60, **beside)


@pytest.mark.parametrize("seconds", [0, 5_001])
def test_seconds_out_of_bounds_are_refused(seconds: int) -> None:
    with pytest.raises(OptionError, match="1s to 5000s"):
        Options(teach_seconds=seconds)
