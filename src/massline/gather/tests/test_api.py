"""The API of gathering: the same rules as the pages, errors as problem+json."""

import json

import pytest
from django.test import Client
from django.utils import timezone
from tests.builders import a_body, a_call, a_county, a_message, a_receipt

from massline.gather.models import Call, Channel, Message
from massline.gather.rules import LONGEST_MESSAGE, read_receipt

pytestmark = pytest.mark.django_db
NUMBER = "0123456789abcdef-1"


def post(call: Call, body: object, client: Client | None = None):
    address = f"/api/calls/{call.ref}/messages"
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    return (client or Client()).post(address, data, content_type="application/json")


def problem(answer, status: int) -> dict:
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == status
    assert said["detail"]
    return said


def test_a_posted_message_gets_a_receipt_that_opens_its_page() -> None:
    call = a_call()
    answer = post(call, {"text": "路灯坏了"}, Client(enforce_csrf_checks=True))
    assert answer.status_code == 201
    receipt = answer.json()
    assert read_receipt(receipt["code"]) == receipt["code"]
    assert receipt["address"].endswith(f"/receipt/{receipt['code']}/")
    assert Message.objects.get(pk=receipt["message"]).channel == Channel.API


def test_the_same_submission_again_adds_nothing() -> None:
    call, said = a_call(), {"text": "路灯坏了", "submission": NUMBER}
    first, second = post(call, said), post(call, said)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Message.objects.count() == 1


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        '"text"',
        b"\xff\xfe",
        {"text": None},
        {"text": 7},
        {},
        {"text": "路灯", "title": "长" * 101},
        {"text": "路灯", "area": "nowhere"},
        {"text": "路灯", "submission": "short"},
        "[" * 5000,
    ],
)
def test_what_cannot_be_read_is_refused_with_a_reason(body) -> None:
    answer = post(a_call(), body)
    problem(answer, answer.status_code)
    assert answer.status_code in (400, 422)
    assert not Message.objects.exists()


def test_half_a_character_is_kept_as_a_question_mark() -> None:
    assert post(a_call(), '{"text": "路灯\\ud800"}').status_code == 201
    assert Message.objects.get().text == "路灯?"


@pytest.mark.parametrize("text", ["", " \u200b ", "字" * (LONGEST_MESSAGE + 1)])
def test_a_message_of_no_or_too_many_characters_is_refused(text) -> None:
    assert problem(post(a_call(), {"text": text}), 422)["title"] == "MessageRefused"


def test_fifty_megabytes_are_refused() -> None:
    problem(post(a_call(), {"text": "a" * 50_000_000}), 413)


def test_a_closed_call_takes_nothing() -> None:
    call = a_call()
    Call.objects.filter(pk=call.pk).update(closes_at=timezone.now())
    assert problem(post(call, {"text": "路灯"}), 409)["title"] == "CallNotOpen"


@pytest.mark.parametrize("address", ["", "/messages", "/themes"])
def test_a_call_that_is_not_there_is_a_problem_of_its_own(client, address) -> None:
    problem(client.get(f"/api/calls/nowhere{address}"), 404)


def test_the_next_page_of_messages_goes_on_where_the_first_ended(client) -> None:
    call = a_call()
    ids = [a_message(call, f"第{number}条").pk for number in range(5)]
    found, before = [], ""
    while before is not None:
        page = client.get(
            f"/api/calls/{call.ref}/messages", {"limit": 2, **({"before": before} if before else {})}
        ).json()
        found += [message["id"] for message in page["items"]]
        before = page["next"]
    assert found == ids[::-1]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "before=0", "before=x", "before=99999999999999999999"])
def test_a_page_that_cannot_be_is_named(client, query) -> None:
    problem(client.get(f"/api/calls/{a_call().ref}/messages?{query}"), 422)


def test_messages_are_masked_and_name_nobody(client) -> None:
    call = a_call()
    a_receipt(call, "电话13812345678")
    body = client.get(f"/api/calls/{call.ref}/messages").content.decode()
    assert "13812345678" not in body
    assert "sender" not in body


def test_a_call_tells_its_places_and_how_many_spoke(client) -> None:
    county = a_county()
    town, call = a_body(under=county), a_call(county)
    a_message(call, area=town)
    told = client.get(f"/api/calls/{call.ref}").json()
    assert (told["messages"], told["people"], told["state"]) == (1, 1, "open")
    assert [area["code"] for area in told["areas"]] == [town.code]
    assert client.get("/api/calls").json()["items"][0]["ref"] == call.ref


def test_reading_takes_few_queries(client, django_assert_max_num_queries) -> None:
    call = a_call()
    for number in range(5):
        a_message(call, f"第{number}条")
    for address in ("/api/calls", f"/api/calls/{call.ref}", f"/api/calls/{call.ref}/messages"):
        with django_assert_max_num_queries(4):
            client.get(address)
