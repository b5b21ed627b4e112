import threading
from copy import copy
from pathlib import Path

import numpy as np
import pytest

from massline.engine import teacher as teaching
from massline.engine.errors import TeacherError
from massline.engine.teacher import Lessons, Teacher, cache_folder, graph_path, lessons, session_of, shortened
from massline.engine.teacher_graph import Drawing, write_graph
from massline.engine.teacher_weights import Weights, weights_path
from massline.engine.tests.calls import forms, messages

LIFT, LIFT_AGAIN, WAGES = "电梯困人没有人管", "升降梯老停", "拖欠农民工工资"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def teacher(folder: Path) -> Teacher:
    return Teacher(threads=2, folder=folder)


def test_weights_that_are_missing_or_others_are_refused_by_name(tmp_path) -> None:
    with pytest.raises(TeacherError, match="nowhere.bin"):
        Weights(tmp_path / "nowhere.bin")
    (tmp_path / "other.bin").write_bytes(b"other weights")
    with pytest.raises(TeacherError, match="other.bin is not"):
        Weights(tmp_path / "other.bin")


def test_a_cache_that_cannot_be_written_is_refused_by_name(tmp_path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(TeacherError, match="XDG_CACHE_HOME"):
        graph_path(Weights(), tmp_path / "file" / "massline")


def test_a_graph_that_was_cut_short_is_built_anew_and_a_whole_one_is_kept(teacher: Teacher, folder: Path) -> None:
    path = graph_path(Weights(), folder)
    whole, time = path.read_bytes(), path.stat().st_mtime_ns
    assert graph_path(Weights(), folder).stat().st_mtime_ns == time
    path.write_bytes(whole[:1000])
    assert graph_path(Weights(), folder).read_bytes() == whole


def test_two_who_ask_at_once_build_one_graph(tmp_path, monkeypatch) -> None:
    built, both = [], threading.Barrier(2)

    def build(path: Path, weights: Weights) -> None:
        built.append(path)
        path.write_bytes(b"graph")

    monkeypatch.setattr(teaching, "write_graph", build)
    weights = Weights()

    def ask() -> None:
        both.wait()
        graph_path(weights, tmp_path)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(built) == 1


def test_one_matter_in_two_wordings_is_nearer_than_two_matters(teacher: Teacher) -> None:
    said = teacher.vectors(forms([LIFT, LIFT_AGAIN, WAGES]))
    assert said[0] @ said[1] > said[0] @ said[2]
    np.testing.assert_allclose(np.linalg.norm(said, axis=1), 1, atol=1e-5)


def test_the_number_of_threads_changes_no_byte(teacher: Teacher, folder: Path) -> None:
    texts = forms([text for _, text in messages(60)])
    found = teacher.vectors(texts)
    for threads in (1, 3):
        assert np.array_equal(Teacher(threads=threads, folder=folder).vectors(texts), found)


def test_eight_bits_say_nearly_what_exact_numbers_say(teacher: Teacher, tmp_path, monkeypatch) -> None:
    def exact_product(self: Drawing, name: str, x: str, weights: np.ndarray, bias: np.ndarray) -> str:
        made = self.node("MatMul", [x, self.constant(f"{name}.w", weights.T)], [f"{name}.p"])
        return self.node("Add", [made, self.constant(f"{name}.b", bias)], [name])

    monkeypatch.setattr(Drawing, "product", exact_product)
    write_graph(tmp_path / "exact.onnx", Weights())
    exact = copy(teacher)
    exact._session = session_of(tmp_path / "exact.onnx")
    texts = forms([text for _, text in messages(60)])
    assert (teacher.vectors(texts) * exact.vectors(texts)).sum(axis=1).min() > 0.997


def test_a_message_read_alone_is_nearly_where_it_is_among_others(teacher: Teacher) -> None:
    texts = [text for _, text in messages(20)]
    together = teacher.vectors(forms(texts))
    alone = np.concatenate([teacher.vectors(forms([text])) for text in texts])
    assert (together * alone).sum(axis=1).min() > 0.998


def test_odd_texts_have_vectors_too(teacher: Teacher) -> None:
    said = teacher.vectors(forms(["", "…", "🎉" * 5, "很" * 10_000]))
    assert np.isfinite(said).all()
    assert teacher.vectors(forms([])).shape == (0, teacher.size)


def test_a_bound_on_what_is_read_cuts_the_longest_and_no_others(teacher: Teacher) -> None:
    texts = forms([LIFT, WAGES, WAGES * 20])
    whole, cut = teacher.vectors(texts), teacher.vectors(texts, pieces=20)
    assert (whole * cut).sum(axis=1)[:2].min() > 0.99
    assert (whole * cut).sum(axis=1)[2] < 0.99


@pytest.mark.parametrize("pieces", [7, 20, 36, 96])
def test_lengths_are_shortened_to_their_bound_and_no_further(pieces: int) -> None:
    lengths = np.random.default_rng(0).integers(4, 97, 500)
    found = shortened(lengths, pieces)
    assert found.mean() <= pieces
    assert (np.minimum(lengths, found.max() + 1).mean() > pieces) or np.array_equal(found, lengths)


def test_texts_that_are_just_as_long_as_may_be_are_read_whole() -> None:
    lengths = np.array([10, 20, 30])
    assert np.array_equal(shortened(lengths, 20), lengths)


def test_progress_counts_up_to_all(teacher: Teacher) -> None:
    told: list[int] = []
    teacher.vectors(forms([LIFT] * 150), done=told.append)
    assert told == sorted(told)
    assert told[-1] == 150


@pytest.mark.parametrize(
    ("asked", "accepted", "read"), [(None, 20_000, 24_000), (None, 1_000_001, 12_000), (30_000, 1_000_001, 30_000)]
)
def test_where_nobody_says_how_many_it_reads_more_of_a_call_that_takes_little_time(asked, accepted, read) -> None:
    assert Lessons(None, asked, "").of(accepted) == read


def test_nobody_is_asked_for_nothing_and_a_missing_teacher_says_why(monkeypatch) -> None:
    def refuse() -> Teacher:
        raise TeacherError("not here")

    monkeypatch.setattr(teaching, "the_teacher", refuse)
    assert lessons(0).why_not == ""
    assert (lessons(100).teacher, lessons(100).why_not) == (None, "not here")


def test_the_cache_lies_where_the_user_wants_it(monkeypatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache_folder() == Path("/somewhere/massline")


def test_the_weights_come_from_the_installed_package() -> None:
    assert weights_path().exists()
