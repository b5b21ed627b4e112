"""Outlines of areas: matched by code or name, entered whole or not at all, by the operator alone."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from tests.builders import a_body, a_county, a_handler, a_leader

from massline.bodies.actions import set_outlines
from massline.bodies.models import Outline
from massline.bodies.queries import by_area
from massline.bodies.rules import Level
from massline.engine.errors import OutlineError
from massline.engine.pictures.outlines import Outline as Found
from massline.ledger.models import Entry
from massline.rights import OPERATOR, RESIDENT, SYSTEM, NotAllowed

pytestmark = pytest.mark.django_db
RING = ((100.0, 30.0), (100.1, 30.0), (100.1, 30.1), (100.0, 30.0))


def a_file(folder: Path, *facts: dict[str, object]) -> Path:
    features = [
        {"type": "Feature", "properties": fact, "geometry": {"type": "Polygon", "coordinates": [RING]}}
        for fact in facts
    ]
    file = folder / "map.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return file


def enter(file: Path) -> tuple[str, str]:
    said, warned = StringIO(), StringIO()
    call_command("set_outlines", str(file), stdout=said, stderr=warned)
    return said.getvalue(), warned.getvalue()


def test_an_outline_belongs_to_the_body_of_its_code_else_of_its_name() -> None:
    by_code, by_name, in_english = (a_body(name) for name in ("东河镇", "西岭镇", "南湖镇"))
    found, strangers = by_area(
        [
            Found(by_code.code, "西岭镇", (RING,)),
            Found("", "西岭镇", (RING,)),
            Found("x", in_english.name_en, (RING,)),
            Found("y", "没有的镇", (RING,)),
        ]
    )
    assert set(found) == {by_code, by_name, in_english}
    assert strangers == ["没有的镇"]


def test_a_name_of_several_bodies_is_refused_with_their_codes() -> None:
    first, second = a_body("新村"), a_body("新村")
    with pytest.raises(OutlineError, match=f"{first.code}, {second.code}"):
        by_area([Found("", "新村", (RING,))])


def test_two_outlines_of_one_body_are_refused() -> None:
    body = a_body("东河镇")
    with pytest.raises(OutlineError, match="Two features are “东河镇”"):
        by_area([Found(body.code, "东河镇", (RING,)), Found("", "东河镇", (RING,))])


def test_a_department_has_no_area() -> None:
    department = a_body("水利局", level=Level.DEPARTMENT)
    assert by_area([Found(department.code, "水利局", (RING,))]) == ({}, ["水利局"])


def test_a_file_is_entered_whole_and_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    first, second = a_body("东河镇"), a_body("西岭镇")
    enter(a_file(tmp_path, {"code": first.code}))
    said, warned = enter(a_file(tmp_path, {"name": "西岭镇"}, {"name": "火星"}))
    assert [outline.body for outline in Outline.objects.all()] == [second]
    assert "1 outlines entered" in said
    assert "火星" in warned
    assert Entry.objects.filter(kind="outlines.set").count() == 2


@pytest.mark.parametrize(
    ("facts", "said"), [([{"name": "火星"}], "no body has the code or the name"), ([{}], "neither a code nor a name")]
)
def test_a_file_that_fits_nothing_changes_nothing(tmp_path: Path, facts: list[dict[str, object]], said: str) -> None:
    enter(a_file(tmp_path, {"code": a_body().code}))
    with pytest.raises(CommandError, match=f"{said}.*Nothing was changed"):
        enter(a_file(tmp_path, *facts))
    assert Outline.objects.count() == 1


def test_a_file_that_is_not_there_or_not_text_says_so(tmp_path: Path) -> None:
    binary = tmp_path / "map.zip"
    binary.write_bytes(b"PK\x03\x04\xff\xfe")
    for file in (tmp_path / "none.geojson", binary):
        with pytest.raises(CommandError, match="cannot be read"):
            enter(file)


def test_only_the_operator_enters_outlines() -> None:
    county = a_county()
    for stranger in (a_leader(county), a_handler(county), RESIDENT, SYSTEM):
        with pytest.raises(NotAllowed):
            set_outlines({county: [RING]}, by=stranger)
    set_outlines({county: [RING]}, by=OPERATOR)
    assert Outline.objects.get().body == county
