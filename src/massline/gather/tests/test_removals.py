"""Hiding and erasing: on a short list of grounds, never in silence, never by one person for more than others' personal data,
never by a body that is spoken of."""

import csv
import io
import re
from pathlib import Path

import pytest
from django.test import Client
from tests.builders import (
    a_body,
    a_call,
    a_case,
    a_county,
    a_handler,
    a_leader,
    a_message,
    a_receipt,
    an_inspector,
    an_outsider,
)

from massline.gather import actions
from massline.gather.grounds import FOR_STAFF, GROUNDS
from massline.gather.models import Message, Removal
from massline.gather.queries import message_of, removals_by_month
from massline.gather.rules import Outcome, RemovalRefused, RemovalState, grouped
from massline.ledger.actions import sequence
from massline.ledger.models import Entry
from massline.ledger.queries import receipt_for
from massline.ledger.rules import digest
from massline.rights import RESIDENT, NotAllowed

pytestmark = pytest.mark.django_db
WORDS = "张三住在三号楼二单元，他家里的事我都知道"
TWO = [ground.key for ground in FOR_STAFF if not ground.alone]


@pytest.fixture
def county():
    return a_county()


@pytest.fixture
def township(county):
    return a_body(under=county)


@pytest.fixture
def message(county, township):
    """To the township, whose people must not judge it alone."""
    return a_message(a_call(county), WORDS, area=township)


def asked(message: Message, *, by, ground: str = "violence", reason: str = "里面有对人的威胁") -> Removal:
    return actions.ask_removal(message, ground=ground, reason=reason, by=by)


def hidden(message: Message, *, by, second) -> Removal:
    return actions.decide_removal(asked(message, by=by), agree=True, reason="确有威胁", by=second)


def kinds() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("kind", flat=True))


# --- who decides


@pytest.mark.parametrize("ground", TWO)
def test_until_a_second_person_has_decided_the_words_show(message, township, ground: str) -> None:
    removal = asked(message, by=a_handler(township), ground=ground)
    message.refresh_from_db()
    assert (removal.state, message.ground, message.shown_text) == (RemovalState.ASKED, "", WORDS)
    assert Message.objects.readable().filter(pk=message.pk).exists()
    assert kinds()[-1] == "removal.asked"


def test_personal_data_of_others_are_hidden_at_once(message, township) -> None:
    asked(message, by=a_handler(township), ground="others-data")
    message.refresh_from_db()
    assert (message.ground, message.shown_text, message.text) == ("others-data", "", WORDS)
    assert kinds()[-2:] == ["removal.asked", "message.hidden"]


def test_whoever_asked_is_never_the_second_person(message, county) -> None:
    leader = a_leader(county)
    removal = asked(message, by=leader)
    with pytest.raises(RemovalRefused) as refused:
        actions.decide_removal(removal, agree=True, reason="就这样", by=leader)
    assert refused.value.why == "same person"
    assert not Removal.objects.awaiting(leader).exists()


def test_a_body_that_is_spoken_of_does_not_judge_the_words(message, county, township) -> None:
    removal = asked(message, by=a_handler(township))
    colleague = a_leader(township)
    with pytest.raises(NotAllowed):
        actions.decide_removal(removal, agree=True, reason="就这样", by=colleague)
    assert not Removal.objects.awaiting(colleague).exists()
    assert Removal.objects.awaiting(a_leader(county)).get() == removal


def test_words_that_name_the_body_are_words_about_it_wherever_they_came(county) -> None:
    city = a_body("临江市")
    bureau = a_body("水利局", under=city)
    office = a_body(under=bureau)
    message = a_message(a_call(city), "水利局的人该换一换了", area=office)
    assert asked(message, by=a_handler(bureau)).decider == city


def test_words_about_somebody_below_are_judged_by_another_person_of_the_same_body(message, county) -> None:
    assert asked(message, by=a_handler(county)).decider == county


def test_at_the_very_top_another_person_decides(county) -> None:
    message = a_message(a_call(county), WORDS)
    removal = asked(message, by=a_handler(county))
    assert removal.decider == county
    actions.decide_removal(removal, agree=True, reason="确有威胁", by=a_leader(county))
    assert Message.objects.get().ground == "violence"


def test_an_outsider_neither_asks_nor_decides(message, township) -> None:
    with pytest.raises(NotAllowed):
        asked(message, by=an_outsider())
    removal = asked(message, by=a_handler(township))
    with pytest.raises(NotAllowed):
        actions.decide_removal(removal, agree=True, reason="就这样", by=an_outsider())
    assert not Removal.objects.known_to(an_outsider()).exists()


# --- bad input


@pytest.mark.parametrize(
    ("ground", "reason", "why"),
    [
        ("criticism", "骂了我们", "ground"),
        ("own-wish", "他大概想删", "ground"),
        ("", "没有理由", "ground"),
        ("violence", " \n", "reason"),
    ],
)
def test_what_is_no_ground_or_has_no_reason_is_refused_and_leaves_no_entry(
    message, township, ground: str, reason: str, why: str
) -> None:
    handler, before = a_handler(township), kinds()
    with pytest.raises(RemovalRefused, match="Nothing was changed") as refused:
        asked(message, by=handler, ground=ground, reason=reason)
    assert refused.value.why == why
    assert kinds() == before
    assert not Removal.objects.exists()


def test_two_requests_at_once_and_hiding_twice_are_refused(message, county, township) -> None:
    removal = asked(message, by=a_handler(township))
    with pytest.raises(RemovalRefused) as refused:
        asked(message, by=a_leader(township), ground="fraud")
    assert refused.value.why == "asked"
    actions.decide_removal(removal, agree=True, reason="确有威胁", by=a_leader(county))
    with pytest.raises(RemovalRefused) as refused:
        asked(message, by=a_handler(township), ground="fraud")
    assert refused.value.why == "hidden"


def test_of_two_who_decide_at_once_the_second_is_told(message, county, township) -> None:
    removal = asked(message, by=a_handler(township))
    as_seen_by_another, another = Removal.objects.get(), a_leader(county)
    actions.decide_removal(removal, agree=False, reason="是批评，不是威胁", by=a_leader(county))
    with pytest.raises(RemovalRefused) as refused:
        actions.decide_removal(as_seen_by_another, agree=True, reason="确有威胁", by=another)
    assert refused.value.why == "decided"
    assert Message.objects.get().ground == ""
    assert kinds()[-1] == "removal.declined"


# --- never in silence


def test_wherever_the_words_stood_it_says_on_which_ground_they_are_hidden(client, message, county, township) -> None:
    case = a_case(message, title="楼里的事", by=a_handler(township))
    hidden(message, by=a_handler(township), second=a_leader(county))
    pages = [
        f"/calls/{message.call.ref}/",
        f"/messages/{message.pk}/",
        f"/cases/{case.pk}/",
        "/removals/?ground=violence",
        f"/api/calls/{message.call.ref}/messages",
    ]
    client.cookies["django_language"] = "en"
    for path in pages:
        page = client.get(path, headers={"accept-language": "en"}).content.decode()
        assert WORDS not in page, path
        assert "violence" in page, path


def test_what_was_to_be_looked_at_first_does_not_vanish_before_it_was_seen(county, township) -> None:
    message = a_message(a_call(county, publish_at_once=False), WORDS, area=township)
    assert not Message.objects.public().exists()
    asked(message, by=a_handler(township), ground="others-data")
    assert Message.objects.public().get().ground == "others-data"
    assert not Message.objects.readable().exists()


def test_the_entries_name_ground_body_and_roles_and_nobody_by_name(message, county, township) -> None:
    handler, leader = a_handler(township), a_leader(county)
    hidden(message, by=handler, second=leader)
    entry = Entry.objects.get(kind="message.hidden")
    removal = Removal.objects.get()
    assert entry.facts == {
        "message": message.pk,
        "ground": "violence",
        "role": "handler",
        "body": township.code,
        "second_role": "leader",
        "second_body": county.code,
        "digest": digest(WORDS, message.salt),
        "reason": digest(removal.reason, removal.salt),
    }
    everything = " ".join(Entry.objects.values_list("data", flat=True))
    assert handler.username not in everything
    assert WORDS not in everything


def test_the_counts_by_month_and_ground_add_up_to_all_that_was_carried_out(message, county, township) -> None:
    hidden(message, by=a_handler(township), second=a_leader(county))
    other = a_message(message.call, "他的电话", area=township)
    asked(other, by=a_handler(township), ground="others-data")
    asked(a_message(message.call, "还没定", area=township), by=a_handler(township))
    lines = removals_by_month()
    assert {line.ground.key for line in lines} == {"violence", "others-data"}
    assert sum(line.removed for line in lines) == Removal.objects.public().count() == 2


# --- appeals and showing again


def test_an_appeal_goes_to_somebody_above_who_had_no_part_in_it(county) -> None:
    township = a_body(under=county)
    village = a_body(under=township)
    receipt = a_receipt(a_call(county), WORDS, area=village)
    second = a_leader(township)
    removal = hidden(receipt.message, by=a_handler(village), second=second)
    actions.appeal(removal, words="我没有威胁谁", by=RESIDENT)
    assert removal.appeal_decider == county
    with pytest.raises(NotAllowed):
        actions.decide_appeal(removal, keep=True, reason="维持", by=second)
    actions.decide_appeal(removal, keep=False, reason="是气话，不是威胁", by=a_leader(county))
    message = Message.objects.get()
    assert (removal.state, removal.outcome) == (RemovalState.UNDONE, Outcome.SHOWN)
    assert (message.ground, message.shown_text) == ("", WORDS)
    assert kinds()[-2:] == ["message.unhidden", "appeal.answered"]


def test_an_appeal_that_is_not_granted_leaves_the_words_hidden_and_cannot_be_made_again(county, township) -> None:
    receipt = a_receipt(a_call(county), WORDS, area=township)
    removal = hidden(receipt.message, by=a_handler(township), second=a_leader(county))
    actions.appeal(removal, words="", by=RESIDENT)
    with pytest.raises(RemovalRefused):
        actions.appeal(removal, words="再看看", by=RESIDENT)
    actions.decide_appeal(removal, keep=True, reason="确有威胁", by=a_leader(county))
    assert removal.outcome == Outcome.KEPT
    with pytest.raises(RemovalRefused):
        actions.appeal(removal, words="再看看", by=RESIDENT)
    assert Message.objects.get().shown_text == ""


def test_at_the_top_whoever_hid_does_not_decide_the_appeal(county) -> None:
    receipt = a_receipt(a_call(county), WORDS)
    first, second, third = a_handler(county), a_leader(county), a_leader(county)
    removal = hidden(receipt.message, by=first, second=second)
    actions.appeal(removal, words="", by=RESIDENT)
    for person in (first, second):
        with pytest.raises(RemovalRefused) as refused:
            actions.decide_appeal(removal, keep=True, reason="维持", by=person)
        assert refused.value.why == "same person"
        assert not Removal.objects.awaiting(person).exists()
    assert Removal.objects.awaiting(third).get() == removal


def test_personal_data_stay_masked_when_words_show_again(county, township) -> None:
    message = a_message(a_call(county), "打13812345678找他", area=township)
    handler = a_handler(township)
    removal = asked(message, by=handler, ground="others-data")
    actions.show_again(removal, reason="号码已经遮住了", by=handler)
    shown = Message.objects.get().shown_text
    assert shown
    assert "13812345678" not in shown


# --- erasing


def test_what_its_writer_erases_is_gone_with_its_salt_and_the_kept_receipt_still_proves_it(client, county) -> None:
    receipt = a_receipt(a_call(county), WORDS, title="三号楼")
    sequence()
    kept = receipt_for(Entry.objects.get(kind="message.received"), receipt.message.salt)
    assert client.get(f"/receipt/{grouped(receipt.code)}/erase/").status_code == 200
    client.post(f"/receipt/{grouped(receipt.code)}/erase/")
    message = message_of(receipt.code)
    assert {message.text, message.title, message.shown_text, message.shown_title, message.salt, message.sender} == {""}
    entry = Entry.objects.get(kind="message.erased")
    assert entry.facts["digest"] == digest(WORDS, kept.salt)
    assert sequence().size == Entry.objects.count()
    kept.check_proof()
    kept.check_text(WORDS)
    page = client.get(f"/receipt/{grouped(receipt.code)}/").content.decode()
    assert WORDS not in page
    assert client.get(f"/messages/{message.pk}/").status_code == 200


def test_an_erasure_the_law_demands_takes_two_and_cannot_be_undone(message, county, township) -> None:
    leader = a_leader(county)
    removal = asked(message, by=a_handler(township), ground="law", reason="当事人依法要求删除")
    assert Message.objects.get().text == WORDS
    actions.decide_removal(removal, agree=True, reason="依法", by=leader)
    assert Message.objects.get().text == ""
    with pytest.raises(RemovalRefused) as refused:
        actions.show_again(removal, reason="撤回", by=leader)
    assert refused.value.why == "erased"
    with pytest.raises(RemovalRefused):
        actions.erase_own(message, by=RESIDENT)


def test_what_was_hidden_before_it_was_erased_cannot_come_back(county, township) -> None:
    receipt = a_receipt(a_call(county), WORDS, area=township)
    handler = a_handler(township)
    removal = asked(receipt.message, by=handler, ground="others-data")
    actions.erase_own(receipt.message, by=RESIDENT)
    with pytest.raises(RemovalRefused):
        actions.show_again(removal, reason="撤回", by=handler)
    assert not Removal.objects.get(ground="others-data").may_appeal
    assert Message.objects.get().ground == "own-wish"


# --- the pages


def test_a_message_is_hidden_on_the_desk_by_two_and_shown_again_after_an_appeal(client, county, township) -> None:
    receipt = a_receipt(a_call(county), WORDS, area=township)
    handler, leader, another = a_handler(township), a_leader(county), a_leader(county)
    client.force_login(handler)
    answer = client.post(f"/desk/messages/{receipt.message.pk}/remove/", {"ground": "violence", "reason": "有威胁"})
    removal = Removal.objects.get()
    assert answer.url == f"/desk/removals/{removal.pk}/"
    page = client.get(answer.url).content.decode()
    assert WORDS in page
    assert 'name="decision"' not in page
    assert client.post(answer.url, {"decision": "remove", "reason": "有威胁"}).status_code == 409
    client.force_login(leader)
    assert f"/desk/removals/{removal.pk}/" in client.get("/desk/removals/").content.decode()
    assert client.post(answer.url, {"decision": "", "reason": ""}).status_code == 422
    assert client.post(answer.url, {"decision": "remove", "reason": "确有威胁"}).status_code == 302
    resident = Client()
    own = f"/receipt/{grouped(receipt.code)}/"
    assert f"{own}appeal/" in resident.get(own).content.decode()
    assert resident.get(f"{own}appeal/").status_code == 200
    assert resident.post(f"{own}appeal/", {"words": "我没有威胁谁"}).status_code == 302
    assert f"{own}appeal/" not in resident.get(own).content.decode()
    client.force_login(another)
    assert "我没有威胁谁" in client.get(answer.url).content.decode()
    assert client.post(answer.url, {"decision": "show", "reason": "是气话"}).status_code == 302
    assert WORDS in resident.get(f"/messages/{receipt.message.pk}/").content.decode()
    public = resident.get("/removals/").content.decode()
    assert "是气话" in public
    assert "我没有威胁谁" not in public
    assert another.username not in public


def test_a_decision_that_came_too_late_is_told_and_its_words_are_kept(client, message, county, township) -> None:
    removal = hidden(message, by=a_handler(township), second=a_leader(county))
    client.force_login(a_leader(county))
    actions.show_again(removal, reason="改正", by=a_leader(county))
    answer = client.post(f"/desk/removals/{removal.pk}/", {"decision": "show", "reason": "我的理由"})
    assert answer.status_code == 409


def test_the_desk_pages_do_not_exist_for_those_who_have_no_part_in_it(client, message, township) -> None:
    removal = asked(message, by=a_handler(township))
    for person in (an_outsider(), an_inspector()):
        client.force_login(person)
        assert client.get(f"/desk/removals/{removal.pk}/").status_code == 404
        assert client.get(f"/desk/messages/{message.pk}/remove/").status_code == 404
        assert f"/desk/removals/{removal.pk}/" not in client.get("/desk/removals/").content.decode()


def test_an_inspector_of_the_whole_sees_the_procedure_and_decides_nothing(client, message, county, township) -> None:
    removal = hidden(message, by=a_handler(township), second=a_leader(county))
    client.force_login(an_inspector(county))
    page = client.get(f"/desk/removals/{removal.pk}/").content.decode()
    assert WORDS not in page
    assert client.post(f"/desk/removals/{removal.pk}/", {"reason": "看看"}).status_code == 409


@pytest.mark.parametrize(
    "query", ["?month=2026-13", "?month=\x00", "?ground=criticism", "?page=zwei", "?month=" + "9" * 40]
)
def test_an_address_that_cannot_be_read_shows_the_whole_list(client, message, county, township, query: str) -> None:
    hidden(message, by=a_handler(township), second=a_leader(county))
    answer = client.get(f"/removals/{query}")
    assert answer.status_code == 200
    assert f"/messages/{message.pk}/" in answer.content.decode()


def test_the_table_and_the_feed_hold_every_removal_and_no_formula(client, message, county, township) -> None:
    removal = asked(message, by=a_handler(township), reason='=HYPERLINK("http://bad.example")\x0b')
    actions.decide_removal(removal, agree=True, reason="确有威胁", by=a_leader(county))
    table = client.get("/removals/removals.csv").content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(table))
    assert row["message"] == str(message.pk)
    assert row["reason"].startswith("'=HYPERLINK")
    feed = client.get("/removals/removals.atom")
    assert feed["Content-Type"].startswith("application/atom+xml")
    assert f"/messages/{message.pk}/" in feed.content.decode()


def test_the_page_of_removals_asks_the_database_little_however_many_there_are(
    client, county, township, django_assert_max_num_queries
) -> None:
    call, handler = a_call(county), a_handler(township)
    for number in range(8):
        asked(a_message(call, f"他的事{number}", area=township), by=handler, ground="others-data")
    with django_assert_max_num_queries(6):
        assert client.get("/removals/").status_code == 200


def test_the_list_of_grounds_is_the_one_that_the_rules_page_shows(client) -> None:
    rules = Path(__file__).parents[4] / "docs/rules/hiding.md"
    listed = re.findall(r"^\| `([\w-]+)` \|", rules.read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == list(GROUNDS)
    page = client.get("/removals/grounds/", headers={"accept-language": "en"}).content.decode()
    for ground in GROUNDS.values():
        assert str(ground.name) in page or str(ground.meaning) in page
