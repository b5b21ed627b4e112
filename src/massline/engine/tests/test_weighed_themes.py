"""`massline concentrate --margins`: the raw share of a theme beside the one that all groups of the people would give."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from massline.engine.cli import commands
from massline.engine.tests.calls import messages, write_call

CALL = messages(200, matters=("lift", "wages"))
SEXES = ["男" if i % 4 == 0 or matter == "lift" and i % 8 < 5 else "女" for i, (matter, _) in enumerate(CALL)]
MEN = SEXES.count("男") / len(SEXES)


def margins(folder: Path, *rows: str, figure: str = "percent") -> Path:
    (folder / "margins.csv").write_text("\n".join([f"variable,category,{figure}", *rows]), encoding="utf-8")
    return folder / "margins.csv"


def run(folder: Path, given: Path | None, *options: str, senders: list[str] | None = None, sexes: list[str] = SEXES):
    columns = {"性别": sexes, **({"用户": senders} if senders else {})}
    call = write_call(folder / "call.csv", [text for _, text in CALL], **columns)
    chosen = ["--margins", str(given)] if given else []
    arguments = ["concentrate", str(call), "--out", str(folder / "out"), "--grain", "2", *chosen, *options]
    return CliRunner().invoke(commands, arguments)


def themes(folder: Path):
    return pq.read_table(folder / "out" / "themes.parquet").to_pylist()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (("sex,男,60", "sex,女,60"), "not 100"),
        (("sex,男,50", "sex,男,50"), "twice"),
        (("colour,red,50", "colour,blue,50"), "colour"),
        (("sex,m,50", "sex,f,50"), "Write both alike"),
        (("sex,男,-1", "sex,女,101"), "no number"),
        ((), "no group"),
    ],
)
def test_margins_that_cannot_be_used_end_with_2_and_leave_no_result(tmp_path, rows, said) -> None:
    result = run(tmp_path, margins(tmp_path, *rows))
    assert result.exit_code == 2
    assert said in result.stderr
    assert not list(tmp_path.glob("out/*.parquet"))


def test_margins_that_contradict_each_other_end_with_2(tmp_path) -> None:
    given = margins(tmp_path, "sex,男,50", "sex,女,50", "age,老,300", "age,少,300", figure="count")
    assert "different numbers of people" in run(tmp_path, given).stderr


def test_a_group_that_was_heard_too_little_counts_more(tmp_path) -> None:
    result = run(tmp_path, margins(tmp_path, "性别,男,50", "性别,女,50"))
    assert result.exit_code == 0, result.stderr
    ours = max(themes(tmp_path), key=lambda one: one["share_raw"] * (one["grain"] == 0))
    assert ours["low"] < ours["share_corrected"] < ours["high"]
    told = pq.read_table(tmp_path / "out" / "messages.parquet", columns=["theme_path"]).to_pylist()
    here = [bool(one["theme_path"]) and one["theme_path"][0] == ours["theme"] for one in told]
    weight = {"男": 0.5 / SEXES.count("男"), "女": 0.5 / SEXES.count("女")}
    wanted = sum(weight[sex] for sex, inside in zip(SEXES, here, strict=True) if inside)
    assert ours["share_corrected"] == pytest.approx(wanted, abs=1e-9)
    assert ours["share_raw"] == pytest.approx(sum(here) / 200)


def test_margins_like_the_messages_change_no_share(tmp_path) -> None:
    run(tmp_path, margins(tmp_path, f"sex,男,{100 * MEN}", f"sex,女,{100 - 100 * MEN}"))
    told = [one for one in themes(tmp_path) if one["share_corrected"] is not None]
    assert told
    assert [one["share_corrected"] for one in told] == pytest.approx([one["share_raw"] for one in told])


def test_without_margins_nothing_is_corrected(tmp_path) -> None:
    run(tmp_path, None)
    assert {one["share_corrected"] for one in themes(tmp_path)} == {None}
    assert "weighed" not in json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))


def test_a_theme_of_fewer_than_ten_people_is_not_corrected_however_often_they_write(tmp_path) -> None:
    senders = [f"u{i % 9}" for i in range(200)]
    run(tmp_path, margins(tmp_path, "sex,男,50", "sex,女,50"), senders=senders)
    assert {one["share_corrected"] for one in themes(tmp_path)} == {None}


def test_senders_who_write_often_of_one_theme_make_the_span_wider(tmp_path) -> None:
    given = margins(tmp_path, "sex,男,50", "sex,女,50")
    run(tmp_path, given)
    alone = max(themes(tmp_path), key=lambda one: one["share_raw"])
    told = pq.read_table(tmp_path / "out" / "messages.parquet", columns=["theme_path"]).to_pylist()
    inside = [i for i, one in enumerate(told) if one["theme_path"] and one["theme_path"][0] == alone["theme"]]
    senders = [f"u{i}" for i in range(200)]
    for at, i in enumerate(inside):
        senders[i] = f"v{at % 12}"
    run(tmp_path, given, senders=senders)
    often = max(themes(tmp_path), key=lambda one: one["share_raw"])
    assert often["share_corrected"] == pytest.approx(alone["share_corrected"])
    assert often["high"] - often["low"] > alone["high"] - alone["low"]


def test_a_group_that_nobody_is_in_is_said_and_ends_with_1(tmp_path) -> None:
    result = run(tmp_path, margins(tmp_path, "sex,男,40", "sex,女,40", "sex,其他,20"))
    assert result.exit_code == 1
    assert "cannot say anything" in result.stderr
    told = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))["weighed"]
    assert told["cannot_say"] == [{"variable": "sex", "categories": ["其他"], "share": pytest.approx(0.2)}]


def test_the_report_says_who_is_missing_and_tells_no_group_of_fewer_than_ten(tmp_path) -> None:
    sexes = ["其他"] * 4 + ["男" if i % 5 else "女" for i in range(196)]
    run(tmp_path, margins(tmp_path, "sex,男,40", "sex,女,40", "sex,其他,15", "sex,不愿说,5"), sexes=sexes)
    report = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    told = {tuple(one["categories"]): one["messages"] for one in report["weighed"]["groups"]}
    women, others = sexes.count("女"), sexes.count("其他")
    assert told == {("男",): 200 - women - others, ("不愿说",): 0, ("女", "其他"): women + others}
    assert report["took_part"]["sex"] == {"男": 200 - women - others, "…": women + others}
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "没有人留言" in page
    assert "女 · 其他" in page


def test_copies_are_no_distinct_texts(tmp_path) -> None:
    call = messages(200, matters=("lift", "wages"))
    texts = [text for _, text in call] + [call[0][1]] * 30
    rows = write_call(tmp_path / "call.csv", texts)
    assert CliRunner().invoke(commands, ["concentrate", str(rows), "--out", str(tmp_path / "out")]).exit_code == 0
    told = [one for one in themes(tmp_path) if one["grain"] == 0]
    fates = pq.read_table(tmp_path / "out" / "messages.parquet", columns=["fate"]).column("fate").to_pylist()
    assert sum(one["distinct_texts"] for one in told) == fates.count("placed") < sum(one["messages"] for one in told)
    for parent in told:
        fine = [one["distinct_texts"] for one in themes(tmp_path) if one["parent"] == parent["theme"]]
        assert parent["distinct_texts"] >= sum(fine)


def test_a_weight_that_would_explode_is_held_and_said(tmp_path) -> None:
    result = run(tmp_path, margins(tmp_path, "sex,男,10", "sex,女,90"), sexes=["女"] * 3 + ["男"] * 197)
    assert result.exit_code == 1
    assert "more than five times" in result.stderr


def test_other_margins_are_another_result_and_workers_change_nothing(tmp_path) -> None:
    shares = []
    for percent, workers in ((50, 1), (50, 3), (30, 1)):
        run(tmp_path, margins(tmp_path, f"sex,男,{percent}", f"sex,女,{100 - percent}"), "--workers", str(workers))
        shares.append([one["share_corrected"] for one in themes(tmp_path)])
    assert shares[0] == shares[1] != shares[2]
