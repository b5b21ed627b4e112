"""Raked figures: those of R's package survey, laws of weights, and margins or samples that cannot be right."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from massline.engine.cli import commands
from massline.engine.errors import InputError, OptionError
from massline.engine.weigh.command import Columns, weigh_file
from massline.engine.weigh.estimates import Design, mean_of, total_of
from massline.engine.weigh.margins import numbers, read_margins, read_sample
from massline.engine.weigh.raking import CAP, cells_of, effective_size, rake

DATA = Path(__file__).parents[6] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="needs the data folder beside the project")

SCHOOLS = "variable,category,count\nstype,E,4421\nstype,H,755\nstype,M,1018\nsch.wide,No,1072\nsch.wide,Yes,5122\n"


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def margins(tmp_path: Path) -> Path:
    return written(
        tmp_path / "margins.csv", "variable,category,percent\nsex,f,50\nsex,m,50\nage,young,30\nage,old,70\n"
    )


def sample_of(path: Path, *counts: tuple[str, str, int]) -> Path:
    """A sample with this many rows of each sex and age; every other row is satisfied."""
    rows = [f"{sex},{age},{at % 2},{'ja' if at % 2 else 'nein'}" for sex, age, many in counts for at in range(many)]
    return written(path, "\n".join(["sex,age,satisfied,said", *rows]) + "\n")


def invoke(*arguments: object) -> Result:
    return CliRunner().invoke(commands, ["weigh", *map(str, arguments)])


@needs_data
def test_raking_the_schools_gives_what_rs_survey_package_prints(tmp_path: Path) -> None:
    margins = written(tmp_path / "schools.csv", SCHOOLS)
    columns: dict[str, Any] = {"weights": "pw", "cluster": "dnum", "population": "fpc"}
    (score,) = weigh_file(DATA / "survey/apiclus1.csv", margins, Columns(of="api00", **columns)).lines
    assert f"{score['estimate']:.2f} {score['standard_error']:.3f}" == "641.23 23.704"
    (enrolled,) = weigh_file(DATA / "survey/apiclus1.csv", margins, Columns(of="enroll", **columns)).lines
    assert f"{enrolled['total']:.0f} {enrolled['total_standard_error']:.0f}" == "3647280 400603"


@needs_data
def test_a_design_without_margins_gives_what_rs_survey_package_prints() -> None:
    """`svymean(~api00, dclus1)` and `svymean(~api00, dstrat)` of the package's own manual."""
    for name, stratum, cluster, printed in (
        ("apiclus1", None, "dnum", "644.17 23.542"),
        ("apistrat", "stype", None, "662.29 9.409"),
    ):
        read = read_sample(DATA / f"survey/{name}.csv", ["api00", "pw", "fpc", "stype", "dnum"])
        n = len(read["pw"])
        strata = np.unique(read[stratum], return_inverse=True)[1] if stratum else np.zeros(n, np.int64)
        clusters = np.unique(read[cluster], return_inverse=True)[1] if cluster else np.arange(n)
        there_are = numbers(read["fpc"], column="fpc")
        drawn = np.array([len(np.unique(clusters[strata == one])) for one in strata])
        base = numbers(read["pw"], column="pw", positive=True)
        mean = mean_of(
            numbers(read["api00"], column="api00"),
            rake(base, [], total=float(base.sum())),
            [],
            Design(strata, clusters, drawn / there_are),
        )
        assert f"{mean.value:.2f} {mean.error:.3f}" == printed


@needs_data
def test_margins_of_a_real_ballot_are_met_within_a_tenth_of_a_point(tmp_path: Path) -> None:
    sexes, ages = [], []
    for line in ballots():
        sexes.append(line["sex"])
        ages.append("60+" if int(line["age"]) >= 60 else "30-59" if int(line["age"]) >= 30 else "0-29")
    percents = "variable,category,percent\nsex,F,53.5\nsex,M,46.5\nage,0-29,27\nage,30-59,46\nage,60+,27\n"
    population = read_margins(written(tmp_path / "margins.csv", percents))
    cells = [cells_of(margin, said) for margin, said in zip(population.each, (sexes, ages), strict=True)]
    raked = rake(np.ones(len(sexes)), cells, total=150_000.0)
    assert raked.furthest <= 0.1
    assert raked.weights.sum() == pytest.approx(150_000)
    assert effective_size(raked.weights) < len(sexes)


def ballots() -> Iterator[dict[str, str]]:
    """Voters of the ballot who gave their sex and age."""
    text = next((DATA / "ballots").glob("*.pb")).read_text(encoding="utf-8")
    head, *rows = text.split("VOTES\n", 1)[1].splitlines()
    for row in rows:
        line = dict(zip(head.split(";"), row.split(";"), strict=False))
        if line.get("sex") in ("F", "M") and line.get("age", "").isdecimal():
            yield line


def test_the_order_of_rows_and_the_scale_of_weights_change_nothing(tmp_path: Path, margins: Path) -> None:
    generator = np.random.default_rng(5)
    sex, age = generator.choice(["f", "m"], 500, p=[0.8, 0.2]), generator.choice(["young", "old"], 500, p=[0.7, 0.3])
    values, order = generator.random(500), generator.permutation(500)
    each = read_margins(margins).each

    def estimated(rows: Any, scale: float) -> tuple[float, float]:
        cells = [cells_of(margin, list(said[rows])) for margin, said in zip(each, (sex, age), strict=True)]
        raked = rake(np.full(500, scale), cells, total=1_000.0)
        design = Design(np.zeros(500, np.int64), np.arange(500), np.zeros(500))
        mean, total = mean_of(values[rows], raked, cells, design), total_of(values[rows], raked, cells, design)
        return mean.value, total.error

    assert estimated(np.arange(500), 1.0) == pytest.approx(estimated(order, 7.0))


def test_a_sample_that_already_has_the_margins_is_left_as_it_is(tmp_path: Path, margins: Path) -> None:
    counts = [("f", "young", 15), ("f", "old", 35), ("m", "young", 15), ("m", "old", 35)]
    (line,) = weigh_file(sample_of(tmp_path / "s.csv", *counts), margins, Columns(of="satisfied")).lines
    assert line["estimate"] == pytest.approx(line["raw"])
    assert line["effective_size"] == pytest.approx(line["rows"])


def test_the_raw_figure_and_each_share_stand_beside_the_corrected_one(tmp_path: Path, margins: Path) -> None:
    sample = sample_of(tmp_path / "s.csv", ("f", "young", 101), ("m", "old", 40), ("f", "old", 20))
    done = invoke(sample, "--margins", margins, "--of", "said", "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["category"] for line in lines] == ["ja", "nein"]
    assert sum(line["estimate"] for line in lines) == pytest.approx(1)
    assert all(line["low"] <= line["estimate"] <= line["high"] for line in lines)
    assert sum(line["raw"] for line in lines) == pytest.approx(1)
    assert "corrected" in invoke(sample, "--margins", margins, "--of", "said").stdout


def test_a_share_that_fewer_than_ten_people_hold_is_not_told(tmp_path: Path, margins: Path) -> None:
    sample = written(
        tmp_path / "s.csv", "sex,age,said\n" + "f,old,much\nm,young,much\n" * 20 + "f,old,rare\nm,young,rare\n" * 4
    )
    rare = next(line for line in weigh_file(sample, margins, Columns(of="said")).lines if line["category"] == "rare")
    assert rare["estimate"] is None
    assert rare["raw"] is None
    assert "cannot say" in invoke(sample, "--margins", margins, "--of", "said").stdout


def test_a_group_that_nobody_is_in_is_named_and_gives_no_total(tmp_path: Path) -> None:
    margins = written(tmp_path / "m.csv", "variable,category,count\nage,young,30\nage,old,60\nage,oldest,10\n")
    sample = sample_of(tmp_path / "s.csv", ("f", "young", 20), ("f", "old", 20))
    done = invoke(sample, "--margins", margins, "--of", "satisfied", "--json")
    assert done.exit_code == 1
    assert "nobody in the sample is oldest (10.0% of the people)" in done.stderr
    assert "total" not in json.loads(done.stdout)
    assert json.loads(done.stdout)["cannot_say"] == [
        {"variable": "age", "categories": ["oldest"], "share": pytest.approx(0.1)}
    ]


def test_rows_that_do_not_tell_keep_their_part_and_are_counted(tmp_path: Path, margins: Path) -> None:
    sample = sample_of(tmp_path / "s.csv", ("f", "young", 30), ("m", "old", 30), ("", "old", 40), ("x", "young", 10))
    weighed = weigh_file(sample, margins, Columns(of="satisfied"))
    assert weighed.lines[0]["not_said"] == {"sex": 50}
    assert any("50 of 110 rows name no group" in warning for warning in weighed.warnings)
    assert weighed.lines[0]["rows"] == 110


def test_weights_that_explode_are_held_and_the_miss_is_said(tmp_path: Path) -> None:
    margins = written(tmp_path / "m.csv", "variable,category,percent\nsex,f,1\nsex,m,99\n")
    sample = sample_of(tmp_path / "s.csv", ("f", "old", 990), ("m", "old", 10))
    weighed = weigh_file(sample, margins, Columns(of="satisfied"))
    assert weighed.lines[0]["trimmed"] == 10
    assert any("held to that" in warning for warning in weighed.warnings)
    assert any("cannot all be met" in warning for warning in weighed.warnings)


def test_no_row_counts_more_than_the_cap_where_the_margins_allow_it(tmp_path: Path) -> None:
    """Raked freely, the fourteen old men would count more than five times an average row."""
    sex = ["f"] * 600 + ["m"] * 356 + ["f"] * 30 + ["m"] * 14
    age = ["young"] * 956 + ["old"] * 44
    text = "variable,category,percent\nsex,f,50\nsex,m,50\nage,young,80\nage,old,20\n"
    sexes, ages = read_margins(written(tmp_path / "m.csv", text)).each
    raked = rake(np.ones(len(sex)), [cells_of(sexes, sex), cells_of(ages, age)], total=2_000.0)
    assert raked.trimmed == 14
    assert raked.furthest < 0.1
    assert raked.weights.max() == pytest.approx(CAP * raked.weights.mean(), rel=1e-6)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("variable,category,percent\nsex,f,40\nsex,m,50\n", "sex sums to 90 %"),
        ("variable,category,count\nsex,f,40\nsex,m,50\nage,old,200\n", "sex 90, age 200"),
        ("variable,category,count\nsex,f,40\nsex,f,50\n", "row 2: sex has 'f' twice"),
        ("variable,category,count\nsex,f,many\n", "row 1, count: 'many' is no number"),
        ("variable,category,count\nsex,f,-1\n", "'-1' is no number from 0 on"),
        ("variable,category,count\nsex,f,nan\n", "'nan' is no number"),
        ("variable,category,count\n", "no group under them"),
        ("variable,category,count\nsex,f,0\n", "different numbers of people: sex 0"),
        ("who,what\n1,2\n", "has the headings who, what"),
        ("", "is empty"),
    ],
)
def test_margins_that_cannot_be_right_are_refused_with_the_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match="margins.csv") as refused:
        read_margins(written(tmp_path / "margins.csv", text))
    assert said in str(refused.value)


def test_margins_whose_groups_do_not_occur_are_refused_with_both_lists(tmp_path: Path, margins: Path) -> None:
    sample = sample_of(tmp_path / "s.csv", ("女", "old", 20), ("男", "young", 20))
    with pytest.raises(OptionError, match=r"The sample says 女, 男; the margins say f, m\."):
        weigh_file(sample, margins, Columns(of="satisfied"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--of", "height"], "has no column 'height'. It has sex, age, satisfied, said."),
        (["--of", "satisfied", "--weights", "said"], "is no number above 0"),
        (["--of", "satisfied", "--weights", "satisfied"], "'0' is no number above 0"),
        (["--of", "satisfied", "--population", "satisfied"], "is no number above 0"),
        (["--of", "satisfied", "--strata", "sex", "--cluster", "sex"], "one cluster only"),
    ],
)
def test_columns_that_cannot_be_right_are_refused_in_a_sentence(
    tmp_path: Path, margins: Path, options: list[str], said: str
) -> None:
    sample = sample_of(tmp_path / "s.csv", ("f", "young", 20), ("m", "old", 20))
    done = invoke(sample, "--margins", margins, *options)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_sample_of_headings_only_is_refused(tmp_path: Path, margins: Path) -> None:
    done = invoke(sample_of(tmp_path / "s.csv"), "--margins", margins, "--of", "satisfied")
    assert done.exit_code == 2
    assert "no row under them" in done.stderr
