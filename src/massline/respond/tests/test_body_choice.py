"""Which body is meant: chosen from a list where there are few, typed where there are many."""

import pytest
from django import forms

from massline.bodies.actions import add_body
from massline.bodies.models import Body
from massline.bodies.rules import Level
from massline.respond.forms import fields
from massline.respond.forms.fields import BodyChoice
from massline.rights import OPERATOR

pytestmark = pytest.mark.django_db


class Asked(forms.Form):
    body = BodyChoice(queryset=Body.objects.all(), to_field_name="code", empty_label="choose")


def a_place(code: str, name: str, name_en: str, under: Body | None = None) -> Body:
    body = Body(code=code, name=name, name_en=name_en, level=Level.TOWNSHIP if under else Level.COUNTY)
    return add_body(body, under=under, by=OPERATOR)


@pytest.fixture
def places() -> list[Body]:
    county = a_place("330100", "清溪县", "Qingxi County")
    towns = {"东河镇": "Donghe Town", "西河镇": "Xihe Town", "河镇": "Zhen"}
    return [county, *(a_place(f"33010{at}", *names, county) for at, names in enumerate(towns.items(), start=1))]


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "MOST_LISTED", 3)


def meant(typed: str) -> Body | None:
    form = Asked({"body": typed})
    return form.cleaned_data["body"] if form.is_valid() else None


@pytest.mark.parametrize(
    "typed", ["", " ", "无此镇", "%", "_", "河", "330", "0", "\0", "x" * 5000, "'; --", "东河镇 西河镇"]
)
def test_what_names_no_body_or_several_is_asked_for_again(places: list[Body], many: None, typed: str) -> None:
    form = Asked({"body": typed})
    assert not form.is_valid()
    assert form.errors["body"]


def test_of_several_bodies_with_one_name_the_codes_are_told(places: list[Body], many: None) -> None:
    form = Asked({"body": "河镇 "})
    assert form.is_valid()  # one has just this name
    form = Asked({"body": "town"})
    assert not form.is_valid()
    assert "330101" in str(form.errors["body"])
    assert "330102" in str(form.errors["body"])


@pytest.mark.parametrize("typed", ["330101", " 东河镇 ", "donghe town", "东河", "DONGHE"])
def test_a_body_is_known_by_its_code_its_name_or_a_part_that_no_other_has(places: list[Body], typed: str) -> None:
    assert meant(typed) == places[1]


def test_a_name_of_a_body_that_is_not_offered_is_refused(places: list[Body]) -> None:
    form = Asked({"body": "东河镇"})
    form.fields["body"].queryset = Body.objects.exclude(code="330101")  # type: ignore[attr-defined]
    assert not form.is_valid()


def test_few_bodies_are_a_list_and_many_a_line_in_one_query(
    places: list[Body], monkeypatch: pytest.MonkeyPatch, django_assert_num_queries
) -> None:
    with django_assert_num_queries(1):
        few = str(Asked(initial={"body": "330101"})["body"])
    assert few.count("<option") == 5
    assert 'value="330101" selected' in few
    monkeypatch.setattr(fields, "MOST_LISTED", 3)
    with django_assert_num_queries(1):
        line = str(Asked(initial={"body": "330101"})["body"])
    assert "<option" not in line
    assert 'value="330101"' in line
