"""The house's list of topics: its words until cases teach, its table of who answers, and who changes it."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.builders import a_body, a_receipt, a_user

from massline.respond import queries
from massline.respond.actions import (
    advise,
    open_case,
    set_duty,
    set_topic,
    train_router,
)
from massline.respond.models import Advice
from massline.respond.rules import LEAST_PAST_CASES, topic_by_words
from massline.respond.tests.county import LIGHTS, County, a_topic
from massline.rights import OPERATOR, SYSTEM, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> County:
    return County()


def advice_for(here: County, text: str) -> Advice:
    message = a_receipt(here.call, text, area=here.township).message
    advise(by=SYSTEM)
    return Advice.objects.select_related("topic", "body", "message").get(message=message)


# What nothing can be learnt from


def test_of_no_case_nothing_is_learnt() -> None:
    assert train_router(by=SYSTEM) is None
    assert advise(by=SYSTEM) == 0


def test_cases_that_are_all_alike_teach_nothing(here: County) -> None:
    lights = a_topic("lights")
    for number in range(LEAST_PAST_CASES):
        one = a_receipt(here.call, LIGHTS.format(number), area=here.township).message
        open_case(one, title="路灯", by=here.handler, topic=lights)
    assert train_router(by=SYSTEM) is None


def test_until_cases_teach_the_words_of_the_list_tell_the_topic(here: County) -> None:
    lights = a_topic("lights", words="路灯 灯杆")
    a_topic("buses", words="公交 班次")
    advice = advice_for(here, "路灯坏了三个月")
    assert (advice.topic, advice.words, advice.topic_sure, advice.router) == (lights, ["路灯"], False, None)
    assert advice_for(here, "路灯边的公交站").topic is None  # level: nobody guesses
    assert advice_for(here, "村口的桥").topic is None


def test_words_that_change_are_looked_for_again(here: County) -> None:
    lights = a_topic("lights", words="灯杆")
    message = advice_for(here, "路灯坏了三个月").message
    lights.words = "路灯"
    set_topic(lights, by=OPERATOR)
    assert advise(by=SYSTEM) == 1
    assert Advice.objects.get(message=message).topic == lights


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("", None),
        ("Street LIGHT is out", "a"),
        ("bus", "b"),
        ("bus and light", None),
        ("light and lamp by the bus", "a"),
    ],
)
def test_the_topic_with_most_words_is_told_and_none_where_two_are_level(text: str, topic: str | None) -> None:
    found = topic_by_words(text, {"a": ("light", "lamp"), "b": ("bus",)})
    assert (found[0] if found else None) == topic


# The house's table


def test_the_row_of_the_nearest_area_says_who_answers(here: County) -> None:
    topic, village = a_topic("lights"), a_body(under=here.township)
    assert queries.duty_of(topic, village) is None
    set_duty(topic, area=None, body=here.department, by=OPERATOR)
    assert queries.duty_of(topic, village).body == here.department
    set_duty(topic, area=here.township, body=here.township, by=OPERATOR)
    assert queries.duty_of(topic, village).body == here.township
    assert queries.duty_of(topic, here.county).body == here.department
    set_duty(topic, area=here.township, body=None, by=OPERATOR)
    assert queries.duty_of(topic, village).body == here.department


# Pages


def test_everybody_reads_the_topics_and_only_operators_of_the_whole_change_them(here: County, client: Client) -> None:
    topic = a_topic("lights", answer_days=3)
    assert "lights" in client.get(reverse("respond:topics")).content.decode()
    address = reverse("respond:topic", args=[topic.pk])
    assert client.get(address).status_code == 302  # to sign in
    client.force_login(here.handler)
    assert client.get(address).status_code == 404
    client.force_login(a_user(Role.OPERATOR, here.township))
    assert client.get(address).status_code == 404
    client.force_login(a_user(Role.OPERATOR, here.county))
    days = {"name": "路灯", "take_days": 1, "answer_days": 5, "resolve_days": 4, "very_late_days": 3}
    assert client.post(address, days).status_code == 422  # resolved before it is answered
    sent = days | {"resolve_days": 9, "body": here.department.code, "area": here.township.code}
    assert client.post(address, sent | {"area_body": here.township.code}).status_code == 302
    topic.refresh_from_db()
    assert (topic.code, topic.name, topic.resolve_days) == ("lights", "路灯", 9)
    assert queries.duty_of(topic, here.township).body == here.township
    assert client.post(reverse("respond:new_topic"), sent | {"code": "lights"}).status_code == 422
    assert client.post(reverse("respond:new_topic"), sent | {"code": "not a slug"}).status_code == 422
    assert client.post(reverse("respond:new_topic"), sent | {"code": "buses", "take_days": 0}).status_code == 422


def test_where_the_house_has_no_topics_nobody_is_asked_for_one(here: County, client: Client) -> None:
    address = reverse("respond:take", args=[here.message().pk])
    client.force_login(here.handler)
    assert 'name="topic"' not in client.get(address).content.decode()
    assert client.post(address, {"title": "路灯", "topic": "lights"}).status_code == 302
    a_topic("lights")
    other = reverse("respond:take", args=[here.message().pk])
    assert 'name="topic"' in client.get(other).content.decode()
    assert client.post(other, {"title": "路灯", "topic": "no such topic"}).status_code == 422
