"""The page of acts of earlier runs: who finds it, what its forms do, and what it costs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.builders import a_handler, a_leader, an_analyst, an_inspector, an_outsider

from massline.concentrate import actions
from massline.concentrate.models import Act, Run
from massline.concentrate.tests.runs import a_newer_run, a_written_run, found_in
from massline.concentrate.tests.test_carrying import BUSES, DARK, LAMPS, WATER, merge, rename, some, the
from massline.ledger.views import KINDS
from massline.people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(db) -> Run:
    return a_written_run()


@pytest.fixture
def analyst(client, run) -> User:
    """Signed in."""
    user = an_analyst(run.call.body)
    client.force_login(user)
    return user


def page_of(run: Run) -> str:
    return reverse("concentrate:earlier", args=[run.call.ref])


def test_only_who_may_change_the_themes_finds_the_page_or_its_verbs(client, run) -> None:
    body, found = run.call.body, found_in(run)
    act = rename(run, BUSES, "等车", an_analyst(body))
    a_newer_run(run, found)
    posts = [reverse(f"concentrate:{verb}", args=[run.call.ref, act.pk]) for verb in ("carry", "set_act_aside")]
    posts.append(reverse("concentrate:carry_all", args=[run.call.ref]))
    assert client.get(page_of(run)).status_code == 302
    for other in (a_handler(body), an_inspector(body), an_outsider(), a_leader(), an_analyst()):
        client.force_login(other)
        assert client.get(page_of(run)).status_code == 404
        assert [client.post(path).status_code for path in posts] == [404] * 3
    assert list(Act.objects.to_carry(Run.objects.current(run.call))) == [act]


def test_the_room_says_what_is_left_and_the_page_does_it_again(client, analyst, run) -> None:
    found, act = found_in(run), rename(run, BUSES, "等车", analyst)
    newer = a_newer_run(run, found)
    room = reverse("concentrate:room", args=[run.call.ref])
    assert "is not in this one" in client.get(room, headers={"accept-language": "en"}).content.decode()
    carry = reverse("concentrate:carry", args=[run.call.ref, act.pk])
    assert carry in client.get(page_of(run)).content.decode()
    assert client.post(carry, {"version": "0"}).url == page_of(run)
    assert the(newer, BUSES).label == "等车"
    assert "is not in this one" not in client.get(room, headers={"accept-language": "en"}).content.decode()
    history = client.get(reverse("concentrate:acts", args=[run.call.ref]), headers={"accept-language": "en"})
    assert "as in an earlier run" in history.content.decode()


@pytest.mark.parametrize("version", ["", "x", "-1", "7", "9" * 30])
def test_a_form_about_another_version_of_the_theme_does_nothing(client, analyst, run, version) -> None:
    found, act = found_in(run), rename(run, BUSES, "等车", analyst)
    newer = a_newer_run(run, found)
    path = reverse("concentrate:carry", args=[run.call.ref, act.pk])
    page = client.post(path, {"version": version}, follow=True, headers={"accept-language": "en"}).content.decode()
    assert "Somebody changed the theme" in page
    assert the(newer, BUSES).label != "等车"


def test_an_act_that_cannot_be_done_again_says_why_and_has_no_form_to_do_it(client, analyst, run) -> None:
    found, act = found_in(run), rename(run, BUSES, "甲", analyst)
    a_newer_run(run, found)
    page = client.get(page_of(run), headers={"accept-language": "en"}).content.decode()
    assert "has this name by now" in page
    assert reverse("concentrate:carry", args=[run.call.ref, act.pk]) not in page
    assert reverse("concentrate:set_act_aside", args=[run.call.ref, act.pk]) in page


def test_what_is_set_aside_is_listed_below_and_can_be_proposed_again(client, analyst, run) -> None:
    found, act = found_in(run), rename(run, BUSES, "等车", analyst)
    newer = a_newer_run(run, found)
    path = reverse("concentrate:set_act_aside", args=[run.call.ref, act.pk])
    client.post(path)
    assert page_of(run) in client.get(reverse("concentrate:room", args=[run.call.ref])).content.decode()
    assert 'id="aside"' in client.get(page_of(run)).content.decode()
    client.post(path, {"again": "1"})
    assert list(Act.objects.to_carry(newer)) == [act]
    assert 'id="aside"' not in client.get(page_of(run)).content.decode()


def test_all_are_done_again_by_one_form_and_the_page_says_how_many(client, analyst, run) -> None:
    found = found_in(run)
    rename(run, BUSES, "等车", analyst)
    merge(run, WATER, BUSES, analyst)
    a_newer_run(run, found)
    path = reverse("concentrate:carry_all", args=[run.call.ref])
    assert "2 acts" in client.post(path, follow=True, headers={"accept-language": "en"}).content.decode()


def test_the_page_asks_the_database_at_most_fifteen_times_however_many_acts_it_lists(client, analyst, run) -> None:
    found = found_in(run)
    for number, name in enumerate("天地玄黄"):
        rename(run, BUSES, name, analyst)
        theme = the(run, DARK)
        if number < 3:
            actions.split_theme(theme, messages=some(theme, 1), name=f"巷{name}", by=analyst, version=theme.version)
    lamps = the(run, LAMPS)
    actions.move_messages(lamps, messages=some(lamps, 1), to=the(run, WATER), by=analyst, version=lamps.version)
    a_newer_run(run, found)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert client.get(page_of(run)).status_code == 200
    assert len(asked) <= 15, [one["sql"] for one in asked.captured_queries]


def test_the_log_has_words_for_each_step() -> None:
    assert {"theme.carried", "theme.set_aside", "theme.proposed"} <= set(KINDS)
