"""What our errors become at the edge."""

import json

import pytest
from django.test import RequestFactory
from tests.builders import a_body, a_call

from massline.project.problems import PagesOfOthers
from massline.rights import NotAllowed


def test_a_page_that_may_not_be_done_is_no_page_to_its_reader(rf: RequestFactory) -> None:
    request = rf.get("/desk/cases/7/")
    answer = PagesOfOthers(lambda _: None).process_exception(request, NotAllowed("somebody", "respond.publish_reply"))
    assert answer is not None
    assert answer.status_code == 404
    assert b"respond.publish_reply" not in answer.content


def test_other_errors_are_left_to_django(rf: RequestFactory) -> None:
    assert PagesOfOthers(lambda _: None).process_exception(rf.get("/"), ValueError("a bug")) is None


@pytest.mark.django_db
def test_the_api_writes_chinese_as_chinese(client) -> None:
    call = a_call()
    answer = client.get(f"/api/calls/{call.ref}")
    assert call.title in answer.content.decode()
    assert json.loads(answer.content)["title"] == call.title


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/bodies/a%00b/", "/calls/a%00b/", "/receipt/a%00b/", "/api/calls/a%00b"])
def test_an_address_that_no_database_can_hold_is_no_page(client, address: str) -> None:
    assert client.get(address).status_code == 404


@pytest.mark.django_db
def test_what_no_database_can_hold_is_passed_over_behind_an_address(client) -> None:
    place = a_body()
    for address, status in {f"/scoreboard/?under={place.code}%00": 200, "/scoreboard/?under=nowhere%00": 404}.items():
        assert client.get(address).status_code == status
