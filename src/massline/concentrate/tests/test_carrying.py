"""Acts of an earlier run in a newer one: done again where the themes are the same, listed where not, never dropped."""

import pytest
from tests.builders import a_handler, a_leader, an_analyst, an_inspector, an_outsider

from massline.concentrate import actions
from massline.concentrate.carrying import plan, successors
from massline.concentrate.models import Act, Placement, Run, Theme
from massline.concentrate.queries import theme_messages
from massline.concentrate.rules import CarryRefused, Shared, StaleTheme, TakeOutRefused, is_the_same, nearest
from massline.concentrate.tests.runs import Found, a_newer_run, a_written_run, found_in
from massline.concentrate.tests.test_reading_room import counts_are_exact, fresh, standing, texts_of
from massline.ledger.models import Entry
from massline.people.models import User
from massline.rights import NotAllowed

pytestmark = pytest.mark.django_db

LAMPS, BUSES, WATER, DARK, BROKEN = range(5)


@pytest.fixture
def run(db) -> Run:
    return a_written_run()


@pytest.fixture
def found(run) -> Found:
    return found_in(run)


@pytest.fixture
def analyst(run) -> User:
    return an_analyst(run.call.body)


def the(run: Run, number: int) -> Theme:
    return Theme.objects.select_related("run__call__body").get(run=run, number=number)


def rename(run: Run, number: int, name: str, by: User) -> Act:
    theme = the(run, number)
    return actions.rename_theme(theme, name=name, by=by, version=theme.version)


def merge(run: Run, number: int, into: int, by: User) -> Act:
    theme = the(run, number)
    return actions.merge_themes(theme, into=the(run, into), by=by, version=theme.version)


def some(theme: Theme, number: int) -> list[int]:
    return sorted(texts_of(theme))[:number]


def carried(act: Act, by: User) -> Act:
    return actions.carry_act(Act.objects.select_related("run__call__body").get(pk=act.pk), by=by)


# --- what cannot be carried


@pytest.mark.parametrize(
    ("shared", "of", "whole", "same"),
    [(0, 0, 0, False), (5, 10, 10, False), (6, 10, 10, True), (6, 10, 12, False), (6, 12, 10, False), (1, 1, 1, True)],
)
def test_two_themes_are_one_matter_when_each_holds_more_than_half_of_the_other(shared, of, whole, same) -> None:
    assert is_the_same(Shared(theme=1, shared=shared, of=of, whole=whole)) is same


def test_the_nearest_theme_shares_most_of_both_sides() -> None:
    part, whole = Shared(theme=2, shared=9, of=10, whole=90), Shared(theme=1, shared=8, of=10, whole=8)
    assert nearest([part, whole]) == whole
    assert nearest([]) is None


def test_a_theme_whose_messages_lie_apart_is_not_found_and_its_act_stays_listed(run, found, analyst) -> None:
    act = rename(run, BUSES, "等车", analyst)
    apart = [
        (message, fate, (WATER, DARK, BROKEN)[at % 3] if number == BUSES else number, copy)
        for at, (message, fate, number, copy) in enumerate(found)
    ]
    newer = a_newer_run(run, apart)
    assert plan(act, newer).reason == "not found"
    with pytest.raises(CarryRefused):
        carried(act, analyst)
    assert actions.carry_acts(run.call, by=analyst) == 0
    assert list(Act.objects.to_carry(newer)) == [act]
    assert Act.objects.count() == 1


def test_a_name_that_another_theme_has_by_now_is_not_given_twice(run, found, analyst) -> None:
    act = rename(run, BUSES, "丁", analyst)
    newer = a_newer_run(run, found)
    assert plan(act, newer).reason == "taken"


def test_messages_that_are_all_a_theme_has_are_not_taken_out_of_it(run, found, analyst) -> None:
    """Two are moved to another theme; the newer run has put all the rest of theirs elsewhere."""
    moved = some(the(run, WATER), 2)
    act = actions.move_messages(the(run, WATER), messages=moved, to=the(run, BUSES), by=analyst, version=0)
    rest = [
        (message, fate, DARK if number == WATER and message not in moved else number, copy)
        for message, fate, number, copy in found
    ]
    newer = a_newer_run(run, rest)
    assert plan(act, newer).reason == "all"


def test_of_two_names_of_a_theme_the_last_is_proposed(run, found, analyst) -> None:
    first, last = rename(run, BUSES, "等车", analyst), rename(run, BUSES, "公交少", analyst)
    newer = a_newer_run(run, found)
    assert [plan(act, newer).reason for act in (first, last)] == ["renamed later", ""]


def test_an_act_that_was_taken_back_is_not_proposed(run, found, analyst) -> None:
    act = rename(run, BUSES, "等车", analyst)
    actions.undo_act(act, by=analyst)
    assert not Act.objects.to_carry(a_newer_run(run, found)).exists()


def test_acts_of_another_call_or_of_a_newer_run_are_not_proposed(run, found, analyst) -> None:
    newer = a_newer_run(run, found)
    elsewhere = a_written_run()
    rename(newer, BUSES, "等车", analyst)
    rename(elsewhere, BUSES, "等车", an_analyst(elsewhere.call.body))
    assert not Act.objects.to_carry(run).exists()
    assert not Act.objects.to_carry(newer).exists()


# --- what is carried


def test_all_acts_are_done_again_in_their_order_and_leave_what_they_left_before(run, found, analyst) -> None:
    """A name, a merge, a split out of the two, and a move into what was split off: the newer run shows what the older one did."""
    rename(run, BUSES, "等车", analyst)
    merge(run, WATER, BUSES, analyst)
    two = the(run, BUSES)
    split = actions.split_theme(two, messages=some(two, 3), name="站台", by=analyst, version=two.version)
    lamps = the(run, LAMPS)
    actions.move_messages(lamps, messages=some(lamps, 2), to=split.other, by=analyst, version=lamps.version)
    held = {theme.label: texts_of(theme) for theme in (the(run, BUSES), fresh(split.other))}
    newer = a_newer_run(run, found)
    assert actions.carry_acts(run.call, by=analyst) == 4
    assert {label: texts_of(Theme.objects.get(run=newer, label=label)) for label in held} == held
    assert counts_are_exact(newer)
    assert not Act.objects.to_carry(newer).exists()
    assert actions.carry_acts(run.call, by=analyst) == 0


def test_what_the_newer_run_found_by_itself_needs_no_act(run, found, analyst) -> None:
    """It has the two merged themes in one, the moved messages where they were moved, and what was split off as a theme."""
    moved, split = some(the(run, WATER), 1), some(the(run, LAMPS), 4)
    acts = [
        actions.move_messages(the(run, WATER), messages=moved, to=the(run, BUSES), by=analyst, version=0),
        actions.split_theme(the(run, LAMPS), messages=split, name="巷子", by=analyst, version=0),
    ]
    lies = {**dict.fromkeys(moved, BUSES), **dict.fromkeys(split, WATER)}
    left = {message for message, _fate, number, _copy in found if number == WATER} - set(moved)
    lies |= dict.fromkeys(left, BROKEN)
    newer = a_newer_run(run, [(m, fate, lies.get(m, number), copy) for m, fate, number, copy in found])
    assert [plan(act, newer).reason for act in acts] == ["already so", "already so"]


def test_only_those_moved_messages_go_that_lie_elsewhere(run, found, analyst) -> None:
    moved = some(the(run, WATER), 2)
    act = actions.move_messages(the(run, WATER), messages=moved, to=the(run, BUSES), by=analyst, version=0)
    there = [(m, fate, BUSES if m == moved[0] else number, copy) for m, fate, number, copy in found]
    newer = a_newer_run(run, there)
    assert plan(act, newer).messages == moved[1:]
    again = carried(act, analyst)
    assert again.messages == 1
    assert set(moved) <= texts_of(the(newer, BUSES))


def test_an_act_that_was_done_again_can_be_taken_back_and_is_proposed_anew(run, found, analyst) -> None:
    act = merge(run, WATER, BUSES, analyst)
    newer = a_newer_run(run, found)
    before = standing(newer)
    again = carried(act, analyst)
    assert again.carries == act
    assert standing(newer) != before
    actions.undo_act(again, by=analyst)
    assert standing(newer) == before
    assert list(Act.objects.to_carry(newer)) == [act]


def test_an_act_is_done_again_once(run, found, analyst) -> None:
    act = rename(run, BUSES, "等车", analyst)
    a_newer_run(run, found)
    carried(act, analyst)
    with pytest.raises(CarryRefused):
        carried(act, analyst)
    assert Act.objects.filter(carries=act).count() == 1


def test_who_carries_from_an_old_page_is_told(run, found, analyst) -> None:
    act = rename(run, BUSES, "等车", analyst)
    newer = a_newer_run(run, found)
    rename(newer, BUSES, "别的", analyst)
    with pytest.raises(StaleTheme):
        actions.carry_act(act, by=analyst, version=0)


def test_what_was_not_carried_is_proposed_to_every_newer_run_until_it_is_set_aside(run, found, analyst) -> None:
    done, left = rename(run, BUSES, "等车", analyst), rename(run, WATER, "水黄", analyst)
    second = a_newer_run(run, found)
    again = carried(done, analyst)
    third = a_newer_run(run, found)
    assert list(Act.objects.to_carry(third)) == [left, again]
    assert plan(again, third).reason == ""
    actions.set_act_aside(left, by=analyst)
    assert list(Act.objects.to_carry(third)) == [again]
    assert list(Act.objects.before(third)) == [left, again]
    actions.propose_act(left, by=analyst)
    assert list(Act.objects.to_carry(third)) == [left, again]
    assert second.pk < third.pk


def test_the_worker_notes_where_changed_themes_lie_and_the_page_reads_that_alone(run, found, analyst) -> None:
    acts = [rename(run, BUSES, "等车", analyst), merge(run, WATER, BUSES, analyst)]
    newer = a_newer_run(run, found)
    newer.successors = {}
    live = [plan(act, newer).theme for act in acts]
    newer.successors = successors(newer)
    assert set(newer.successors) == {str(the(run, number).pk) for number in (BUSES, WATER)}
    Placement.objects.filter(run=run).delete()
    assert [plan(act, newer).theme for act in acts] == live


# --- rights and the log


def test_analysts_and_leaders_of_the_body_carry_acts_and_nobody_else(run, found, analyst) -> None:
    act, body = rename(run, BUSES, "等车", analyst), run.call.body
    a_newer_run(run, found)
    for other in (a_handler(body), an_inspector(body), an_outsider(), a_leader(), an_analyst()):
        for verb in (actions.carry_act, actions.set_act_aside, actions.propose_act):
            with pytest.raises(NotAllowed):
                verb(act, by=other)
        with pytest.raises(NotAllowed):
            actions.carry_acts(run.call, by=other)
    assert carried(act, a_leader(body)).after == "等车"


def test_each_step_stands_in_the_log_without_the_words_of_a_name(run, found, analyst) -> None:
    done, left = rename(run, BUSES, "等车", analyst), rename(run, WATER, "水黄", analyst)
    newer = a_newer_run(run, found)
    again = carried(done, analyst)
    actions.set_act_aside(left, by=analyst)
    actions.propose_act(left, by=analyst)
    kinds = ("theme.carried", "theme.set_aside", "theme.proposed")
    entries = list(Entry.objects.filter(kind__in=kinds).order_by("pk"))
    assert [entry.kind for entry in entries] == list(kinds)
    assert entries[0].facts["carries"] == done.pk
    assert (entries[0].facts["act"], entries[0].facts["run"]) == (again.pk, newer.pk)
    assert all("等车" not in entry.data and "水黄" not in entry.data for entry in entries)


def test_a_refusal_in_the_middle_leaves_nothing_half_done(run, found, analyst) -> None:
    """The copies of the only messages of a theme do not make it one that something can be left in."""
    theme = the(run, WATER)
    act = actions.split_theme(theme, messages=some(theme, 3), name="管子", by=analyst, version=0)
    kept = [(m, fate, number, copy) for m, fate, number, copy in found if m not in set(texts_of(theme))]
    newer = a_newer_run(run, kept)
    before = standing(newer)
    with pytest.raises((CarryRefused, TakeOutRefused)):
        carried(act, analyst)
    assert standing(newer) == before
    assert theme_messages(the(newer, WATER)).count() == 3
