"""A case for programs: what its public page says, and nothing more."""

from typing import Any

import pytest
from django.test import Client
from tests.builders import a_call, a_case, a_handler, a_message

from massline.respond.actions import hand_over, publish_reply, reopen
from massline.respond.tests.county import County
from massline.rights import RESIDENT

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> County:
    return County()


def test_a_case_tells_who_owned_it_and_what_was_answered(client: Client, here: County) -> None:
    case = here.case()
    hand_over(case, to=here.department, reason="归他们管", by=here.handler, version=0)
    publish_reply(case, text="修好了", by=a_handler(here.department), version=1)
    told: dict[str, Any] = client.get(f"/api/cases/{case.pk}").json()
    assert (told["number"], told["state"], told["body"]["code"]) == (case.pk, "answered", here.department.code)
    assert [(turn["body"]["code"], turn["kind"], turn["reason"]) for turn in told["turns"]] == [
        (here.township.code, "taken", ""),
        (here.department.code, "handed over", "归他们管"),
    ]
    assert [reply["text"] for reply in told["replies"]] == ["修好了"]
    assert told["messages"] == [case.messages.get().pk]


def test_no_name_of_staff_and_no_personal_data_leaves_the_house(client: Client, here: County) -> None:
    case = here.answered()
    reopen(case, reason="还是不亮，打13912345678", by=RESIDENT)
    told = str(client.get(f"/api/cases/{case.pk}").json())
    assert "13912345678" not in told
    assert "还是不亮" in told
    assert here.handler.public_name not in told


def test_a_case_that_is_not_public_is_not_found_whoever_asks(client: Client, here: County) -> None:
    case = a_case(a_message(a_call(here.county, publish_at_once=False), area=here.township))
    client.force_login(here.handler)
    response = client.get(f"/api/cases/{case.pk}")
    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("number", ["0", "987654321", str(10**30)])
def test_a_number_that_no_case_has_is_not_found(client: Client, here: County, number: str) -> None:
    assert client.get(f"/api/cases/{number}").status_code == 404
