"""Where people spoke: every message is in one place or named none; a map where there are outlines, a list in any case."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.builders import a_body, a_call, a_county, a_message

from massline.bodies.actions import set_outlines
from massline.bodies.models import Body
from massline.bodies.rules import Level
from massline.concentrate.queries import places
from massline.gather.models import Call
from massline.rights import OPERATOR

pytestmark = pytest.mark.django_db


def outline(*bodies: Body) -> None:
    rings = {
        body: [[[x, 30.0], [x + 1, 30.0], [x + 1, 31.0], [x, 30.0]]]
        for x, body in zip(range(100, 160), bodies, strict=False)
    }
    set_outlines(rings, by=OPERATOR)


def page_of(call: Call, language: str = "en") -> str:
    answer = Client(headers={"accept-language": language}).get(reverse("concentrate:places", args=[call.ref]))
    assert answer.status_code == 200
    return answer.content.decode()


def test_messages_from_further_down_count_for_the_place_above() -> None:
    county = a_county()
    town, other = a_body(under=county), a_body(under=county)
    village = a_body(under=town)
    department = a_body(under=county, level=Level.DEPARTMENT)
    call = a_call(county)
    for area in (village, town, other, department, None):
        a_message(call, area=area)
    found, elsewhere, _at = places(call)
    assert [(place.body, place.messages) for place in found] == [(town, 2), (other, 1)]
    assert elsewhere == 2
    assert elsewhere + sum(place.messages for place in found) == call.messages.count()


def test_the_coarsest_places_with_outlines_are_those_of_the_map() -> None:
    county = a_county()
    town = a_body(under=county)
    village, bare = a_body(under=town), a_body(under=town)
    call = a_call(county)
    a_message(call, area=village), a_message(call, area=town)
    outline(county, village)
    found, elsewhere, _at = places(call)
    assert [(place.body, bool(place.rings)) for place in found] == [(village, True), (bare, False)]
    assert elsewhere == 1
    outline(county, village, town)
    assert [place.body for place in places(call)[0]] == [town]


def test_a_message_that_waits_for_a_look_is_not_counted() -> None:
    county = a_county()
    call = a_call(county, publish_at_once=False)
    a_message(call, area=a_body(under=county))
    assert sum(place.messages for place in places(call)[0]) == 0


def test_without_places_the_page_says_so() -> None:
    assert "No places are entered under this body" in page_of(a_call())


def test_without_outlines_there_is_the_list_alone() -> None:
    county = a_county()
    town = a_body(under=county)
    page = page_of(a_call(county))
    assert str(town.name_en) in page
    assert "ml-land" not in page


@pytest.mark.parametrize("name", ["镇" * 200, "a" * 200, "شارع", "🚰 镇", "<script>alert(1)</script>"])
def test_a_place_of_any_name_is_on_the_map_and_in_the_list(name: str) -> None:
    county = a_county()
    town = a_body(name, under=county)
    outline(town)
    call = a_call(county)
    a_message(call, area=town)
    page = page_of(call, "zh-hans")
    assert "ml-land" in page
    assert "<script>alert" not in page
    assert page.count(reverse("supervise:body", args=[town.code])) == 1


def test_the_page_takes_few_queries(django_assert_max_num_queries) -> None:
    county = a_county()
    outline(*(a_body(under=county) for _ in range(9)))
    call = a_call(county)
    with django_assert_max_num_queries(6):
        page_of(call)
