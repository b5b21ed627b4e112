"""Who comes too fast is told when to come again, loses no word, and is not followed."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from tests.builders import a_call, a_case, a_handler, a_receipt

from massline.gather.models import Message
from massline.gather.rules import grouped
from massline.ledger.models import Entry
from massline.people.models import User
from massline.project import buckets, limits
from massline.project.buckets import Buckets, Limit, network_of
from massline.respond.actions import publish_reply
from massline.rights import RESIDENT
from massline.supervise.actions import Verdict, rate
from massline.supervise.models import Rating

TIGHT = Limit("tight", burst=1, seconds=20.0)
HERE, THERE = {"REMOTE_ADDR": "203.0.113.7"}, {"REMOTE_ADDR": "203.0.113.8"}


@pytest.fixture
def tight(monkeypatch) -> None:
    """One request, and the next twenty seconds later. The clock stands still until a test moves it."""
    for names in (limits.SENT, limits.SHOWN):
        for name in names:
            monkeypatch.setitem(names, name, replace(TIGHT, name=names[name].name))
    monkeypatch.setattr(limits.time, "monotonic", lambda: 1_000.0)


def say(client: Client, call, text: str, **where: str):
    """As a browser sends it: with the hidden fields of the form."""
    form = client.get(f"/calls/{call.ref}/say/", **where).context["form"]
    sent = {"text": text, "number": form["number"].value(), "face-form": type(form).__name__}
    return client.post(f"/calls/{call.ref}/say/", sent, **where)


def test_a_bucket_gives_its_burst_and_then_one_each_so_many_seconds() -> None:
    full, limit = Buckets(), Limit("x", burst=3, seconds=10.0)
    assert [full.take(b"a", limit, 0.0) for _ in range(4)] == [0.0, 0.0, 0.0, 10.0]
    assert full.take(b"a", limit, 9.0) == 1.0
    assert full.take(b"a", limit, 10.0) == 0.0
    assert full.take(b"a", limit, 10.0) == 10.0
    assert [full.take(b"a", limit, 1_000.0) for _ in range(4)] == [0.0, 0.0, 0.0, 10.0]


def test_waiting_as_long_as_was_said_is_enough_and_asking_again_costs_nothing() -> None:
    full, limit = Buckets(), Limit("x", burst=2, seconds=7.5)
    now = 0.0
    for _ in range(20):
        wait = full.take(b"a", limit, now)
        assert full.take(b"a", limit, now) >= wait
        now += full.take(b"a", limit, now)
        assert full.take(b"a", limit, now) == 0.0


def test_one_address_takes_nothing_from_another() -> None:
    full = Buckets()
    full.take(b"a", TIGHT, 0.0)
    assert full.take(b"b", TIGHT, 0.0) == 0.0


def test_an_address_is_forgotten_when_its_bucket_is_full_again() -> None:
    full, limit = Buckets(), Limit("x", burst=5, seconds=10.0)
    for _ in range(5):
        full.take(b"a", limit, 100.0)
    full.take(b"b", limit, 149.0)
    assert len(full) == 2
    full.take(b"b", limit, 100.0 + 5 * 10.0 + buckets.SWEEP)
    assert len(full) == 1


def test_more_addresses_than_there_is_room_for_limit_nobody(monkeypatch) -> None:
    monkeypatch.setattr(buckets, "MOST", 10)
    full = Buckets()
    assert all(full.take(bytes([key]), TIGHT, 0.0) == 0.0 for key in range(40))
    assert len(full) <= 10


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "network"),
    [
        ("203.0.113.7", "", 0, "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", 0, "203.0.113.7"),  # anybody can write that header
        ("10.0.0.2", "198.51.100.1", 1, "198.51.100.1"),
        ("10.0.0.2", "6.6.6.6, 198.51.100.1", 1, "198.51.100.1"),
        ("10.0.0.2", "6.6.6.6, 198.51.100.1, 10.0.0.9", 2, "198.51.100.1"),
        ("10.0.0.2", "", 1, "10.0.0.2"),
        ("127.0.0.1", "", 0, None),
        ("::1", "", 1, None),
        ("127.0.0.1", "nonsense", 1, None),
        ("", "", 0, None),
        ("2001:db8:1:2:3::4", "", 0, "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "", 0, "203.0.113.7"),
    ],
)
def test_who_came_is_what_our_own_servers_say(remote, forwarded, proxies, network) -> None:
    assert network_of(remote, forwarded, proxies) == network


@pytest.mark.django_db
def test_a_message_that_comes_too_fast_is_kept_in_its_form_and_goes_later(client, tight, monkeypatch) -> None:
    call = a_call()
    assert say(client, call, "第一句", **HERE).status_code == 302
    entries = Entry.objects.count()
    page = say(client, call, "写了很久的第二句", **HERE)
    assert (page.status_code, page["Retry-After"]) == (429, "20")
    assert (Message.objects.count(), Entry.objects.count()) == (1, entries)
    shown = page.content.decode()
    assert "写了很久的第二句</textarea>" in shown
    assert "还没有发出" in shown
    number = page.context["form"]["number"].value()
    monkeypatch.setattr(limits.time, "monotonic", lambda: 1_020.0)
    sent = client.post(f"/calls/{call.ref}/say/", {"text": "写了很久的第二句", "number": number}, **HERE)
    assert sent.status_code == 302
    assert Message.objects.count() == 2


@pytest.mark.django_db
def test_the_page_says_the_minute_from_which_on_it_goes(client, tight) -> None:
    call = a_call()
    with time_machine.travel(timezone.now(), tick=False):
        say(client, call, "第一句", **HERE)
        page = say(client, call, "第二句", **HERE)
        again = timezone.localtime() + timedelta(seconds=20)
    assert f"{again:%H:%M:%S}" in page.content.decode()


@pytest.mark.django_db
def test_others_and_this_machine_and_staff_are_not_held_up(client, tight) -> None:
    call = a_call()
    for number in range(2):
        assert say(client, call, f"本机的第{number}句", REMOTE_ADDR="127.0.0.1").status_code == 302
    assert say(client, call, "这边", **HERE).status_code == 302
    assert say(client, call, "那边", **THERE).status_code == 302
    client.force_login(a_handler())
    assert say(client, call, "值班人员", **HERE).status_code == 302


@pytest.mark.django_db
def test_behind_our_own_server_people_are_told_apart_by_its_header(client, tight, settings) -> None:
    settings.PROXIES, call = 1, a_call()
    for person in ("198.51.100.1", "198.51.100.2"):
        assert say(client, call, person, REMOTE_ADDR="10.0.0.2", HTTP_X_FORWARDED_FOR=person).status_code == 302
    spoofed = {"REMOTE_ADDR": "10.0.0.2", "HTTP_X_FORWARDED_FOR": "9.9.9.9, 198.51.100.1"}
    assert say(client, call, "again", **spoofed).status_code == 429


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["rate", "reopen"])
def test_words_about_a_reply_are_kept_too(what, client, tight) -> None:
    receipt = a_receipt()
    case = a_case(receipt.message)
    reply = publish_reply(case, text="已经修好", by=a_handler(case.body), version=case.version)
    if what == "reopen":
        rate(reply, receipt.message, Verdict(solved=False), by=RESIDENT)
    address = f"/receipt/{grouped(receipt.code)}/"
    client.post(f"{address}{what}/", {}, **THERE)
    first = client.post(f"{address}{what}/", {"solved": ""}, **HERE)
    assert first.status_code != 429
    page = client.get(address, **HERE)
    form = page.context["rating_form" if what == "rate" else "reopen_form"]
    words = dict.fromkeys(("words", "reason"), "路灯还是不亮，请再来看看")
    sent = {**{field.html_name: field.value() or "" for field in form}, **words, "face-form": type(form).__name__}
    late = client.post(f"{address}{what}/", sent, **HERE)
    assert late.status_code == 429
    assert "路灯还是不亮，请再来看看" in late.content.decode()
    assert Rating.objects.count() == (what == "reopen")
    assert not Entry.objects.filter(kind="case.reopened").exists()


@pytest.mark.django_db
def test_passwords_are_tried_slowly_and_never_shown_again(client, tight) -> None:
    User.objects.all().delete()
    tried = {"username": "wangfang", "password": "a-long-quiet-river", "face-form": "AuthenticationForm"}
    assert client.post("/sign-in/", tried, **HERE).status_code == 422
    page = client.post("/sign-in/", tried, **HERE)
    assert page.status_code == 429
    assert "a-long-quiet-river" not in page.content.decode()
    assert "登录次数太多" in page.content.decode()


@pytest.mark.django_db
def test_receipts_are_looked_up_slowly(client, tight) -> None:
    address = f"/receipt/{grouped(a_receipt().code)}/"
    assert client.get(address, **HERE).status_code == 200
    page = client.get(address, **HERE)
    assert (page.status_code, page["Cache-Control"]) == (429, "no-store")
    assert "查询次数太多" in page.content.decode()
    assert client.get(address, **THERE).status_code == 200


@pytest.mark.django_db
def test_programs_get_a_problem_and_when_to_come_again(client, tight) -> None:
    address = f"/api/calls/{a_call().ref}/messages"
    for _ in range(2):
        answer = client.post(address, {"text": "路灯坏了"}, content_type="application/json", **HERE)
    assert (answer.status_code, answer["Content-Type"]) == (429, "application/problem+json")
    assert answer["Retry-After"] == "20"
    assert answer.json()["status"] == 429
    assert client.get(address, **HERE).status_code == 200


@pytest.mark.django_db
def test_a_switch_in_the_frame_sends_nothing_and_counts_nothing(client, tight) -> None:
    call = a_call()
    for _ in range(3):
        switched = client.post(f"/calls/{call.ref}/say/", {"text": "写到一半", "face-switch": "type:large"}, **HERE)
        assert switched.status_code != 429
    assert say(client, call, "写完了", **HERE).status_code == 302


def test_nobody_can_tell_from_memory_who_came(rf) -> None:
    kept = limits.Limits(lambda _: None)
    one, other = kept._hash(TIGHT, "203.0.113.7"), kept._hash(TIGHT, "203.0.113.8")
    assert len(one) == len(other) == 32
    assert one != other
    assert b"203.0.113.7" not in one


def test_tomorrow_the_same_address_is_another_one() -> None:
    kept = limits.Limits(lambda _: None)
    today = kept._hash(TIGHT, "203.0.113.7")
    kept.buckets.take(today, TIGHT, 0.0)
    assert kept._hash(TIGHT, "203.0.113.7") == today
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert kept._hash(TIGHT, "203.0.113.7") != today
    assert not len(kept.buckets)
