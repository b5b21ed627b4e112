"""Whoever wishes it is told of each step, once, and nobody learns her address."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from tests.builders import a_receipt

from massline.beat import LEASE
from massline.gather.actions import Receipt
from massline.gather.rules import grouped
from massline.respond import letters
from massline.respond.actions import (
    confirm,
    escalate_overdue,
    follow,
    forget_unconfirmed,
    merge,
    open_case,
    publish_reply,
    send_notices,
    stop_following,
    telling,
)
from massline.respond.models import Case, Following, Notice
from massline.respond.sealing import mark, seal, unseal
from massline.respond.slips import slip
from massline.respond.tests.county import County, overdue
from massline.rights import RESIDENT, SYSTEM, NotAllowed

pytestmark = pytest.mark.django_db
ADDRESS = "Wang.Fang@example.com"


@pytest.fixture
def here(settings: Any) -> County:
    settings.MAIL = {"EMAIL_HOST": "localhost"}
    return County()


def followed(here: County) -> tuple[Receipt, Following]:
    receipt = a_receipt(here.call, "灯不亮", area=here.township)
    follow(receipt.message, address=ADDRESS, by=RESIDENT)
    wish = Following.objects.latest("pk")
    confirm(wish, by=RESIDENT)
    send_notices(by=SYSTEM)
    mail.outbox.clear()
    return receipt, wish


def kinds() -> list[str]:
    return list(Notice.objects.exclude(case=None).order_by("pk").values_list("kind", flat=True))


@pytest.mark.parametrize(
    "typed", ["", "nobody", "a@b", "x@example.com\nBcc: y@example.com", "x" * 300 + "@example.com"]
)
def test_what_is_no_address_is_asked_for_again_and_nothing_is_kept(here: County, client: Client, typed: str) -> None:
    receipt = a_receipt(here.call, area=here.township)
    answer = client.post(f"/receipt/{grouped(receipt.code)}/follow/", {"address": typed})
    assert answer.status_code == 422
    assert not Following.objects.exists()


@pytest.mark.parametrize("token", ["1", "1:made-up", "x:y:z", "0" * 500])
def test_a_link_that_somebody_made_up_tells_and_changes_nothing(here: County, client: Client, token: str) -> None:
    _, wish = followed(here)
    for answer in (client.get(f"/told/{token}/"), client.post(f"/told/{token}/", {"say": "no"})):
        assert answer.status_code == 200
        assert ADDRESS not in answer.content.decode()
    assert Following.objects.filter(pk=wish.pk).exists()


def test_where_no_letters_can_be_sent_nobody_is_asked_for_an_address(
    here: County, client: Client, settings: Any
) -> None:
    settings.MAIL = {}
    receipt = a_receipt(here.call, area=here.township)
    page = f"/receipt/{grouped(receipt.code)}/"
    assert "/follow/" not in client.get(page).content.decode()
    assert client.get(f"{page}follow/").status_code == 404


def test_the_database_holds_no_address_and_cannot_tell_that_two_are_the_same(here: County) -> None:
    assert seal(ADDRESS) != seal(ADDRESS)
    assert unseal(seal(ADDRESS)) == ADDRESS
    assert mark(ADDRESS, "message 1") == mark(f" {ADDRESS.lower()}", "message 1") != mark(ADDRESS, "message 2")
    followed(here)
    followed(here)
    rows = [str(row) for row in Following.objects.values()]
    assert not [row for row in rows if "example" in row.lower()]


def test_a_lost_key_lets_a_letter_go_out_to_nobody(here: County, settings: Any) -> None:
    receipt, _ = followed(here)
    settings.SECRET_KEY = "another one, of more than thirty-two characters"
    open_case(receipt.message, title="路灯", by=here.handler)
    send_notices(by=SYSTEM)
    assert mail.outbox == []


def test_only_who_may_follows_and_only_the_system_sends(here: County) -> None:
    _, wish = followed(here)
    message = here.message()
    for stranger in (one for one in here.strangers() if one is not RESIDENT):
        for act in (
            lambda by: follow(message, address=ADDRESS, by=by),
            lambda by: confirm(wish, by=by),
            lambda by: stop_following(wish, by=by),
        ):
            with pytest.raises(NotAllowed):
                act(stranger)
    for stranger in (one for one in here.strangers() if one is not SYSTEM):
        for act in (lambda by: send_notices(by=by), lambda by: forget_unconfirmed(by=by)):
            with pytest.raises(NotAllowed):
                act(stranger)


def test_the_way_from_the_receipt_to_the_last_letter(here: County, client: Client) -> None:
    receipt = a_receipt(here.call, "灯不亮", area=here.township)
    page = f"/receipt/{grouped(receipt.code)}/"
    english = {"accept-language": "en"}
    assert f'href="{page}follow/"' in client.get(page).content.decode()
    assert client.post(f"{page}follow/", {"address": ADDRESS}, headers=english).status_code == 200
    client.post(f"{page}follow/", {"address": ADDRESS.lower()}, headers=english)
    case = open_case(receipt.message, title="路灯", by=here.handler)  # told to nobody: the address has not said yes
    assert send_notices(by=SYSTEM) == 1
    (question,) = mail.outbox
    assert (question.to, receipt.code in question.body) == ([ADDRESS], False)
    link = re.search(r"/told/\S+/", question.body)
    assert link
    client.get(link[0])
    assert Following.objects.confirmed().count() == 0  # a scanner of mail that opens links has said nothing
    client.post(link[0], {"say": "yes"})
    publish_reply(case, text="修好了", by=here.handler, version=case.version)
    assert (send_notices(by=SYSTEM), send_notices(by=SYSTEM)) == (1, 0)
    assert case.get_absolute_url() in mail.outbox[-1].body
    assert "answered" in mail.outbox[-1].body
    assert "The last letter went out" in client.get(page, headers=english).content.decode()
    client.post(link[0], {"say": "no"})
    assert not Following.objects.exists()
    assert not Notice.objects.exists()


def test_each_step_is_told_and_a_merged_case_goes_on_being_told(here: County, client: Client) -> None:
    receipt, _ = followed(here)
    case, other = open_case(receipt.message, title="路灯", by=here.handler), overdue(here.case())
    follow(other, address="li@example.com", by=RESIDENT)
    confirm(Following.objects.latest("pk"), by=RESIDENT)
    escalate_overdue(today=timezone.localdate(), by=SYSTEM)
    assert kinds() == ["taken", "escalated"]
    other.refresh_from_db()
    merge(case, into=other, reason="同一盏灯", by=here.handler, version=case.version)
    other.refresh_from_db()
    publish_reply(other, text="修好了", by=here.handler, version=other.version)
    assert kinds() == ["taken", "escalated", "shaped", "shaped", "replied", "replied"]


def test_of_two_workers_each_letter_is_sent_by_one_and_a_dead_ones_by_another(
    here: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt, _ = followed(here)
    open_case(receipt.message, title="路灯", by=here.handler)
    held = telling._take_some()
    assert len(held) == 1
    assert send_notices(by=SYSTEM) == 0  # another one has it in hand
    Notice.objects.update(not_before=timezone.now() - timedelta(seconds=1))  # ... and has died
    assert send_notices(by=SYSTEM) == 1
    held[0].not_before = timezone.now()  # it was slow, and finds that it is too late
    with telling.get_connection() as connection, slip(held[0].token) as paper:
        assert telling._send(held[0], connection, paper) is False
    assert len(mail.outbox) == 1


def test_a_mail_server_that_refuses_is_asked_again_later_and_not_for_ever(
    here: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt, _ = followed(here)
    open_case(receipt.message, title="路灯", by=here.handler)

    def refuse(*_: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(letters.EmailMessage, "send", refuse)
    assert send_notices(by=SYSTEM) == 0
    notice = Notice.objects.exclude(case=None).get()
    assert notice.sent_at is None
    assert notice.not_before > timezone.now() + LEASE
    Notice.objects.update(not_before=timezone.now() - timedelta(days=1), tries=12)
    assert send_notices(by=SYSTEM) == 0
    assert not Notice.objects.waiting(timezone.now()).exists()


def test_a_letter_that_goes_out_twice_bears_one_number(here: County) -> None:
    receipt, _ = followed(here)
    open_case(receipt.message, title="路灯\n坏了", by=here.handler)
    notice = Notice.objects.exclude(case=None).get()
    one, two = letters.letter(notice), letters.letter(notice)
    assert one is not None
    assert two is not None
    assert one.extra_headers["Message-ID"] == two.extra_headers["Message-ID"]
    assert "\n" not in one.subject


def test_a_wish_that_nobody_confirms_is_forgotten_with_its_address(here: County) -> None:
    _, kept = followed(here)
    follow(here.message(), address="li@example.com", by=RESIDENT)
    assert forget_unconfirmed(by=SYSTEM) == 0
    Following.objects.update(asked_at=timezone.now() - timedelta(days=8))
    assert forget_unconfirmed(by=SYSTEM) == 1
    assert list(Following.objects.all()) == [kept]


def test_the_feed_of_a_receipt_tells_each_step_and_no_name(here: County, client: Client) -> None:
    receipt = a_receipt(here.call, "灯不亮，我叫王芳", area=here.township)
    path = f"/receipt/{grouped(receipt.code)}/steps.atom"
    assert client.get(path).content.count(b"<entry>") == 0
    case = open_case(receipt.message, title="路灯", by=here.handler)
    publish_reply(Case.objects.get(pk=case.pk), text="修好了\x0b", by=here.handler, version=0)
    feed = client.get(path)
    assert feed.content.count(b"<entry>") == 2
    assert b"\x0b" not in feed.content
    assert here.handler.public_name not in feed.content.decode()
    assert "noindex" in feed.headers["X-Robots-Tag"]
