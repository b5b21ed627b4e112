"""Laws of a whole run, whatever the messages are."""

import itertools
import json
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import adjusted_rand_score

from massline.engine import read as reading
from massline.engine.pipeline import Options, run
from massline.engine.tests.calls import messages, write_call
from massline.engine.tests.test_pipeline import folder

TEXTS = [text for _, text in messages(1_500)]


@pytest.fixture
def small_blocks(monkeypatch):
    """Batches of 256 rows, so that a small call has many of them."""
    monkeypatch.setattr(reading, "BLOCK_ROWS", 256)


@pytest.fixture(scope="module")
def call(tmp_path_factory) -> Path:
    return write_call(
        tmp_path_factory.mktemp("call") / "call.csv", [*TEXTS, *TEXTS[:100], *(f"{text}！" for text in TEXTS[:50])]
    )


@pytest.mark.usefixtures("small_blocks")
def test_one_worker_and_many_give_the_same_bytes_and_so_does_a_second_run(call, tmp_path) -> None:
    results = []
    for name, workers in (("one", 1), ("two", 2), ("five", 5), ("again", 2)):
        run([call], tmp_path / name, Options(workers=workers))
        results.append(folder(tmp_path / name))
    for one, other in itertools.pairwise(results):
        assert one == other


def test_the_size_of_the_batches_changes_no_count(tmp_path, monkeypatch) -> None:
    people = [f"u{i % 90}" if i % 7 else "" for i in range(len(TEXTS))]
    days = [f"2026-0{1 + i % 5}-1{i % 9}" if i % 3 else "" for i in range(len(TEXTS))]
    towns = [f"town {i % 60}" if i % 4 else "" for i in range(len(TEXTS))]
    call = write_call(tmp_path / "call.csv", TEXTS, 用户=people, 时间=days, 地区=towns)
    run([call], tmp_path / "one", Options(workers=1))
    monkeypatch.setattr(reading, "BLOCK_ROWS", 100)
    run([call], tmp_path / "many", Options(workers=1))
    one, many = (json.loads((tmp_path / name / "report.json").read_text("utf-8")) for name in ("one", "many"))
    for counted in ("fates", "masked", "senders", "without_sender", "periods", "took_part"):
        assert one[counted] == many[counted]
    assert (one["without_sender"], one["periods"]["undated"]) == (people.count(""), days.count(""))
    assert one["senders"] == len(set(people)) - 1 + people.count("")
    assert one["took_part"]["area"][""] == towns.count("")


def test_the_inputs_stay_untouched(call, tmp_path) -> None:
    before = call.read_bytes()
    run([call], tmp_path / "out", Options(workers=1))
    assert call.read_bytes() == before


def test_shuffling_the_rows_changes_who_stands_where_but_hardly_the_themes(tmp_path) -> None:
    """By words alone, whose themes are the least sure; where the teacher reads the same messages the index is 1.0."""
    coarse, orders = [], [np.arange(len(TEXTS)), *(np.random.default_rng(i).permutation(len(TEXTS)) for i in (5, 6, 7))]
    for number, order in enumerate(orders):
        call, out = write_call(tmp_path / f"{number}.csv", [TEXTS[i] for i in order]), tmp_path / str(number)
        run([call], out, Options(workers=1, grain=5))
        paths = pq.read_table(out / "messages.parquet").column("theme_path").to_pylist()
        coarse.append(np.array([-1 if path is None else path[0] for path in paths])[np.argsort(order)])
    assert median(adjusted_rand_score(one, other) for one, other in itertools.combinations(coarse, 2)) > 0.6


def test_a_file_cut_in_two_gives_the_same_counts_as_the_whole(tmp_path) -> None:
    whole = write_call(tmp_path / "whole.csv", TEXTS)
    lines = whole.read_text(encoding="utf-8").splitlines(keepends=True)
    parts = [tmp_path / "a.csv", tmp_path / "b.csv"]
    parts[0].write_text("".join(lines[:700]), encoding="utf-8")
    parts[1].write_text(lines[0] + "".join(lines[700:]), encoding="utf-8")
    run([whole], tmp_path / "one", Options(workers=1))
    run(parts, tmp_path / "two", Options(workers=1))
    tables = [pq.read_table(tmp_path / name / "messages.parquet") for name in ("one", "two")]
    assert tables[0].equals(tables[1])


def test_no_table_that_leaves_a_run_has_a_column_for_a_person(call, tmp_path) -> None:
    run([call], tmp_path / "out", Options(workers=1))
    columns = [name for file in (tmp_path / "out").glob("*.parquet") for name in pq.read_schema(file).names]
    assert not {"sender", "user", "age", "sex", "phone", "name"} & set(columns)
    assert pa.types.is_integer(pq.read_schema(tmp_path / "out" / "themes.parquet").field("senders").type)
