"""Visits: what staff write down at a resident's door, perhaps without a network, is there once and only where it belongs."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.builders import a_body, a_call, a_county, a_handler, a_leader, an_analyst, an_inspector

from massline.gather.actions import Words, record_visit
from massline.gather.models import Call, Message
from massline.gather.queries import calls_for
from massline.gather.rules import Channel
from massline.ledger.models import Entry
from massline.rights import NotAllowed

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef-made-on-a-telephone"


@pytest.fixture
def county():
    return a_county()


@pytest.fixture
def township(county):
    return a_body(under=county)


@pytest.fixture
def handler(client, township):
    handler = a_handler(township)
    client.force_login(handler)
    return handler


def write_down(client: Client, to: Call, **fields):
    given = {"call": to.ref, "text": "屋后的水沟堵了", "key": KEY, "said_on": timezone.localdate().isoformat()}
    return client.post("/desk/visit/", given | fields)


def test_an_empty_visit_and_a_key_that_was_tampered_with_are_sent_back(client, county, handler) -> None:
    call = a_call(county)
    for wrong in ({"text": " \u200b"}, {"key": ""}, {"key": "<script>"}, {"call": "no-such"}, {"area": "nowhere"}):
        answer = write_down(client, call, **({"area": handler.body.code} | wrong))
        assert answer.status_code == 422
        assert "屋后的水沟堵了" in answer.content.decode() or "text" in wrong
    assert not Message.objects.exists()


def test_a_visit_sent_twice_is_one_message_with_one_receipt(client, county, handler) -> None:
    call = a_call(county)
    first, second = (write_down(client, call, area=handler.body.code) for _ in range(2))
    assert first.status_code == second.status_code == 302
    assert first.url == second.url
    message = Message.objects.get()
    assert (message.channel, message.body, message.text) == (Channel.VISIT, handler.body, "屋后的水沟堵了")
    assert Entry.objects.filter(kind="message.received").count() == 1
    assert client.get(first.url).status_code == 200


def test_the_same_key_with_other_words_or_from_somebody_else_is_another_message(
    client, county, township, handler
) -> None:
    call = a_call(county)
    write_down(client, call, area=township.code)
    write_down(client, call, area=township.code, text="另一件事")
    client.force_login(a_handler(township))
    write_down(client, call, area=township.code)
    assert Message.objects.count() == 3


def test_a_clock_that_runs_ahead_refuses_nothing(client, county, handler) -> None:
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    write_down(client, a_call(county), area=handler.body.code, said_on=tomorrow)
    assert Message.objects.get().said_at is None


def test_a_call_that_closed_while_there_was_no_network_keeps_the_words_on_the_page(client, county, handler) -> None:
    closed = a_call(county, opens=timedelta(days=-9), closes=timedelta(days=-1))
    answer = write_down(client, closed, area=handler.body.code)
    assert answer.status_code == 422
    assert "屋后的水沟堵了" in answer.content.decode()


def test_a_handler_writes_down_visits_of_her_own_places_only(client, county, handler) -> None:
    elsewhere = a_body(under=county)
    assert write_down(client, a_call(county), area=elsewhere.code).status_code == 422
    words = Words(text="屋后的水沟堵了", area=elsewhere)
    with pytest.raises(NotAllowed):
        record_visit(a_call(county), words, by=handler, key=KEY)
    assert not Message.objects.exists()


def test_calls_of_others_are_not_offered_and_those_from_above_are(county, township) -> None:
    own, above, elsewhere = a_call(township), a_call(county), a_call(a_body(under=county))
    assert set(calls_for(township, timezone.now())) == {own, above}
    assert elsewhere not in calls_for(township, timezone.now())


@pytest.mark.parametrize("somebody", [an_inspector, an_analyst])
def test_there_is_no_such_page_for_those_who_visit_nobody(client, somebody) -> None:
    client.force_login(somebody())
    assert client.get("/desk/visit/").status_code == 404


def test_leaders_visit_too_and_strangers_are_led_to_the_door(client, county) -> None:
    assert "/sign-in/" in client.get("/desk/visit/").url
    client.force_login(a_leader(county))
    page = client.get("/desk/visit/").content.decode()
    assert re.search(r'name="key" value="[\w-]{16,64}"', page)
