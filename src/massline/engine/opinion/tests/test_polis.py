"""The reference method against Polis' own results."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from massline.engine.opinion.exports import Export, read_export
from massline.engine.opinion.find import Opinion, find_opinion

REAL = Path(__file__).parents[6] / "shared" / "data" / "polis"
GOLDEN = ("25ptpt-3gp-no-strict-with-meta", "50ptpt-3gp-strict-no-meta", "below-100-ptpts")

pytestmark = pytest.mark.skipif(not REAL.exists(), reason="the development data ../shared/data/polis are not here")


def golden(name: str, tmp_path: Path) -> tuple[Export, Opinion, dict]:
    folder = REAL / "golden" / name
    votes = json.loads((folder / "votes.json").read_text())
    if name.startswith("50ptpt"):  # the export lacks participant 50; Polis' means and counts tell these four votes
        votes += [{"participant_id": 50, "statement_id": one, "vote": -1, "modified": 1.7e12} for one in (1, 4, 12, 20)]
    path = tmp_path / "votes.json"
    path.write_text(json.dumps(votes))
    export = read_export(path, statements=folder / "comments.json", reject=pytest.fail)
    return export, find_opinion(export, method="polis"), json.loads((folder / "math-pca2.json").read_text())


def polis_group(math: dict) -> dict[str, int]:
    members = dict(zip(math["base-clusters"]["id"], math["base-clusters"]["members"], strict=True))
    return {str(p): g["id"] for g in math["group-clusters"] for base in g["members"] for p in members[base]}


@pytest.mark.parametrize("name", GOLDEN)
def test_axes_and_groups_of_a_golden_export_are_polis_own(name: str, tmp_path: Path) -> None:
    export, found, math = golden(name, tmp_path)
    axes = found.grouping.axes
    for ours, theirs in zip(axes.components, math["pca"]["comps"], strict=True):
        assert min(np.abs(ours - theirs).max(), np.abs(ours + theirs).max()) < 1e-9
    np.testing.assert_allclose(-axes.means, math["pca"]["center"], atol=1e-9)
    np.testing.assert_allclose(found.statements["extremity"], math["pca"]["comment-extremity"], atol=1e-9)
    truth = polis_group(math)
    ours = dict(zip(export.votes.people.to_pylist(), found.grouping.group.tolist(), strict=True))
    assert {person for person, group in ours.items() if group >= 0} == truth.keys()
    assert adjusted_rand_score(list(truth.values()), [ours[person] for person in truth]) == 1.0


@pytest.mark.parametrize("name", GOLDEN)
def test_marks_and_consensus_of_a_golden_export_are_polis_own(name: str, tmp_path: Path) -> None:
    export, found, math = golden(name, tmp_path)
    truth = polis_group(math)
    ours = dict(zip(export.votes.people.to_pylist(), found.grouping.group.tolist(), strict=True))
    same = {ours[person]: str(group) for person, group in truth.items()}
    for row in found.groups.to_pylist():
        theirs = math["repness"][same[row["group"]]]
        marks = [(int(mark["statement"]), mark["side"], mark["votes"], mark["of"]) for mark in row["marks"]]
        assert marks == [(m["tid"], m["repful-for"], m["n-success"], m["n-trials"]) for m in theirs]
        np.testing.assert_allclose([mark["contrast"] for mark in row["marks"]], [m["repness"] for m in theirs])
    by_side = {"agree": set(), "disagree": set(), None: set()}
    for row in found.statements.to_pylist():
        by_side[row["majority"]].add(int(row["statement"]))
        key = row["statement"]
        assert row["group_informed_consensus"] == pytest.approx(math["group-aware-consensus"][key])
    assert by_side["agree"] == {one["tid"] for one in math["consensus"]["agree"]}
    assert by_side["disagree"] == {one["tid"] for one in math["consensus"]["disagree"]}


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("austria-climate.5twd2jsnkf.2022-08-08", 0.95),
        ("scoop-hivemind.biodiversity", 0.95),
        ("canadian-electoral-reform", 0.85),
    ],
)
def test_real_conversations_with_separate_groups_are_grouped_as_polis_did(name: str, least: float) -> None:
    export = read_export(REAL / name, reject=pytest.fail)
    found = find_opinion(export, method="polis")
    with (REAL / name / "participants-votes.csv").open() as stream:
        truth = {row["participant"]: row["group-id"] for row in csv.DictReader(stream) if row["group-id"]}
    ours = dict(zip(export.votes.people.to_pylist(), found.grouping.group.tolist(), strict=True))
    assert adjusted_rand_score(list(truth.values()), [ours[person] for person in truth]) >= least
