"""From many messages to one case: joining, leaving, counting writers, telling everybody. Bad input first."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.builders import (
    a_call,
    a_county,
    a_handler,
    a_leader,
    an_analyst,
    an_inspector,
    an_outsider,
)

from massline.bodies.models import Body, CalendarYear
from massline.bodies.rules import CalendarUnknown
from massline.concentrate.models import Theme
from massline.concentrate.tests.runs import a_written_run
from massline.gather.models import Message
from massline.people.models import User
from massline.respond.actions import join, leave, open_case, open_case_of_theme, publish_reply
from massline.respond.models import Case, CaseMessage, Regrouping
from massline.respond.queries import acts, alike, crowd, due_story, messages_in_theme
from massline.respond.rules import LeaveRefused, MessageTaken, NothingToJoin, StaleCase, WrongState
from massline.respond.tests.county import County
from massline.rights import RESIDENT, NotAllowed

pytestmark = pytest.mark.django_db


class Crowded:
    """A county whose call has themes, and its leader."""

    def __init__(self) -> None:
        self.county: Body = a_county()
        self.run = a_written_run(a_call(self.county))
        self.leader: User = a_leader(self.county)
        self.theme = Theme.objects.get(run=self.run, label="路灯")

    def case(self) -> Case:
        return open_case_of_theme(self.theme, title="路灯", body=self.county, by=self.leader)


@pytest.fixture
def here() -> Crowded:
    return Crowded()


def writers(messages: list[Message]) -> int:
    """Counted one by one, the long way."""
    return len({message.sender or f"nobody {message.pk}" for message in messages})


def agree(case: Case) -> None:
    """One act more than the version; the story counts up to the due day; nobody is lost or counted twice."""
    case.refresh_from_db()
    told = acts(case)
    assert len(told) == case.version + 1
    story, _ = due_story(case, told, timezone.localdate())
    assert story.spans is not None
    inside = list(Message.objects.filter(cases=case))
    counted = crowd(Message.objects.filter(cases=case))
    assert (counted.messages, counted.writers) == (len(inside), writers(inside))


def test_a_theme_becomes_one_case_with_all_its_messages_copies_too(here: Crowded) -> None:
    case = here.case()
    inside = list(Message.objects.filter(cases=case).order_by("pk"))
    assert inside == list(messages_in_theme(here.theme).order_by("pk"))
    assert len(inside) == 13  # 7 and 5 of the finer themes, and a copy
    assert crowd(Message.objects.filter(cases=case)).writers < len(inside)
    agree(case)


def test_what_is_in_a_case_or_elsewhere_or_not_public_stays_where_it_is(here: Crowded) -> None:
    first, second, third, *rest = messages_in_theme(here.theme).order_by("pk")
    own = open_case(first, title="先办的一盏", by=here.leader)
    Message.objects.filter(pk=second.pk).update(body=a_handler().body)
    Message.objects.filter(pk=third.pk).update(published_at=None)
    case = here.case()
    assert set(Message.objects.filter(cases=case)) == set(rest)
    assert list(own.messages.all()) == [first]


def test_a_theme_taken_twice_has_nothing_left(here: Crowded) -> None:
    here.case()
    with pytest.raises(NothingToJoin):
        here.case()
    assert Case.objects.count() == 1


def test_a_theme_taken_after_a_finer_one_brings_the_rest(here: Crowded) -> None:
    finer = Theme.objects.get(run=here.run, label="坏了")
    small = open_case_of_theme(finer, title="坏灯", body=here.county, by=here.leader)
    large = here.case()
    assert small.messages.count() + large.messages.count() == 13


def test_a_theme_is_not_taken_into_a_year_that_nobody_announced(here: Crowded) -> None:
    CalendarYear.objects.all().delete()
    Message.objects.update(received_at=timezone.now().replace(year=2090, month=12, day=28))
    with pytest.raises(CalendarUnknown):
        here.case()
    assert not Case.objects.exists()


def test_nobody_takes_a_theme_for_a_body_that_is_not_hers(here: Crowded) -> None:
    for stranger in [None, RESIDENT, an_outsider(), an_inspector(here.county), an_analyst(here.county)]:
        with pytest.raises(NotAllowed):
            open_case_of_theme(here.theme, title="路灯", body=here.county, by=stranger)  # type: ignore[arg-type]
    outsider = an_outsider()
    assert outsider.body
    with pytest.raises(NothingToJoin):
        open_case_of_theme(here.theme, title="路灯", body=outsider.body, by=outsider)


def test_messages_join_and_leave_and_the_sums_hold(here: Crowded) -> None:
    finer = Theme.objects.get(run=here.run, label="坏了")
    case = open_case_of_theme(finer, title="坏灯", body=here.county, by=here.leader)
    due, others = case.reply_due, alike(open_case_of_dark(here), here.leader)
    assert others == []
    buses = list(messages_in_theme(Theme.objects.get(run=here.run, label="公交")))
    assert join(case, [message.pk for message in buses], by=here.leader, version=case.version) == len(buses)
    agree(case)
    for message in buses:
        leave(case, message, reason="说的是公交车", by=here.leader, version=case.version)
        agree(case)
    assert case.reply_due == due
    assert not CaseMessage.objects.filter(message__in=buses).exists()


def open_case_of_dark(here: Crowded) -> Case:
    dark = Theme.objects.get(run=here.run, label="太黑")
    return open_case_of_theme(dark, title="太黑", body=here.county, by=here.leader)


def test_when_the_first_message_leaves_the_due_day_still_tells_how_it_came_about(here: Crowded) -> None:
    case = here.case()
    first = case.messages.order_by("received_at", "pk").first()
    assert first
    leave(case, first, reason="另一件事", by=here.leader, version=case.version)
    agree(case)


def test_the_last_message_does_not_leave(here: Crowded) -> None:
    case = open_case(messages_in_theme(here.theme)[0], title="一盏灯", by=here.leader)
    with pytest.raises(LeaveRefused):
        leave(case, case.messages.get(), reason="不对", by=here.leader, version=case.version)
    agree(case)
    assert case.messages.count() == 1


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_nothing_leaves_without_a_reason(here: Crowded, reason: str) -> None:
    case = here.case()
    with pytest.raises(LeaveRefused):
        leave(case, case.messages.all()[0], reason=reason, by=here.leader, version=case.version)


def test_what_is_not_in_the_case_cannot_leave_it_nor_what_is_in_one_join(here: Crowded) -> None:
    case, bus = here.case(), messages_in_theme(Theme.objects.get(run=here.run, label="公交"))[0]
    with pytest.raises(LeaveRefused):
        leave(case, bus, reason="说的是公交", by=here.leader, version=case.version)
    open_case(bus, title="公交", by=here.leader)
    case.refresh_from_db()
    with pytest.raises(NothingToJoin):
        join(case, [bus.pk], by=here.leader, version=case.version)
    with pytest.raises(NothingToJoin):
        join(case, [10**9], by=here.leader, version=case.version)
    agree(case)


def test_a_message_that_joined_cannot_be_taken_as_another_case(here: Crowded) -> None:
    case = here.case()
    with pytest.raises(MessageTaken):
        open_case(case.messages.all()[0], title="又一件", by=here.leader)


def test_an_answered_case_is_joined_and_left_by_nobody(here: Crowded) -> None:
    case, bus = here.case(), messages_in_theme(Theme.objects.get(run=here.run, label="公交"))[0]
    publish_reply(case, text="换好了", by=here.leader, version=case.version)
    with pytest.raises(WrongState):
        join(case, [bus.pk], by=here.leader, version=case.version)
    with pytest.raises(WrongState):
        leave(case, case.messages.all()[0], reason="不对", by=here.leader, version=case.version)


def test_of_two_who_let_messages_join_at_once_the_second_is_told(here: Crowded) -> None:
    case, same = here.case(), Case.objects.get()
    one, other = messages_in_theme(Theme.objects.get(run=here.run, label="公交"))[:2]
    join(case, [one.pk], by=here.leader, version=case.version)
    with pytest.raises(StaleCase):
        join(same, [other.pk], by=here.leader, version=same.version)
    agree(case)


# --- pages


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def test_the_page_of_a_theme_leads_who_answers_to_one_case(here: Crowded) -> None:
    address = reverse("respond:take_theme", args=[here.theme.pk])
    client = signed_in(here.leader)
    assert address in client.get(here.theme.get_absolute_url()).content.decode()
    assert address not in Client().get(here.theme.get_absolute_url()).content.decode()
    assert client.get(address).status_code == 200
    assert client.post(address, {"title": ""}).status_code == 422
    assert client.post(address, {"title": "路灯"}).status_code == 302
    assert client.post(address, {"title": "路灯"}).status_code == 409
    assert Case.objects.get().messages.count() == 13
    for stranger in (an_inspector(here.county), an_analyst(here.county)):
        assert signed_in(stranger).get(address).status_code == 404


def test_the_desk_lets_messages_join_and_leave(here: Crowded) -> None:
    finer = Theme.objects.get(run=here.run, label="坏了")
    case = open_case_of_theme(finer, title="坏灯", body=here.county, by=here.leader)
    extra = messages_in_theme(Theme.objects.get(run=here.run, label="太黑"))[0]
    client = signed_in(here.leader)

    def send(name: str, **data: Any) -> int:
        case.refresh_from_db()
        address = reverse(f"respond:{name}", args=[case.pk])
        return client.post(address, {"version": case.version, **data}).status_code

    assert send("join") == 422
    assert send("join", messages=["x"]) == 422
    assert send("join", messages=[extra.pk]) == 302
    assert send("leave", message=extra.pk, reason="") == 422
    assert send("leave", message=10**12, reason="不在") == 422
    assert send("leave", message=extra.pk, reason="说的是别的") == 302
    agree(case)


def test_who_wrote_a_message_that_left_reads_why() -> None:
    here = County()
    receipt, other = here.receipt(), here.receipt()
    case = open_case(other.message, title="路灯", by=here.handler)
    join(case, [receipt.message.pk], by=here.handler, version=case.version)
    address = reverse("supervise:receipt_page", args=[receipt.code])
    client = Client(headers={"accept-language": "en"})
    joined = client.get(address, follow=True).content.decode()
    assert case.get_absolute_url() in joined
    leave(case, receipt.message, reason="您说的是另一条巷子", by=here.handler, version=case.version)
    assert "您说的是另一条巷子" in client.get(address, follow=True).content.decode()
    assert Regrouping.objects.filter(joined=False).count() == 1


def test_a_page_of_a_large_case_shows_a_part_and_counts_all(here: Crowded) -> None:
    case = here.case()
    shown = Client(headers={"accept-language": "en"}).get(case.get_absolute_url()).content.decode()
    inside = list(case.messages.all())
    assert f"{len(inside)} messages" in shown
    assert f"from {writers(inside)} people" in shown
