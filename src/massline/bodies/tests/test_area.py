"""A reader chooses her place: kept in her browser, offered in forms, hiding nothing."""

import pytest
from django.test import Client
from tests.builders import a_body

from massline.bodies.models import Body
from massline.bodies.queries import area_of, areas_under
from massline.bodies.rules import AREA_COOKIE, Level

pytestmark = pytest.mark.django_db


def place(code: str, name: str, level: Level, *, under: Body | None = None) -> Body:
    body = a_body(name, under=under, level=level)
    Body.objects.filter(pk=body.pk).update(code=code)
    return Body.objects.get(pk=body.pk)


@pytest.fixture
def county() -> Body:
    county = place("county", "清溪县", Level.COUNTY)
    town = place("town", "东河镇", Level.TOWNSHIP, under=county)
    place("village", "石桥村", Level.VILLAGE, under=town)
    place("office", "水利局", Level.DEPARTMENT, under=county)
    other = place("other", "柳林镇", Level.TOWNSHIP, under=county)
    place("other-office", "柳林站", Level.DEPARTMENT, under=other)
    return county


def test_places_are_offered_level_by_level_and_departments_are_none(county: Body) -> None:
    assert [(found.code, more) for found, more in areas_under(None)] == [("town", True), ("other", False)]
    assert [(found.code, more) for found, more in areas_under(area_of("town"))] == [("village", False)]
    assert areas_under(area_of("village")) == []
    assert area_of("office") is None


def test_several_tops_are_offered_themselves(county: Body) -> None:
    place("second", "第二县", Level.COUNTY)
    assert [(found.code, more) for found, more in areas_under(None)] == [("county", True), ("second", False)]


def test_without_any_place_the_page_says_how_to_go_on(client: Client) -> None:
    page = client.get("/area/").content.decode()
    assert "您可以在留言里写明是哪里" in page
    assert "<form" not in page.partition("<main")[2].partition("</main>")[0]


def test_a_chosen_place_is_kept_said_once_and_named_on_every_page(client: Client, county: Body) -> None:
    answer = client.post("/area/", {"area": "town", "next": "/calls/"})
    assert answer["Location"] == "/calls/"
    assert answer.cookies[AREA_COOKIE]["max-age"] >= 30 * 24 * 60 * 60
    page = client.get("/calls/").content.decode()
    assert "我在：东河镇" in page
    assert "您选了东河镇" in page
    assert "您选了东河镇" not in client.get("/calls/").content.decode()
    client.post("/area/", {"area": "", "next": "/"})
    assert "我在：全境" in client.get("/calls/").content.decode()


@pytest.mark.parametrize("code", ["nowhere", "office", "x" * 5000, "' OR 1=1 --", "\u202e村", "town\x00"])
def test_a_place_that_does_not_exist_counts_as_none(client: Client, county: Body, code: str) -> None:
    client.post("/area/", {"area": code})
    assert AREA_COOKIE not in client.cookies or client.cookies[AREA_COOKIE].value == ""
    client.cookies[AREA_COOKIE] = "forged<script>"
    page = client.get("/calls/").content.decode()
    assert "我在：全境" in page
    assert "forged" not in page


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_choosing_a_place_sends_nobody_to_another_site(client: Client, county: Body, address: str) -> None:
    assert client.post("/area/", {"area": "town", "next": address})["Location"] == "/"


def test_reading_changes_nothing(client: Client, county: Body) -> None:
    client.get("/area/?in=town&area=town")
    assert AREA_COOKIE not in client.cookies
