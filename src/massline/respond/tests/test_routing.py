"""What past cases advise: learnt from what people decided, said with its chance, followed by a click or declined with why."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.builders import a_body, a_case, a_county, a_leader, a_message, a_receipt, an_inspector, an_outsider

from massline.gather.actions import erase_own
from massline.gather.models import Message
from massline.ledger.models import Entry
from massline.respond import queries
from massline.respond.actions import (
    advise,
    hand_over,
    open_case,
    publish_reply,
    set_duty,
    take_as_advised,
    train_router,
)
from massline.respond.models import Advice, Case, Router, Topic
from massline.respond.rules import LEAST_PAST_CASES, MeansMissing, NoAdvice, ReasonMissing
from massline.respond.tests.county import BUSES, LIGHTS, County, a_topic
from massline.rights import OPERATOR, RESIDENT, SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def taught_once(django_db_setup: None, django_db_blocker: Any) -> Iterator[County]:
    """Made once for this file and taken away after it: what a test does upon it is undone with the test."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield teach(County())
        transaction.set_rollback(True)


@pytest.fixture
def taught(taught_once: County, db: None) -> County:
    return taught_once


def teach(here: County) -> County:
    """The township answers for lights itself, and hands buses on: sixty cases of that, and a router that learnt from them."""
    lights, buses = a_topic("lights"), a_topic("buses")
    for number in range(LEAST_PAST_CASES // 2 + 5):
        one = a_receipt(here.call, LIGHTS.format(number), area=here.township).message
        case = open_case(one, title="路灯", by=here.handler, topic=lights)
        publish_reply(case, text="修好了", by=here.handler, version=case.version)
        two = a_receipt(here.call, BUSES.format(number), area=here.township).message
        case = open_case(two, title="公交", by=here.handler, topic=buses)
        hand_over(case, to=here.department, reason="归部门", by=here.handler, version=case.version)
    for text, topic in (
        ("请来看一看", lights),
        ("请问一下", buses),
        ("看一看吧", buses),
    ):  # what tells nothing sets the bar
        open_case(a_receipt(here.call, text, area=here.township).message, title="事", by=here.handler, topic=topic)
    assert train_router(by=SYSTEM)
    return here


def advice_for(here: County, text: str) -> Advice:
    message = a_receipt(here.call, text, area=here.township).message
    advise(by=SYSTEM)
    return Advice.objects.select_related("topic", "body", "message").get(message=message)


def last_entry(kind: str) -> dict[str, Any]:
    return Entry.objects.filter(kind=kind).order_by("-pk")[0].facts


# What is learnt


def test_past_cases_tell_topic_and_body_with_the_words_that_decided(taught: County) -> None:
    lights = advice_for(taught, LIGHTS.format(3))
    buses = advice_for(taught, BUSES.format(3))
    assert (lights.topic.code, lights.body) == ("lights", taught.township)
    assert (buses.topic.code, buses.body) == ("buses", taught.department)
    assert lights.topic_sure
    assert buses.body_sure
    assert 0.9 < buses.body_chance <= 1
    assert all(word in buses.message.shown_text for word in buses.words)
    assert buses.words


def test_what_is_like_nothing_before_is_not_sure(taught: County) -> None:
    advice = advice_for(taught, "Xyzzy plugh")
    assert not advice.topic_sure
    assert not advice.body_sure


def test_the_same_cases_give_the_same_router(taught: County) -> None:
    first = Router.objects.get()
    tables = bytes(first.tables)
    Router.objects.all().delete()
    again = train_router(by=SYSTEM)
    assert again
    assert bytes(again.tables) == tables
    assert last_entry("router.trained")["cases"] == first.cases == LEAST_PAST_CASES + 13


def test_only_words_that_everybody_may_read_are_looked_at(taught: County) -> None:
    hidden = Message.objects.order_by("pk")[0]
    erase_own(hidden, by=RESIDENT)
    assert len(queries.past_cases()) == LEAST_PAST_CASES + 12
    told = {f"{one.title}{one.text}" for one in queries.past_cases()}
    assert not any("13812345678" in text for text in told)


def test_nothing_is_learnt_anew_within_an_hour_nor_where_nobody_decided(taught: County) -> None:
    assert train_router(by=SYSTEM) is None
    old = timezone.now() + timedelta(hours=2)
    Router.objects.update(at=old)
    assert train_router(by=SYSTEM) is None


def test_a_newer_router_looks_again_at_what_nobody_decided(taught: County) -> None:
    waiting = advice_for(taught, BUSES.format(3)).message
    a_case(a_receipt(taught.call, "路灯又坏了", area=taught.township).message, by=taught.handler)
    Router.objects.update(at=timezone.now() - timedelta(hours=2))
    newer = train_router(by=SYSTEM)
    advise(by=SYSTEM)
    assert Advice.objects.get(message=waiting).router == newer
    assert [bytes(one.tables) != b"" for one in Router.objects.order_by("pk")] == [False, True]


def test_a_body_of_another_county_is_never_advised(taught: County) -> None:
    elsewhere = a_body(under=a_county())
    message = a_message(text=BUSES.format(3))
    Message.objects.filter(pk=message.pk).update(body=elsewhere)
    advise(by=SYSTEM)
    advice = Advice.objects.get(message=message)
    assert advice.body is None
    assert not advice.body_sure


# What people make of it


def test_one_click_takes_and_hands_over_with_a_reason(taught: County) -> None:
    message = advice_for(taught, BUSES.format(3)).message
    case = take_as_advised(message, title="公交太少", reason="以往如此", by=taught.handler)
    assert (case.body, case.topic.code) == (taught.department, "buses")
    assert Advice.objects.get(message=message).followed is True
    assert last_entry("advice.followed")["done"] == {"topic": "buses", "body": taught.department.code}


def test_another_topic_than_the_sure_one_needs_a_reason(taught: County) -> None:
    advice = advice_for(taught, BUSES.format(3))
    lights = Topic.objects.get(code="lights")
    with pytest.raises(ReasonMissing):
        open_case(advice.message, title="公交", by=taught.handler, topic=lights, why=" ")
    assert not Case.objects.filter(messages=advice.message).exists()
    open_case(advice.message, title="公交", by=taught.handler, topic=lights, why="站台的灯")
    advice.refresh_from_db()
    assert (advice.followed, advice.why) == (False, "站台的灯")
    told = last_entry("advice.declined")
    assert told["advised"]["topic"] == "buses"
    assert "站台" not in str(told)


def test_a_hand_over_to_another_body_declines_and_teaches(taught: County) -> None:
    advice = advice_for(taught, BUSES.format(3))
    other = a_body(under=taught.county)
    case = open_case(advice.message, title="公交", by=taught.handler, topic=advice.topic)
    assert Advice.objects.get(pk=advice.pk).followed is None  # it may still be handed on as advised
    hand_over(case, to=other, reason="那条路归他们", by=taught.handler, version=case.version)
    assert Advice.objects.get(pk=advice.pk).followed is False
    mine = [one for one in queries.past_cases() if one.corrected]
    assert [(one.topic, one.body) for one in mine] == [("buses", other.code)]


def test_what_was_decided_is_never_advised_again(taught: County) -> None:
    message = advice_for(taught, BUSES.format(3)).message
    take_as_advised(message, title="公交太少", reason="以往如此", by=taught.handler)
    assert advise(by=SYSTEM) == 0
    with pytest.raises(NoAdvice):
        take_as_advised(message, title="公交太少", reason="以往如此", by=taught.handler)
    assert Case.objects.filter(messages=message).count() == 1


def test_words_of_an_erased_message_are_gone_with_it(taught: County) -> None:
    message = advice_for(taught, BUSES.format(3)).message
    erase_own(message, by=RESIDENT)
    train_router(by=SYSTEM)
    assert not Advice.objects.filter(message=message).exists()


def test_the_page_of_a_message_says_chance_words_and_table_and_follows_by_one_click(
    taught: County, client: Client
) -> None:
    set_duty(Topic.objects.get(code="buses"), area=None, body=taught.county, by=OPERATOR)
    message = advice_for(taught, BUSES.format(3)).message
    client.force_login(taught.handler)
    page = client.get(reverse("respond:take", args=[message.pk]), headers={"accept-language": "en"}).content.decode()
    assert f'<strong lang="zh-Hans">{Advice.objects.get(message=message).words[0]}</strong>' in page
    assert str(taught.department.name_en) in page
    assert f"“buses” answers {taught.county.name_en}" in page
    answer = client.post(reverse("respond:take", args=[message.pk]), {"title": "公交太少", "follow": "1"})
    assert answer.status_code == 302
    case = Case.objects.get(messages=message)
    assert case.body == taught.department
    assert case.turns.order_by("-pk")[0].reason
    again = client.post(reverse("respond:take", args=[message.pk]), {"title": "公交太少", "follow": "1"})
    assert again.status_code == 409


def test_the_page_asks_why_another_topic(taught: County, client: Client) -> None:
    message = advice_for(taught, BUSES.format(3)).message
    client.force_login(taught.handler)
    sent = {"title": "公交", "topic": "lights", "why": ""}
    assert client.post(reverse("respond:take", args=[message.pk]), sent).status_code == 422
    assert client.post(reverse("respond:take", args=[message.pk]), sent | {"why": "站台的灯"}).status_code == 302
    assert Case.objects.get(messages=message).topic.code == "lights"


def test_a_case_that_was_taken_first_can_still_be_handed_over_as_advised(taught: County, client: Client) -> None:
    advice = advice_for(taught, BUSES.format(3))
    case = open_case(advice.message, title="公交", by=taught.handler, topic=advice.topic)
    client.force_login(taught.handler)
    page = client.get(reverse("respond:desk_case", args=[case.pk]), headers={"accept-language": "en"}).content.decode()
    assert f"Hand it over to {taught.department.name_en}, as advised" in page


def test_an_outsider_finds_no_advice(taught: County, client: Client) -> None:
    message = advice_for(taught, BUSES.format(3)).message
    client.force_login(an_outsider())
    assert client.get(reverse("respond:take", args=[message.pk])).status_code == 404


# In the queue


def queue_of(user: Any, show: str = "new") -> str:
    client = Client()
    client.force_login(user)
    return client.get(f"/desk/?show={show}", headers={"accept-language": "en"}).content.decode()


def test_the_queue_says_what_is_advised_and_one_click_follows_it_and_leads_back(taught: County, client: Client) -> None:
    buses, lights = advice_for(taught, BUSES.format(3)), advice_for(taught, LIGHTS.format(3))
    page = queue_of(taught.handler)
    assert f"buses {buses.topic_percent}%, {taught.department.name_en} {buses.body_percent}%" in page
    assert f"Take {buses.message_id}, hand it to {taught.department.name_en}" in page
    assert f"Take {lights.message_id} as advised" in page
    client.force_login(taught.handler)
    address = f"/desk/messages/{buses.message_id}/take/"
    answer = client.post(address, {"follow": "1", "then": "show=new&page=1&next=//elsewhere"})
    assert answer["Location"] == "/desk/?show=new&page=1&next=%2F%2Felsewhere"
    case = Case.objects.get(messages=buses.message)
    assert (case.body, case.topic.code) == (taught.department, "buses")
    assert case.title
    client.post(f"/desk/messages/{lights.message_id}/take/", {"follow": "1", "then": ""})
    assert Case.objects.get(messages=lights.message).body == taught.township


def test_what_is_not_sure_is_told_without_a_click_and_an_inspector_has_none(taught: County) -> None:
    unsure = advice_for(taught, "Xyzzy plugh")
    Advice.objects.filter(pk=unsure.pk).update(topic=Topic.objects.get(code="buses"), topic_chance=0.4)
    sure = advice_for(taught, BUSES.format(3))
    page = queue_of(taught.handler)
    assert "buses 40%" in page
    assert f"Take {unsure.message_id}" not in page
    assert f"Take {sure.message_id}" in page
    assert f"Take {sure.message_id}" not in queue_of(an_inspector(taught.county))


def test_one_click_hands_nothing_down_without_means(taught: County, client: Client) -> None:
    """What came to the county is advised to its department: only where the table says that it answers nobody has to say more."""
    leader, text = a_leader(taught.county), BUSES.format(3)
    message = a_receipt(taught.call, text).message
    advise(by=SYSTEM)
    assert f"Take {message.pk}," not in queue_of(leader)
    client.force_login(leader)
    address = f"/desk/messages/{message.pk}/take/"
    page = client.get(address, headers={"accept-language": "en"}).content.decode()
    assert "What goes with it" in page
    assert client.post(address, {"follow": "1"}).status_code == 422
    assert client.post(address, {"follow": "1", "means": "money"}).status_code == 422
    assert not Case.objects.filter(messages=message).exists()
    set_duty(Topic.objects.get(code="buses"), area=None, body=taught.department, by=OPERATOR)
    assert f"Take {message.pk}, hand it to {taught.department.name_en}" in queue_of(leader)
    assert client.post(address, {"follow": "1"}).status_code == 302
    turn = Case.objects.get(messages=message).turns.get(ended_at=None)
    assert (turn.body, turn.means) == (taught.department, "own")
    assert "table of duties" in turn.means_words or "职责" in turn.means_words
    other = a_receipt(taught.call, text).message
    advise(by=SYSTEM)
    set_duty(Topic.objects.get(code="buses"), area=None, body=None, by=OPERATOR)
    with pytest.raises(MeansMissing):
        take_as_advised(other, title="公交", reason="以往如此", by=leader)
    sent = {"follow": "1", "means": "staff", "means_words": "借调两名司机"}
    assert client.post(f"/desk/messages/{other.pk}/take/", sent).status_code == 302
    assert Case.objects.get(messages=other).turns.get(ended_at=None).means == "staff"


def test_the_queue_asks_no_more_often_for_more_advice(taught: County, client: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/desk/?show=new").status_code == 200
        return len(queries)

    client.force_login(a_leader(taught.county))
    set_duty(Topic.objects.get(code="buses"), area=None, body=taught.department, by=OPERATOR)
    counts = []
    for _ in range(3):
        a_receipt(taught.call, BUSES.format(3))
        a_receipt(taught.call, BUSES.format(3), area=taught.township)
        advise(by=SYSTEM)
        counts.append(asked())
    assert counts[0] == counts[-1] <= 20
