"""What a handler keeps for herself on the desk, and one act upon several rows: each row by its own rules."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.builders import a_call, a_handler, a_leader, a_receipt, an_inspector, an_outsider

from massline.gather.models import Message
from massline.ledger.models import Entry
from massline.respond.actions import ask_again, keep_view, set_aside, take_back_set_aside
from massline.respond.models import Case, SavedView, SetAside
from massline.respond.queries import messages_to_take
from massline.respond.rules import MOST_VIEWS, CannotTakeBack, NameTaken, TooMany
from massline.respond.tests.county import County
from massline.rights import RESIDENT, NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> County:
    return County()


@pytest.fixture
def at_desk(here: County, client):
    client.force_login(here.handler)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def address(name: str, *keys: int) -> str:
    return reverse(f"respond:{name}", args=keys)


def kinds() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("kind", flat=True))


# --- saved views


def test_a_view_is_kept_shown_renamed_and_deleted(here: County, at_desk) -> None:
    here.case()
    kept = at_desk.post(
        address("keep_view"), {"name": "我的路灯", "show": "open", "words": "路灯 坏", "body": here.township.code}
    )
    assert kept.url == SavedView.objects.get().get_absolute_url()
    shown = at_desk.get(kept.url).content.decode()
    assert 'aria-current="page" lang="zh-Hans">我的路灯</a>' in shown
    assert address("rename_view", SavedView.objects.get().pk) in shown
    at_desk.post(address("rename_view", SavedView.objects.get().pk), {"name": "灯"})
    assert SavedView.objects.get().name == "灯"
    at_desk.post(address("drop_view", SavedView.objects.get().pk))
    assert not SavedView.objects.exists()


def test_nobody_sees_renames_or_deletes_anothers_view(here: County, at_desk) -> None:
    mine = keep_view(SavedView(name="mine", show="open"), by=here.handler)
    other = a_handler(here.township)
    at_desk.force_login(other)
    assert "mine" not in at_desk.get(address("queue")).content.decode()
    for verb in ("rename_view", "drop_view"):
        assert at_desk.post(address(verb, mine.pk), {"name": "yours"}).status_code == 404
    assert SavedView.objects.get().name == "mine"


@pytest.mark.parametrize("name", ["", "   ", "很" * 41])
def test_a_view_without_a_name_that_fits_is_not_kept(at_desk, name: str) -> None:
    answer = at_desk.post(address("keep_view"), {"name": name, "show": "open"}, follow=True)
    assert "at most 40 characters" in answer.content.decode()
    assert not SavedView.objects.exists()


def test_two_views_of_one_name_and_more_than_fit_are_refused(here: County, at_desk) -> None:
    for number in range(MOST_VIEWS - 1):
        keep_view(SavedView(name=f"view {number}"), by=here.handler)
    with pytest.raises(NameTaken):
        keep_view(SavedView(name="view 1"), by=here.handler)
    assert "already" in at_desk.post(address("keep_view"), {"name": "view 1"}, follow=True).content.decode()
    last = keep_view(SavedView(name="last"), by=here.handler)
    answer = at_desk.post(address("rename_view", last.pk), {"name": "view 1"}, follow=True)
    assert "already" in answer.content.decode()
    with pytest.raises(TooMany):
        keep_view(SavedView(name="one more"), by=here.handler)
    assert "Delete one first" in at_desk.post(address("keep_view"), {"name": "more"}, follow=True).content.decode()


def test_only_who_answers_keeps_views(here: County, client) -> None:
    for stranger in here.strangers()[1:]:
        with pytest.raises(NotAllowed):
            keep_view(SavedView(name="view"), by=None if stranger is None else an_inspector())
    client.force_login(an_inspector(here.county))
    assert client.post(address("keep_view"), {"name": "view"}).status_code == 404


# --- several rows at once


def test_several_messages_are_published_each_with_its_own_entry(here: County, at_desk) -> None:
    call = a_call(here.county, publish_at_once=False)
    waiting = [a_receipt(call, f"第{n}盏路灯坏了", area=here.township).message for n in range(3)]
    at_desk.post(address("messages_together"), {"act": "publish", "messages": [one.pk for one in waiting[:2]]})
    assert list(Message.objects.public()) == waiting[:2]
    assert kinds()[-2:] == ["message.published"] * 2
    told = at_desk.get(address("done_together")).content.decode()
    assert "2 messages are published" in told
    assert "cannot be undone" in told
    assert address("undo_together") not in told


def test_all_on_the_page_means_what_the_page_showed(here: County, at_desk) -> None:
    shown, come_since = [here.message(), here.message()], here.message()
    asked = {"act": "set aside", "reason": "谢谢", "all": "on", "shown": [one.pk for one in shown]}
    at_desk.post(address("messages_together"), asked)
    assert set(messages_to_take(here.handler)) == {come_since}


def test_what_cannot_be_set_aside_is_told_and_the_others_are_and_it_can_be_undone(here: County, at_desk) -> None:
    free, taken = here.message(), here.message()
    here_case = Case.objects.filter(messages=taken)
    at_desk.post(address("take", taken.pk), {"title": "一件事"})
    asked = {"act": "set aside", "reason": "谢谢", "messages": [free.pk, taken.pk, 10**15]}
    told = at_desk.post(address("messages_together"), asked, follow=True).content.decode()
    assert "1 message needs no case" in told
    assert "It is in a case already." in told
    assert "1 that you ticked is not on your desk" in told
    assert here_case.count() == SetAside.objects.count() == 1
    undone = at_desk.post(address("undo_together"), follow=True).content.decode()
    assert "1 message is back in the queue" in undone
    assert free in messages_to_take(here.handler)
    assert kinds()[-2:] == ["message.set_aside", "message.set_aside_taken_back"]


def test_several_messages_become_one_case_and_all_but_the_first_can_leave_again(here: County, at_desk) -> None:
    mine = [here.message() for _ in range(3)]
    hidden = a_receipt(a_call(here.county, publish_at_once=False), "还没公布", area=here.township).message
    asked = {"act": "take", "title": "路灯", "messages": [*(one.pk for one in mine), hidden.pk]}
    told = at_desk.post(address("messages_together"), asked, follow=True).content.decode()
    case = Case.objects.get()
    assert set(case.messages.all()) == set(mine)
    assert "not published yet" in told
    assert address("desk_case", case.pk) in told
    at_desk.post(address("undo_together"))
    assert list(case.messages.all()) == mine[:1]
    assert {mine[1], mine[2], hidden} <= set(messages_to_take(here.handler))


def test_cases_go_to_another_body_but_for_one_that_changed_meanwhile(here: County, at_desk) -> None:
    calm, changed = here.case(), here.case()
    rows = [f"{case.pk}:{case.version}" for case in (calm, changed)]
    Case.objects.filter(pk=changed.pk).update(version=changed.version + 1)
    asked = {"cases": rows, "to": here.department.code, "reason": "归它管"}
    told = at_desk.post(address("cases_together"), asked, follow=True).content.decode()
    assert "1 case is handed over" in told
    assert "It changed meanwhile" in told
    assert Case.objects.get(pk=calm.pk).body == here.department
    assert Case.objects.get(pk=changed.pk).body == here.township
    again = at_desk.post(address("cases_together"), asked, follow=True).content.decode()
    assert "0 cases are handed over" in again
    assert at_desk.post(address("undo_together")).url == address("queue")


def test_who_may_not_does_nothing_to_any_row(here: County, client) -> None:
    message, case = here.message(), here.case()
    for stranger in (an_outsider(), an_inspector(here.county), a_handler(here.department), a_leader()):
        client.force_login(stranger)
        client.post(address("messages_together"), {"act": "set aside", "reason": "不办", "messages": [message.pk]})
        asked = {"cases": [f"{case.pk}:{case.version}"], "to": here.department.code, "reason": "归它管"}
        client.post(address("cases_together"), asked)
    assert not SetAside.objects.exists()
    assert Case.objects.get().body == here.township


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"act": "publish"}, "Tick the rows"),
        ({"act": "publish", "messages": ["1; drop table"]}, "Tick the rows"),
        ({"act": "take", "messages": ["1"]}, "Write a few words"),
        ({"act": "set aside", "messages": ["1"], "reason": " "}, "Say why"),
        ({"act": "burn", "messages": ["1"]}, "Select a valid choice"),
        ({"messages": ["1"]}, "Choose what to do"),
    ],
)
def test_what_is_not_meant_clearly_comes_back_with_what_was_typed(here: County, at_desk, asked, said: str) -> None:
    here.message()
    answer = at_desk.post(f"{address('messages_together')}?show=new", {"title": "", **asked})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert SetAside.objects.count() == Case.objects.count() == 0


def test_a_row_that_was_ticked_stays_ticked_when_the_form_comes_back(here: County, at_desk) -> None:
    one, other = here.message(), here.message()
    page = at_desk.post(address("messages_together"), {"act": "take", "title": "", "messages": [other.pk]})
    boxes = re.findall(r'name="messages" value="(\d+)"[^>]*checked', page.content.decode())
    assert boxes == [str(other.pk)]
    assert str(one.pk) not in boxes


# --- a setting aside is taken back


def test_a_setting_aside_is_taken_back_within_an_hour_and_by_its_own_body_only(here: County) -> None:
    message = here.message()
    set_aside(message, reason="谢谢", by=here.handler)
    for stranger in here.strangers():
        with pytest.raises(NotAllowed):
            take_back_set_aside(message, by=stranger)
    SetAside.objects.update(at=timezone.now() - timedelta(hours=2))
    with pytest.raises(CannotTakeBack):
        take_back_set_aside(message, by=here.handler)
    SetAside.objects.update(at=timezone.now())
    take_back_set_aside(message, by=here.handler)
    assert message in messages_to_take(here.handler)
    set_aside(message, reason="再想想", by=here.handler)


def test_what_the_writer_asked_about_again_is_not_taken_back(here: County) -> None:
    message = here.message()
    set_aside(message, reason="谢谢", by=here.handler)
    ask_again(message, by=RESIDENT)
    with pytest.raises(CannotTakeBack):
        take_back_set_aside(message, by=here.handler)


def test_nothing_was_done_together_yet(at_desk) -> None:
    assert at_desk.get(address("done_together")).url == address("queue")
