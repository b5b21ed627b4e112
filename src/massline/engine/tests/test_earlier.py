"""A file that has grown at its end: what was made of its earlier messages is taken up, or all is made anew, and it says so."""

import errno
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from massline.engine import read as reading
from massline.engine.earlier import KEPT, KEPT_FILES, MOST_NEW, earlier_of
from massline.engine.errors import OutputError
from massline.engine.pipeline import Options, RunResult, run, run_key
from massline.engine.place import load_themes, place_arrivals
from massline.engine.results import FILES
from massline.engine.steps import counting, intake, naming, tracing
from massline.engine.tables import MESSAGES
from massline.engine.teacher import lessons
from massline.engine.tests.calls import messages, write_call

KNOWN = ("lift", "wages", "school")
TEXTS = [text for _, text in messages(240, matters=KNOWN)]
TEXTS[7] += "，电话13812345678"
FRESH = [text for _, text in messages(20, seed=9, matters=KNOWN)]
LONG = "我们小区三号楼的电梯从上个月开始就一直停在五楼不动，老人上下楼非常困难，物业说没有钱修，希望有关部门管一管"
ONE = Options(workers=1)
SAME_BYTES = [name for name in FILES if name != "run.json"]


def rows(texts: list[str], first: int = 1) -> str:
    return "".join(f"m{number},{text}\n" for number, text in enumerate(texts, first))


def bytes_of(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in SAME_BYTES}


def told(out: Path) -> dict:
    return json.loads((out / "run.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def first(tmp_path_factory) -> Path:
    """A folder with a call, and in `out` what a run has made of it. Nobody changes it."""
    place = tmp_path_factory.mktemp("first")
    (place / "call.csv").write_text("编号,内容\n" + rows([*TEXTS, LONG]), "utf-8")
    run([place / "call.csv"], place / "out", ONE, keep=True)
    return place


@pytest.fixture
def place(first, tmp_path) -> Path:
    return Path(shutil.copytree(first, tmp_path / "place"))


def grow(place: Path, texts: list[str]) -> None:
    with (place / "call.csv").open("a", encoding="utf-8") as stream:
        stream.write(rows(texts, 1_001))


def run_again(place: Path, options: Options = ONE) -> RunResult:
    return run([place / "call.csv"], place / "out", options, keep=True)


def shortened(place: Path) -> None:
    text = (place / "call.csv").read_text("utf-8")
    (place / "call.csv").write_text(text[: text.index("m200,")], "utf-8")


def altered_in_the_middle(place: Path) -> None:
    text = (place / "call.csv").read_text("utf-8")
    (place / "call.csv").write_text(text.replace("m100,", "m100,其实", 1) + rows(FRESH, 1_001), "utf-8")


def unchanged(place: Path) -> None:
    pass


def grown_by_too_much(place: Path) -> None:
    grow(place, [text for _, text in messages(int(len(TEXTS) * MOST_NEW) + 20, seed=3, matters=KNOWN)])


def speaking_of_something_else(place: Path) -> None:
    chance = np.random.default_rng(0)
    grow(place, ["".join(map(chr, chance.integers(0x6000, 0x9000, 12))) for _ in range(40)])


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (shortened, "altered"),
        (altered_in_the_middle, "altered"),
        (unchanged, "no message was appended"),
        (grown_by_too_much, "has come since"),
        (speaking_of_something_else, "find none"),
    ],
)
def test_what_cannot_be_gone_on_from_is_made_anew_as_in_an_empty_folder(
    place: Path, change: Callable[[Path], None], why: str
) -> None:
    change(place)
    result = run_again(place)
    assert result.went_on is None
    assert why in result.why_anew
    run([place / "call.csv"], place / "fresh", ONE)
    assert bytes_of(place / "out") == bytes_of(place / "fresh")
    assert "continues" not in told(place / "out")


def test_other_options_are_not_served_from_an_earlier_result(place) -> None:
    grow(place, FRESH)
    result = run_again(place, Options(workers=1, seed=5))
    assert (result.went_on, "options or version" in result.why_anew) == (None, True)
    run([place / "call.csv"], place / "fresh", Options(workers=1, seed=5))
    assert bytes_of(place / "out") == bytes_of(place / "fresh")


@pytest.mark.parametrize("end", ["m999,学校补课", '"m999","学校补课\n'])
def test_a_last_row_that_was_not_whole_is_not_gone_on_from(tmp_path, end) -> None:
    (tmp_path / "call.csv").write_text("编号,内容\n" + rows(TEXTS) + end, "utf-8")
    run_again(tmp_path)
    with (tmp_path / "call.csv").open("a", encoding="utf-8") as stream:
        stream.write('老师收费"\n' if '"' in end else "老师收费\n")
    assert "not whole" in run_again(tmp_path).why_anew
    run([tmp_path / "call.csv"], tmp_path / "fresh", ONE)
    assert bytes_of(tmp_path / "out") == bytes_of(tmp_path / "fresh")


def test_earlier_messages_stay_where_they_stand_and_new_ones_go_where_the_frozen_themes_have_them(place) -> None:
    before = pq.read_table(place / "out" / "messages.parquet").to_pylist()
    grow(place, [*FRESH, TEXTS[3], LONG + "谢谢", "好", "…"])
    result = run_again(place)
    assert result.went_on == len(before)
    after = pq.read_table(place / "out" / "messages.parquet").to_pylist()
    assert after[: len(before)] == before
    *fresh, copy, near, short, silent = after[len(before) :]
    assert (copy["fate"], copy["copy_of"]) == ("copy", "m4")
    assert (near["fate"], near["copy_of"]) == ("copy", f"m{len(before)}")
    assert (short["fate"], silent["fate"]) == ("too_short", "removed")
    arrived = place_arrivals(arrivals(FRESH), load_themes(place / "out" / "themes.npz")).to_pylist()
    for one, there in zip(fresh, arrived, strict=True):
        if one["fate"] != "copy":
            assert (one["fate"], one["theme"]) == (there["fate"], there["theme"])


def cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-9])


@pytest.mark.parametrize("damage", [Path.unlink, cut_off])
@pytest.mark.parametrize(
    "name", ["clean/cleaned.arrow", "fold/hashes.npy", "fold/weights.npy", "group/themes.npz", "place/fates.npy"]
)
def test_what_was_kept_and_is_not_whole_is_not_gone_on_from(
    place: Path, name: str, damage: Callable[[Path], None]
) -> None:
    grow(place, FRESH)
    damage(place / "out" / KEPT / name)
    earlier = earlier_of(place / "out", [place / "call.csv"], key_of(place))
    assert earlier == "what was kept is not whole"


def key_of(place: Path) -> dict:
    return run_key([place / "call.csv"], ONE, lessons(ONE.budget))


def test_a_run_over_what_was_kept_and_is_not_whole_makes_all_anew(place: Path) -> None:
    grow(place, FRESH)
    cut_off(place / "out" / KEPT / "fold" / "hashes.npy")
    assert "not whole" in run_again(place).why_anew
    run([place / "call.csv"], place / "fresh", ONE)
    assert bytes_of(place / "out") == bytes_of(place / "fresh")


def arrivals(texts: list[str]) -> pa.RecordBatch:
    filled = {"id": [str(i) for i in range(len(texts))], "text": texts}
    return pa.record_batch(
        [pa.array(filled.get(one.name, [None] * len(texts)), one.type) for one in MESSAGES], schema=MESSAGES
    )


def test_a_result_that_goes_on_adds_up_and_says_from_what_it_goes_on(place) -> None:
    before = told(place / "out")
    grow(place, FRESH)
    result = run_again(place)
    placed = pq.read_table(place / "out" / "messages.parquet").to_pylist()
    for theme in pq.read_table(place / "out" / "themes.parquet").to_pylist():
        assert theme["messages"] == sum(theme["theme"] in (one["theme_path"] or ()) for one in placed)
    assert result.accepted == len(TEXTS) + 1 + len(FRESH)
    continues = told(place / "out")["continues"]
    assert continues["inputs"] == before["inputs"]
    assert (continues["accepted"], continues["new"]) == (len(TEXTS) + 1, len(FRESH))


def test_one_worker_and_many_go_on_to_the_same_bytes_and_twice_as_well(place, monkeypatch) -> None:
    monkeypatch.setattr(reading, "BLOCK_ROWS", 64)  # many batches
    shutil.rmtree(place / "out")
    run_again(place)
    grow(place, FRESH)
    shutil.copytree(place, place.parent / "other")
    for texts in (["工地欠薪，年底拿不到钱，盼回复"], FRESH[:5]):
        results = [run_again(place), run_again(place.parent / "other", Options(workers=3))]
        assert [one.went_on is not None for one in results] == [True, True]
        assert bytes_of(place / "out") == bytes_of(place.parent / "other" / "out")
        for one in (place, place.parent / "other"):
            with (one / "call.csv").open("a", encoding="utf-8") as stream:
                stream.write("".join(f"{len(texts)}-{i},{text}\n" for i, text in enumerate(texts)))


def test_a_run_killed_while_it_goes_on_ends_with_the_same_bytes(place, monkeypatch) -> None:
    grow(place, FRESH)
    shutil.copytree(place, place.parent / "undisturbed")
    monkeypatch.setattr(naming, "name_themes", stop)
    with pytest.raises(KeyboardInterrupt):
        run_again(place)
    monkeypatch.undo()
    done: list[str] = []
    run([place / "call.csv"], place / "out", ONE, progress=lambda step, count: done.append(step), keep=True)
    assert done[0] == "label"
    run_again(place.parent / "undisturbed")
    assert bytes_of(place / "out") == bytes_of(place.parent / "undisturbed" / "out")


def stop(*args, **kwargs):
    raise KeyboardInterrupt


def test_a_disk_that_fills_up_leaves_the_earlier_result_and_what_it_can_be_gone_on_from(place, monkeypatch) -> None:
    before = bytes_of(place / "out")
    grow(place, FRESH)
    monkeypatch.setattr(intake, "clean_batch", full_disk)
    with pytest.raises(OutputError, match="Make room"):
        run_again(place)
    assert bytes_of(place / "out") == before
    monkeypatch.undo()
    assert run_again(place).went_on == len(TEXTS) + 1


def full_disk(*args, **kwargs):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_what_is_kept_holds_no_text_as_it_came_and_nothing_of_its_sender(tmp_path) -> None:
    call = write_call(tmp_path / "call.csv", TEXTS, 用户=[f"sender{i}" for i in range(len(TEXTS))])
    run([call], tmp_path / "out", ONE, keep=True)
    kept = [file for file in (tmp_path / "out" / KEPT).rglob("*") if file.is_file()]
    assert kept
    for file in kept:
        content = file.read_bytes()
        assert b"13812345678" not in content
        assert b"sender" not in content.replace(b"senders", b"")


def test_a_run_that_keeps_nothing_leaves_nothing_and_goes_on_from_nothing(place) -> None:
    grow(place, FRESH)
    assert run([place / "call.csv"], place / "out", ONE).went_on is None
    run([place / "call.csv"], place / "fresh", ONE)
    assert {file.name for file in (place / "fresh").iterdir()} == set(FILES)
    assert bytes_of(place / "out") == bytes_of(place / "fresh")


def test_what_is_gone_on_from_is_counted_as_if_all_were_counted_anew(place: Path, tmp_path: Path) -> None:
    grow(place, [*FRESH, TEXTS[3], TEXTS[3], LONG, TEXTS[7]])  # copies make earlier messages count for more
    anew = Path(shutil.copytree(place, tmp_path / "anew"))
    for step in ("label", "trace"):
        shutil.rmtree(anew / "out" / KEPT / step)
    assert run_again(place).went_on == run_again(anew).went_on is not None
    assert bytes_of(place / "out") == bytes_of(anew / "out")
    for name in KEPT_FILES:  # so the run after this one goes on from the same, too
        assert (place / "out" / KEPT / name).read_bytes() == (anew / "out" / KEPT / name).read_bytes()


def test_only_new_messages_are_read_for_words_sides_and_statements(place: Path, monkeypatch) -> None:
    seen = {"words": 0, "sides": 0, "statements": 0}

    def counted(name: str, function: Callable, rows: Callable[..., int]) -> Callable:
        def call(*given, **named):
            seen[name] += rows(*given)
            return function(*given, **named)

        return call

    monkeypatch.setattr(counting, "words_said", counted("words", counting.words_said, lambda forms, *_: len(forms)))
    monkeypatch.setattr(counting, "sides_of", counted("sides", counting.sides_of, len))
    many = counted("statements", tracing.candidates, lambda _, themes, *__: int((themes >= 0).sum()))
    monkeypatch.setattr(tracing, "candidates", many)
    grow(place, FRESH)
    run_again(place)
    assert seen["words"] < 3 * len(FRESH)
    assert seen["sides"] == len(FRESH)
    assert seen["statements"] < len(TEXTS)
