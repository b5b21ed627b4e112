"""Hot matters at a desk, and the one case that each can become. Bad input first."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.builders import (
    a_body,
    a_call,
    a_county,
    a_handler,
    a_leader,
    a_message,
    an_analyst,
    an_inspector,
    an_outsider,
)

from massline.bodies.models import CalendarYear
from massline.bodies.rules import CalendarUnknown
from massline.concentrate.actions import look_for_hot_matters
from massline.concentrate.models import HotMatter, Look
from massline.concentrate.tests.hot import a_hot_matter
from massline.gather.models import Message
from massline.ledger.models import Entry
from massline.people.models import User
from massline.respond import actions
from massline.respond.actions import abolish_body, leave, open_case, open_case_of_hot_matter
from massline.respond.models import Case
from massline.respond.queries import alike, hot_lines
from massline.respond.rules import NothingToJoin
from massline.respond.views.hot import AT_A_TIME
from massline.rights import OPERATOR, RESIDENT, SYSTEM, NotAllowed

pytestmark = pytest.mark.django_db
LIFT = "金水苑三号楼的电梯困人，第{}次说了"


class Heated:
    """A county with a township; five people of the township and one of the county spoke of one lift."""

    def __init__(self) -> None:
        self.county = a_county()
        self.township = a_body(under=self.county)
        self.leader, self.handler = a_leader(self.county), a_handler(self.township)
        call = a_call(self.county)
        self.own = [a_message(call, LIFT.format(number), area=self.township) for number in range(5)]
        self.above = a_message(call, LIFT.format("六"))
        self.matter = a_hot_matter(self.county, [*self.own, self.above])

    def case(self, by: User | None = None) -> Case:
        by = by or self.leader
        assert by.body
        return open_case_of_hot_matter(self.matter, title="电梯困人", body=by.body, by=by)


@pytest.fixture
def here() -> Heated:
    return Heated()


def page(client: Client, user: User, matter: HotMatter | None = None, **sent: Any) -> Any:
    """The list of this user, or one matter; as sent, where something is."""
    client.force_login(user)
    url = matter.get_absolute_url() if matter else reverse("respond:hot_matters")
    return client.post(url, sent, follow=True) if sent else client.get(url)


# What cannot be taken


def test_a_matter_taken_twice_has_nothing_left(here: Heated) -> None:
    here.case()
    with pytest.raises(NothingToJoin):
        here.case()
    assert Case.objects.count() == 1


def test_of_two_who_take_it_at_the_same_moment_the_second_opens_no_case(here: Heated, monkeypatch) -> None:
    """The other one's case is there when this one's messages are put into it: the table has room for one."""
    real = actions.opening._put_all_into

    def later(case: Case, messages: Any) -> int:
        monkeypatch.setattr(actions.opening, "_put_all_into", real)
        keys = list(messages.values_list("pk", flat=True))
        here.case()
        return real(case, Message.objects.filter(pk__in=keys))

    monkeypatch.setattr(actions.opening, "_put_all_into", later)
    with pytest.raises(NothingToJoin):
        here.case()


def test_a_matter_that_was_looked_for_anew_meanwhile_is_not_taken(here: Heated) -> None:
    HotMatter.objects.filter(pk=here.matter.pk).delete()
    with pytest.raises(NothingToJoin, match="anew"):
        here.case()
    assert not Case.objects.exists()


def test_a_matter_is_not_taken_into_a_year_that_nobody_announced(here: Heated) -> None:
    CalendarYear.objects.all().delete()
    Message.objects.update(received_at=timezone.now().replace(year=2090, month=12, day=28))
    with pytest.raises(CalendarUnknown):
        here.case()
    here.matter.refresh_from_db()
    assert not here.matter.stays


def test_nobody_takes_a_matter_for_a_body_that_is_not_hers(here: Heated) -> None:
    strangers: list[Any] = [None, RESIDENT, SYSTEM, an_outsider(), an_inspector(here.county), an_analyst(here.county)]
    for stranger in strangers:
        with pytest.raises(NotAllowed):
            open_case_of_hot_matter(here.matter, title="电梯", body=here.county, by=stranger)
    with pytest.raises(NotAllowed):
        open_case_of_hot_matter(here.matter, title="电梯", body=here.county, by=here.handler)
    outsider = an_outsider()
    assert outsider.body
    with pytest.raises(NothingToJoin):
        open_case_of_hot_matter(here.matter, title="电梯", body=outsider.body, by=outsider)


def test_after_a_body_was_abolished_its_messages_are_taken_by_the_successor(here: Heated) -> None:
    theirs = a_hot_matter(here.township, here.own)
    abolish_body(here.township, into=here.county, reason="撤镇", by=OPERATOR)
    here.handler.refresh_from_db()
    with pytest.raises(NothingToJoin):
        open_case_of_hot_matter(theirs, title="电梯", body=here.township, by=here.handler)
    assert here.case().messages.count() == 6


# What becomes of it


def test_a_matter_becomes_one_case_from_the_day_of_the_earliest_message(here: Heated) -> None:
    Message.objects.filter(pk=here.own[3].pk).update(received_at=timezone.now() - timedelta(days=3))
    case = here.case()
    assert set(case.messages.all()) == {*here.own, here.above}
    assert (case.hot_matter, case.theme, case.body) == (here.matter, None, here.county)
    assert case.counted_from == timezone.localdate() - timedelta(days=3)
    assert not Message.objects.filter(waits=True).exists()
    facts = Entry.objects.get(kind="case.opened").facts
    assert (facts["hot_matter"], facts["messages"]) == (here.matter.pk, 6)


def test_what_is_in_a_case_or_elsewhere_or_not_public_stays_where_it_is(here: Heated) -> None:
    first, second, third, *rest = here.own
    own = open_case(first, title="先办的", by=here.handler)
    Message.objects.filter(pk=second.pk).update(body=a_handler().body)
    Message.objects.filter(pk=third.pk).update(published_at=None)
    assert set(here.case().messages.all()) == {*rest, here.above}
    assert list(own.messages.all()) == [first]


def test_a_case_keeps_its_matter_when_the_list_is_made_anew(here: Heated) -> None:
    case = here.case()
    look_for_hot_matters(here.county.pk, by=SYSTEM)
    case.refresh_from_db()
    assert case.hot_matter == here.matter
    here.matter.refresh_from_db()
    assert not here.matter.listed


def test_tomorrows_matter_says_which_case_has_it_and_the_case_finds_who_wrote_since(here: Heated) -> None:
    case = here.case()
    late = a_message(here.own[0].call, LIFT.format("七"))
    Look.objects.all().delete()
    HotMatter.objects.update(listed=False)
    today = a_hot_matter(here.county, [*here.own, here.above, late])
    small = open_case(late, title="后来的", by=here.leader)
    [line] = hot_lines([today], here.leader)
    assert (line.free, line.case, line.in_case, line.other_cases) == (0, case, 6, 1)
    another = a_message(here.own[0].call, LIFT.format("八"))
    today.messages.add(another)
    leave(case, here.above, reason="别的楼", by=here.leader, version=0)
    assert small.pk != case.pk
    assert alike(case, here.leader) == [here.above, another]


def test_lines_of_several_matters_are_told_apart(here: Heated) -> None:
    other = a_hot_matter(here.township, here.own[:2])
    case = open_case(here.own[0], title="一部", by=here.handler)
    lines = hot_lines([other, here.matter], here.handler)
    assert [(line.matter, line.free, line.case, line.in_case) for line in lines] == [
        (other, 1, case, 1), (here.matter, 4, case, 1),
    ]  # fmt: skip
    assert [line.case for line in hot_lines([here.matter], an_outsider())] == [None]


# Pages


def test_the_list_shows_own_matters_to_those_at_the_desk_and_to_nobody_else(here: Heated, client: Client) -> None:
    for reader in (here.leader, an_inspector(here.county)):
        assert here.matter.get_absolute_url() in page(client, reader).text
    assert here.matter.get_absolute_url() not in page(client, here.handler).text
    for stranger in (an_analyst(here.county), a_handler_of_nothing()):
        assert page(client, stranger).status_code == 404
    client.logout()
    assert client.get(reverse("respond:hot_matters")).status_code == 302


def a_handler_of_nothing() -> User:
    user = a_handler()
    User.objects.filter(pk=user.pk).update(body=None)
    return User.objects.get(pk=user.pk)


def test_a_matter_of_another_body_does_not_exist(here: Heated, client: Client) -> None:
    for stranger in (an_outsider(), here.handler, an_analyst(here.county)):
        shown = page(client, stranger, here.matter)
        assert shown.status_code == 404
        assert here.matter.label not in shown.text
        assert page(client, stranger, here.matter, title="电梯").status_code == 404
    assert not Case.objects.exists()


def test_who_comes_from_an_old_list_is_led_to_the_new_one(here: Heated, client: Client) -> None:
    HotMatter.objects.filter(pk=here.matter.pk).delete()
    for sent in ({}, {"title": "电梯困人"}):
        shown = page(client, here.leader, here.matter, **sent)
        assert shown.status_code == 404
        assert reverse("respond:hot_matters") in shown.text
    assert not Case.objects.exists()


def test_an_empty_list_says_whether_anybody_looked_and_where(client: Client) -> None:
    leader = a_leader(a_county())
    told = set()
    for looked_at, messages in ((None, 0), (timezone.now(), 0), (timezone.now(), 7)):
        Look.objects.all().delete()
        Look.objects.create(body=leader.body, looked_at=looked_at, messages=messages)
        response = page(client, leader)
        assert "face-empty" in response.text
        assert (response.context["look"] is None) == (looked_at is None)
        told.add(response.text.split("face-empty__title")[1].split("</div>")[0])
    assert len(told) == 3


def test_a_handler_takes_a_matter_and_its_case_says_where_it_came_from(here: Heated, client: Client) -> None:
    shown = page(client, here.leader, here.matter)
    title = shown.context["form"].initial["title"]
    assert title
    words = " ".join(shown.text.split()).replace("： ", "：")
    assert f"<title>热点：{title}" in words  # no markup in the name of a window
    response = page(client, here.leader, here.matter, title=title)
    case = Case.objects.get()
    assert response.redirect_chain[-1][0] == reverse("respond:desk_case", args=[case.pk])
    assert here.matter.get_absolute_url() in response.text
    public = client.get(case.get_absolute_url()).text
    assert "热点" in public
    assert here.matter.get_absolute_url() not in public


def test_a_matter_without_free_messages_offers_no_form_and_refuses_one(here: Heated, client: Client) -> None:
    here.case()
    assert 'name="title"' not in page(client, here.leader, here.matter).text
    response = page(client, here.leader, here.matter, title="电梯")
    assert response.status_code == 409
    assert 'role="status"' in response.text
    assert Case.objects.count() == 1


def test_a_case_without_a_title_is_not_opened(here: Heated, client: Client) -> None:
    assert page(client, here.leader, here.matter, title=" ").status_code == 422
    assert not Case.objects.exists()


def test_an_inspector_reads_and_takes_nothing(here: Heated, client: Client) -> None:
    inspector = an_inspector(here.county)
    assert 'name="title"' not in page(client, inspector, here.matter).text
    assert page(client, inspector, here.matter, title="电梯").status_code == 404


def test_hidden_words_do_not_show_and_unpublished_ones_only_to_their_desk(here: Heated, client: Client) -> None:
    hidden, unpublished = here.own[:2]
    Message.objects.filter(pk=hidden.pk).update(shown_text="", ground="insult")
    Message.objects.filter(pk=unpublished.pk).update(published_at=None, body=a_handler().body)
    text = page(client, here.leader, here.matter).text
    assert hidden.text not in text
    assert unpublished.text not in text
    assert here.own[2].text in text


def test_many_matters_and_messages_come_page_by_page_in_few_queries(
    here: Heated, client: Client, django_assert_max_num_queries: Any
) -> None:
    facts = {"heat": 3.0, "voices": 3, "days": 2, "size": 1, "middle": here.above, "found_at": timezone.now()}
    times = dict.fromkeys(("until", "first", "last"), timezone.now())
    for rank in range(2, AT_A_TIME + 3):
        HotMatter.objects.create(body=here.county, rank=rank, **facts, **times).messages.set([here.above])
    here.case()
    client.force_login(here.leader)
    with django_assert_max_num_queries(12):
        first = client.get(reverse("respond:hot_matters"))
    ranks = [line.matter.rank for line in first.context["page"]]
    with django_assert_max_num_queries(12):
        second = client.get(f"{reverse('respond:hot_matters')}?page={first.context['page'].next}")
    ranks += [line.matter.rank for line in second.context["page"]]
    assert ranks == list(range(1, AT_A_TIME + 3))
    with django_assert_max_num_queries(15):
        assert client.get(here.matter.get_absolute_url()).status_code == 200
