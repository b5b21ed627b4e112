"""Looking for hot matters: what is looked at, what comes of it, and what two workers or a dead one leave. Bad input first."""

import json
import signal
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from tests.builders import a_body, a_call, a_county, a_handler, a_message, an_analyst, an_inspector
from tests.killed import program

from massline.beat import LEASE
from massline.bodies.actions import close_body
from massline.concentrate.actions import look_for_hot_matters
from massline.concentrate.exchange import moment, stream
from massline.concentrate.management.commands.look_for_hot_matters import Command
from massline.concentrate.models import HotMatter, Look
from massline.concentrate.queries import bodies_to_look_at, look_of, newest_messages
from massline.concentrate.rules import HOT_FOR, LOOK_EVERY, LOOKED_BACK, MOST_ATTEMPTS
from massline.concentrate.tests.hot import OTHERS, WISHES, Lifts, a_hot_matter
from massline.engine.rising import Matter
from massline.gather.models import Message
from massline.ledger.models import Entry
from massline.people.models import User
from massline.rights import OPERATOR, SYSTEM

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> Lifts:
    return Lifts()


def found_by_hand(here: Lifts, monkeypatch: pytest.MonkeyPatch) -> list[Matter]:
    """A list that the engine gives from here on, whatever it is given: to be filled by the test."""
    given: list[Matter] = []
    monkeypatch.setattr("massline.engine.rising.rising", lambda *_, **__: given)
    return given


def a_matter(rows: tuple[int, ...], until: datetime, heat: float = 3.0) -> Matter:
    seconds = int((timezone.make_naive(until) - datetime(1970, 1, 1)).total_seconds())  # noqa: DTZ001 - the engine's clock
    return Matter("", "", heat, len(rows), 1, seconds, rows, rows[0], seconds, seconds)


# What cannot be looked at


def test_a_body_without_messages_has_an_empty_list_and_leaves_no_entry() -> None:
    county = a_county()
    assert look_for_hot_matters(county.pk, by=SYSTEM) == 0
    look = look_of(county)
    assert look is not None
    assert look.messages == 0
    assert not Entry.objects.filter(kind="hot_matters.found").exists()


def test_what_is_not_published_or_hidden_or_old_or_of_tomorrow_is_not_looked_at(here: Lifts) -> None:
    now = timezone.now()
    unpublished, hidden, old, tomorrow = here.lift[:4]
    Message.objects.filter(pk=unpublished.pk).update(published_at=None)
    Message.objects.filter(pk=hidden.pk).update(ground="insult")
    Message.objects.filter(pk=old.pk).update(said_at=now - LOOKED_BACK - timedelta(days=1))
    Message.objects.filter(pk=tomorrow.pk).update(said_at=now + timedelta(days=1))
    seen = newest_messages(here.county, now - LOOKED_BACK, now, 100)
    assert sorted(seen) == [message.pk for message in [*here.lift[4:], *here.others]]


def test_a_body_sees_what_came_under_it_and_nothing_beside_it(here: Lifts) -> None:
    now, under = timezone.now(), a_body(under=here.county)
    beside = a_message(a_call(), "金水苑电梯困人，说给别的县听")
    below = a_message(here.call, "金水苑电梯困人，说给镇里听", area=under)
    county, township = (newest_messages(body, now - LOOKED_BACK, timezone.now(), 100) for body in (here.county, under))
    assert below.pk in county
    assert beside.pk not in county
    assert township == [below.pk]


def test_of_too_many_the_newest_are_looked_at(here: Lifts) -> None:
    now = timezone.now()
    assert newest_messages(here.county, now - LOOKED_BACK, now, 2) == [message.pk for message in here.others[:-3:-1]]


def test_what_came_in_a_file_that_says_no_time_has_none(here: Lifts) -> None:
    silent, told = here.lift[:2]
    Message.objects.filter(pk__in=[silent.pk, told.pk]).update(channel="file")
    Message.objects.filter(pk=told.pk).update(said_at=timezone.now())
    table = stream([silent.pk, told.pk, here.lift[2].pk])
    assert table.column("id").to_pylist() == [str(message.pk) for message in here.lift[:3]]
    assert [time is None for time in table.column("time").to_pylist()] == [True, False, False]


def test_a_file_without_times_makes_nothing_hot_on_the_day_it_is_brought_in(here: Lifts) -> None:
    Message.objects.update(channel="file", said_at=None)
    assert here.look() == 0


# What is found


def test_many_people_of_one_matter_are_listed_with_their_place(here: Lifts) -> None:
    assert here.look() == 1
    [matter] = here.listed()
    assert set(matter.messages.all()) == set(here.lift)
    assert (matter.place, matter.voices, matter.days, matter.size, matter.rank) == ("金水苑", 7, 1, 7, 1)
    assert matter.middle in here.lift
    assert matter.label.startswith("金水苑电梯困人")
    received = [message.received_at.replace(microsecond=0) for message in here.lift]
    assert (matter.first, matter.last) == (min(received), max(received))
    assert Entry.objects.get(kind="hot_matters.found").facts == {
        "body": here.county.code, "messages": 13, "matters": 1,
    }  # fmt: skip


def test_one_person_alone_makes_nothing_hot(here: Lifts) -> None:
    Message.objects.update(sender="00000000000000aa")
    assert here.look() == 0


def test_what_a_matter_is_called_goes_when_its_words_are_hidden(here: Lifts) -> None:
    matter = a_hot_matter(here.county, here.lift)
    Message.objects.filter(pk=here.lift[0].pk).update(shown_title="", shown_text="", ground="erased")
    assert HotMatter.objects.get(pk=matter.pk).label == ""


def test_a_matter_whose_hottest_days_are_long_over_is_told_no_more(here: Lifts, monkeypatch) -> None:
    now, given = timezone.now(), found_by_hand(here, monkeypatch)
    given += [a_matter((0, 1, 2), now - HOT_FOR - timedelta(days=1), 9.0), a_matter((3, 4, 5), now - timedelta(days=1))]
    assert here.look() == 1
    [matter] = here.listed()
    keys = newest_messages(here.county, now - LOOKED_BACK, now, 100)
    assert sorted(message.pk for message in matter.messages.all()) == sorted(keys[3:6])


def test_the_clock_of_the_house_comes_back_from_the_engine_as_it_went_in(here: Lifts) -> None:
    message = here.lift[0]
    [time] = stream([message.pk]).column("time").cast("int64").to_pylist()
    assert moment(time) == message.received_at.replace(microsecond=0)


# The next look


def test_a_new_list_takes_the_place_of_the_earlier_one(here: Lifts) -> None:
    earlier = a_hot_matter(here.county, here.others)
    here.look()
    assert [matter.rank for matter in here.listed()] == [1]
    assert not HotMatter.objects.filter(pk=earlier.pk).exists()


def test_what_a_later_step_has_made_something_of_stays_and_is_listed_no_more(here: Lifts) -> None:
    earlier = a_hot_matter(here.county, here.others)
    HotMatter.objects.filter(pk=earlier.pk).update(stays=True)
    here.look()
    earlier.refresh_from_db()
    assert not earlier.listed
    assert earlier not in here.listed()
    assert set(earlier.messages.all()) == set(here.others)


def test_another_bodys_list_is_left_alone(here: Lifts) -> None:
    township = a_body(under=here.county)
    theirs = a_hot_matter(township, here.others)
    here.look()
    assert list(HotMatter.objects.listed(township)) == [theirs]


def test_of_a_body_that_was_abolished_nothing_is_listed_and_nobody_looks(here: Lifts) -> None:
    township = a_body(under=here.county)
    a_handler(township)
    a_hot_matter(township, here.others)
    close_body(township, into=here.county, by=OPERATOR)
    Look.objects.all().delete()
    assert not HotMatter.objects.listed(township).exists()
    assert township.pk not in bodies_to_look_at(timezone.now())


# Whose turn it is


def test_only_bodies_with_somebody_at_a_desk_are_looked_at() -> None:
    desk, watched, idle, gone = a_county(), a_body(), a_body(), a_body()
    a_handler(desk)
    an_inspector(watched)
    an_analyst(idle)
    User.objects.filter(pk=a_handler(gone).pk).update(is_active=False)
    assert bodies_to_look_at(timezone.now()) == [desk.pk, watched.pk]


def test_a_body_is_looked_at_once_a_day(here: Lifts) -> None:
    assert here.waiting()
    here.look()
    assert not here.waiting()
    assert here.county.pk in bodies_to_look_at(timezone.now() + LOOK_EVERY + timedelta(minutes=1))


def test_who_has_waited_longest_comes_first(here: Lifts) -> None:
    now, tried, newest = timezone.now(), [a_handler(a_body()).body for _ in range(2)], a_handler(a_body()).body
    for days, body in enumerate(tried, 2):
        assert body
        Look.objects.create(body=body, tried_at=now - days * LOOK_EVERY)
    found = bodies_to_look_at(now)
    assert newest
    assert found == [here.county.pk, newest.pk, *(body.pk for body in reversed(tried) if body)]
    assert bodies_to_look_at(now, 1) == [here.county.pk]


def test_while_one_worker_looks_another_does_not_begin(here: Lifts, monkeypatch) -> None:
    second: list[int | None] = []
    monkeypatch.setattr("massline.engine.rising.rising", lambda *_, **__: second.append(here.look()) or [])
    assert here.look() == 0
    assert second == [None]


def test_who_gave_no_sign_of_life_for_too_long_writes_nothing(here: Lifts, monkeypatch) -> None:
    """Another worker takes the body over while the first one is away, and finds more than that one."""
    inner: list[int | None] = []

    def away(*_: object, **__: object) -> list[Matter]:
        if inner:
            return [a_matter((0, 1, 2), timezone.now())]
        inner.append(None)
        Look.objects.update(beat_at=timezone.now() - LEASE - timedelta(seconds=1))
        inner[0] = here.look()
        return []

    monkeypatch.setattr("massline.engine.rising.rising", away)
    assert here.look() is None
    assert inner == [1]
    assert len(here.listed()) == 1
    assert Entry.objects.filter(kind="hot_matters.found").count() == 1


def test_a_bug_keeps_the_earlier_list_and_is_met_again_tomorrow(here: Lifts, monkeypatch) -> None:
    earlier = a_hot_matter(here.county, here.others)
    Look.objects.all().delete()

    def fails(*_: object, **__: object) -> list[Matter]:
        raise ValueError("a bug in the engine")

    monkeypatch.setattr("massline.engine.rising.rising", fails)
    with pytest.raises(ValueError, match="a bug"):
        here.look()
    assert here.listed() == [earlier]
    assert not here.waiting()


def test_a_worker_that_is_told_to_stop_leaves_the_body_to_the_next_at_once(here: Lifts, monkeypatch) -> None:
    def is_stopped(*_: object, **__: object) -> list[Matter]:
        raise KeyboardInterrupt

    monkeypatch.setattr("massline.engine.rising.rising", is_stopped)
    with pytest.raises(KeyboardInterrupt):
        here.look()
    assert here.waiting()


def test_a_body_over_which_workers_die_is_left_until_tomorrow(here: Lifts) -> None:
    now = timezone.now()
    look = Look.objects.create(body=here.county, tried_at=now, beat_at=now - LEASE * 2, attempts=MOST_ATTEMPTS - 1)
    assert here.waiting()
    Look.objects.filter(pk=look.pk).update(attempts=MOST_ATTEMPTS)
    assert not here.waiting()
    assert here.county.pk in bodies_to_look_at(now + LOOK_EVERY + timedelta(minutes=1))


FOUND = """
import django; django.setup()
from datetime import timedelta
from types import SimpleNamespace
from massline.concentrate import actions

facts = {"heat": 7.0, "voices": 7, "days": 1, "until": 0, "first": 0, "last": 0, "place": ""}
actions.hot._found = lambda keys, now: [SimpleNamespace(**facts, rows=range(7), middle=0)]
"""
BEGIN = """
from massline.concentrate.tests.hot import Lifts, a_hot_matter
from tests.killed import die_at, make_tables

make_tables()
here = Lifts()
a_hot_matter(here.county, here.others)
die_at(1, actions.hot, "_row")  # the earlier list is gone by then, inside the transaction
here.look()
"""
GO_ON = """
import json
from django.utils import timezone
from massline.beat import LEASE
from massline.concentrate.actions import look_for_hot_matters
from massline.concentrate.models import HotMatter, Look
from massline.concentrate.queries import bodies_to_look_at
from massline.ledger.models import Entry
from massline.rights import SYSTEM

look = Look.objects.get()
said = {"left": list(HotMatter.objects.values_list("size", flat=True))}
said["at_once"] = look_for_hot_matters(look.body_id, by=SYSTEM)
Look.objects.update(beat_at=timezone.now() - LEASE - timedelta(seconds=1))  # the lease has ended
said["waits"] = bodies_to_look_at(timezone.now()) == [look.body_id]
said["after"] = look_for_hot_matters(look.body_id, by=SYSTEM)
said["then"] = list(HotMatter.objects.values_list("size", flat=True))
said["entries"] = Entry.objects.filter(kind="hot_matters.found").count()
print(json.dumps(said))
"""


@pytest.mark.own_database
def test_a_worker_killed_while_it_writes_leaves_the_earlier_list_and_the_next_makes_it_anew(tmp_path) -> None:
    killed = program(FOUND + BEGIN, tmp_path)
    assert killed.returncode == -signal.SIGKILL, killed.stdout + killed.stderr
    done = program(FOUND + GO_ON, tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "left": [len(OTHERS)], "at_once": None, "waits": True, "after": 1, "then": [len(WISHES)], "entries": 1,
    }  # fmt: skip


# The command


def test_the_command_looks_at_one_body_however_fresh_its_list_is(here: Lifts, capsys) -> None:
    for _ in range(2):
        call_command("look_for_hot_matters", "--body", here.county.code)
        assert "1 hot matters" in capsys.readouterr().out


def test_the_command_without_a_body_looks_where_it_is_time(here: Lifts, capsys) -> None:
    call_command("look_for_hot_matters")
    assert here.county.code in capsys.readouterr().out
    call_command("look_for_hot_matters")
    assert "Nothing to do" in capsys.readouterr().out


def test_the_command_refuses_a_body_that_is_not_there_or_was_abolished(here: Lifts) -> None:
    with pytest.raises(CommandError, match="No body has the code 9-9-9"):
        call_command("look_for_hot_matters", "--body", "9-9-9")
    township = a_body(under=here.county)
    close_body(township, into=here.county, by=OPERATOR)
    with pytest.raises(CommandError, match=f"abolished.*{here.county.code}"):
        call_command("look_for_hot_matters", "--body", township.code)


def test_the_help_of_the_command_shows_an_example() -> None:
    told = Command().create_parser("massline", "look_for_hot_matters").format_help()
    assert "Example: look_for_hot_matters --body" in " ".join(told.split())
