"""The comparing rule of scripts/bench --compare."""

import importlib
import json
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def bench(monkeypatch):
    """A file of benchmarks/, imported as its own scripts import it."""
    monkeypatch.syspath_prepend(str(FOLDER))
    yield importlib.import_module
    for name in ("compare", "bench_opinion", "bench_concentrate", "simulate_votes", "make_messages"):
        sys.modules.pop(name, None)


def test_a_ratio_of_up_to_one_and_a_half_times_the_recorded_passes(bench) -> None:
    slower = bench("compare").slower
    recorded = {"1,000 messages": 10.0, "all": 4.0}
    for times in (0.1, 1.0, 1.5):
        assert slower({what: times * ratio for what, ratio in recorded.items()}, recorded) == []


def test_what_is_slower_is_named_with_both_ratios_and_nothing_else_is(bench) -> None:
    problems = bench("compare").slower({"1,000 messages": 15.1, "all": 6.0}, {"1,000 messages": 10.0, "all": 4.0})
    assert problems == ["1,000 messages: 15.1 times the calibration loop, recorded were 10"]


def test_a_ratio_that_is_no_number_fails(bench) -> None:
    slower = bench("compare").slower
    assert slower({"all": float("nan")}, {"all": 1.0})
    assert slower({"all": 1.0}, {"all": float("nan")})
    assert slower({"all": 1.0}, {"all": 0.0})


def test_a_size_that_was_not_recorded_is_left_out_but_a_comparison_of_nothing_fails(bench) -> None:
    slower = bench("compare").slower
    assert slower({"new": 9.0, "all": 1.0}, {"all": 1.0, "old": 1.0}) == []
    for measured, recorded in (({}, {"all": 1.0}), ({"new": 1.0}, {"all": 1.0}), ({}, {})):
        assert "Nothing" in slower(measured, recorded)[0]


@pytest.mark.parametrize("name", ["opinion", "concentrate"])
def test_the_recorded_result_of_a_benchmark_can_be_compared_with_itself(bench, name) -> None:
    rows = json.loads((FOLDER / "results" / f"{name}.json").read_text("utf-8"))[
        {"opinion": "growth", "concentrate": "rows"}[name]
    ]
    ratios = bench(f"bench_{name}").ratios(rows)
    assert ratios
    assert all(ratio > 0 for ratio in ratios.values())
    assert bench("compare").slower(ratios, ratios) == []


def grown(module, loop: float = 0.1, seconds: float = 1.0):
    pair = (seconds, seconds)
    return module.Grown(10, 5, 50, pair, pair, pair, pair, (loop, loop), 100, 1.0)


def test_a_slower_machine_is_no_slowdown_for_its_loop_is_slower_too(bench) -> None:
    module = bench("bench_opinion")
    before, now = (module.ratios([asdict(grown(module, loop, 10 * loop))]) for loop in (0.1, 0.4))
    assert bench("compare").slower(now, before) == []


def run_compare(monkeypatch, module, tmp_path, measured) -> str:
    """What the command ends with when it has measured this; a result of 1 s and a loop of 0.1 s is recorded."""
    recorded = tmp_path / "opinion.json"
    recorded.write_text(json.dumps({"growth": [asdict(grown(module))]}))
    monkeypatch.setattr(module, "RESULT", recorded)
    monkeypatch.setattr(module, "growth", lambda: [measured])
    monkeypatch.setattr(sys, "argv", ["bench_opinion.py", "--compare"])
    before = recorded.read_bytes()
    with pytest.raises(SystemExit) as end:
        module.main()
    assert recorded.read_bytes() == before
    return end.value.code


def test_bench_opinion_compare_fails_by_the_step_that_is_slower_and_leaves_the_record(
    bench, monkeypatch, tmp_path
) -> None:
    module = bench("bench_opinion")
    assert run_compare(monkeypatch, module, tmp_path, grown(module)) == 0
    ended = run_compare(monkeypatch, module, tmp_path, replace(grown(module), warm=(1.6, 1.6)))
    assert ended == "10 people, warm: 16 times the calibration loop, recorded were 10"
