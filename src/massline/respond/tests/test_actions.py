"""The verbs of responding: who may, what changes, what the log says. The outsider above all."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from tests.builders import (
    a_body,
    a_call,
    a_case,
    a_county,
    a_handler,
    a_leader,
    a_message,
    an_analyst,
    an_inspector,
    an_outsider,
)

from massline.bodies.models import Body, CalendarYear
from massline.bodies.rules import CalendarUnknown
from massline.gather.models import Message
from massline.ledger.actions import sequence
from massline.ledger.models import Entry
from massline.ledger.queries import verify_log
from massline.respond import actions
from massline.respond.actions import (
    escalate_if_overdue,
    escalate_overdue,
    hand_over,
    open_case,
    publish_reply,
    reopen,
    settle,
    share,
)
from massline.respond.models import Case, CaseMessage, Reply, Turn
from massline.respond.queries import acts, reply_day
from massline.respond.rules import (
    ActKind,
    HandOverRefused,
    MessageTaken,
    ReopenedBefore,
    StaleCase,
    State,
    TurnKind,
    WrongState,
)
from massline.respond.tests.county import County, overdue
from massline.rights import OPERATOR, RESIDENT, SYSTEM, NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> County:
    return County()


def last_entry() -> Entry:
    return Entry.objects.newest_first()[0]


# --- who may


VERBS: dict[str, Callable[[County, Case, Any], object]] = {
    "open_case": lambda here, _, by: open_case(here.message(), title="x", by=by),
    "hand_over": lambda here, case, by: hand_over(
        case, to=here.department, reason="归他们管", by=by, version=case.version
    ),
    "publish_reply": lambda _, case, by: publish_reply(case, text="x", by=by, version=case.version),
}


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_from_elsewhere_changes_a_case_and_nothing_is_logged(here: County, verb: str) -> None:
    case = here.case()
    here.message()
    for actor in here.strangers():
        size = Entry.objects.exclude(kind__startswith="message").count()
        before = Case.objects.values_list("pk", "version")
        with pytest.raises(NotAllowed):
            VERBS[verb](here, case, actor)
        assert Entry.objects.exclude(kind__startswith="message").count() == size
        assert list(before) == [(case.pk, case.version)]


@pytest.mark.parametrize("verb", VERBS)
def test_the_leader_above_may_do_what_her_handlers_may(here: County, verb: str) -> None:
    assert VERBS[verb](here, here.case(), a_leader(here.county))


def test_only_a_resident_settles_or_reopens(here: County) -> None:
    case = here.answered()
    for actor in [None, SYSTEM, OPERATOR, here.handler, a_leader(here.county), an_inspector(here.county)]:
        with pytest.raises(NotAllowed):
            settle(case, by=actor)
        with pytest.raises(NotAllowed):
            reopen(case, reason="x", by=actor)
    case.refresh_from_db()
    assert case.state == State.ANSWERED


def test_only_the_system_escalates(here: County) -> None:
    case = overdue(here.case())
    for actor in [None, RESIDENT, OPERATOR, here.handler, a_leader(here.county)]:
        with pytest.raises(NotAllowed):
            escalate_if_overdue(case.pk, today=timezone.localdate(), by=actor)


# --- taking


def test_a_message_taken_is_a_case_of_the_body_that_it_came_to(here: County) -> None:
    message = here.message()
    case = open_case(message, title="路灯不亮", by=here.handler)
    assert (case.body, case.state, case.reply_due) == (here.township, State.OPEN, reply_day(message))
    assert Turn.objects.get(case=case).kind == TurnKind.TAKEN
    assert last_entry().kind == "case.opened"
    assert last_entry().facts == {
        "case": case.pk,
        "message": message.pk,
        "body": here.township.code,
        "reply_due": str(case.reply_due),
        "resolve_by": str(case.resolve_by),
        "topic": None,
    }


def test_the_promise_of_the_body_goes_before_that_of_the_house(here: County) -> None:
    quick = a_body(under=here.county, promise_days=1)
    case = a_case(a_message(here.call, area=quick))
    assert case.promised_days == 1
    assert case.reply_due < here.case().reply_due


def test_a_message_is_taken_once(here: County) -> None:
    message = here.message()
    case = open_case(message, title="first", by=here.handler)
    with pytest.raises(MessageTaken) as problem:
        open_case(message, title="second", by=here.handler)
    assert (problem.value.message, problem.value.case) == (message.pk, case.pk)
    assert Case.objects.count() == CaseMessage.objects.count() == 1


def test_a_promise_into_an_unknown_year_is_not_given(here: County) -> None:
    message = here.message()
    CalendarYear.objects.all().delete()
    far = a_body(under=here.county, promise_days=900)
    Message.objects.filter(pk=message.pk).update(body=far)
    message.refresh_from_db()
    with pytest.raises(CalendarUnknown):
        open_case(message, title="x", by=a_handler(far))
    assert not Case.objects.exists()


# --- handing over


def test_a_hand_over_changes_the_owner_and_buys_no_time(here: County) -> None:
    case = here.case()
    due = case.reply_due
    hand_over(case, to=here.department, reason="归他们管", by=here.handler, version=case.version)
    assert (case.body, case.reply_due) == (here.department, due)
    first, second = Turn.objects.filter(case=case).order_by("pk")
    assert (first.body, second.body) == (here.township, here.department)
    assert first.ended_at is not None
    assert second.ended_at is None
    assert second.reply_due == due


def test_the_log_holds_a_digest_of_the_reason_and_never_the_reason(here: County) -> None:
    case = here.case()
    hand_over(case, to=here.department, reason="归他们管", by=here.handler, version=case.version)
    assert last_entry().kind == "case.handed_over"
    assert "归他们管" not in last_entry().data


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_a_hand_over_without_a_reason_is_refused(here: County, reason: str) -> None:
    case = here.case()
    with pytest.raises(HandOverRefused, match="reason"):
        hand_over(case, to=here.department, reason=reason, by=here.handler, version=case.version)


def test_a_case_never_goes_to_a_body_that_has_or_had_it(here: County) -> None:
    case = here.case()
    with pytest.raises(HandOverRefused):
        hand_over(case, to=here.township, reason="x", by=here.handler, version=case.version)
    hand_over(case, to=here.department, reason="x", by=here.handler, version=case.version)
    with pytest.raises(HandOverRefused) as problem:
        hand_over(case, to=here.township, reason="x", by=a_handler(here.department), version=case.version)
    assert problem.value.code == here.township.code


def test_an_answered_case_is_not_handed_over(here: County) -> None:
    case = here.answered()
    with pytest.raises(WrongState):
        hand_over(case, to=here.department, reason="x", by=here.handler, version=case.version)


# --- replying


def test_a_reply_ends_the_turn_and_is_logged_by_its_digest(here: County) -> None:
    case = here.answered()
    reply = Reply.objects.get(case=case)
    assert (case.state, reply.body, reply.published_by) == (State.ANSWERED, here.township, here.handler)
    assert Turn.objects.get(case=case).ended_at is not None
    assert last_entry().kind == "reply.published"
    assert reply.text not in last_entry().data


def test_a_case_is_answered_once_until_it_is_reopened(here: County) -> None:
    case = here.answered()
    with pytest.raises(WrongState):
        publish_reply(case, text="again", by=here.handler, version=case.version)
    assert Reply.objects.count() == 1


def test_what_was_opened_before_somebody_else_acted_is_stale_and_changes_nothing(here: County) -> None:
    case = here.case()
    seen = case.version
    hand_over(case, to=here.department, reason="x", by=here.handler, version=seen)
    other = a_handler(here.department)
    with pytest.raises(StaleCase):
        publish_reply(case, text="late", by=other, version=seen)
    with pytest.raises(StaleCase):
        hand_over(case, to=here.county, reason="x", by=other, version=seen)
    assert not Reply.objects.exists()
    assert Turn.objects.count() == 2


# --- the resident's word


def test_a_settled_case_stays_settled(here: County) -> None:
    case = here.answered()
    settle(case, by=RESIDENT)
    assert case.settled_at is not None
    assert last_entry().kind == "case.settled"
    for verb in (lambda: settle(case, by=RESIDENT), lambda: reopen(case, reason="x", by=RESIDENT)):
        with pytest.raises(WrongState):
            verb()


def test_reopening_goes_one_level_up_with_a_new_day_and_no_old_alarm(here: County) -> None:
    case = overdue(here.case())
    escalate_if_overdue(case.pk, today=timezone.localdate(), by=SYSTEM)
    case.refresh_from_db()
    publish_reply(case, text="修好了", by=here.handler, version=case.version)
    reopen(case, reason="没有修", by=RESIDENT)
    assert (case.body, case.state, case.reopenings) == (here.county, State.OPEN, 1)
    assert case.reply_due > timezone.localdate()
    assert (case.escalated_at, case.overseer) == (None, None)
    assert last_entry().kind == "case.reopened"


def test_at_the_top_the_same_body_looks_again(here: County) -> None:
    case = a_case(a_message(here.call), by=a_handler(here.county))
    publish_reply(case, text="x", by=a_handler(here.county), version=case.version)
    assert reopen(case, reason="x", by=RESIDENT).body == here.county


def test_a_case_is_reopened_once(here: County) -> None:
    case = here.answered()
    reopen(case, reason="x", by=RESIDENT)
    publish_reply(case, text="again", by=a_handler(here.county), version=case.version)
    with pytest.raises(ReopenedBefore):
        reopen(case, reason="x", by=RESIDENT)
    assert case.reopenings == 1


def test_a_case_that_is_being_handled_is_not_reopened(here: County) -> None:
    with pytest.raises(WrongState):
        reopen(here.case(), reason="x", by=RESIDENT)


# --- escalation


def test_an_overdue_case_is_put_before_the_body_above_once(here: County) -> None:
    case, today = overdue(here.case()), timezone.localdate()
    assert escalate_if_overdue(case.pk, today=today, by=SYSTEM)
    size = Entry.objects.count()
    assert not escalate_if_overdue(case.pk, today=today, by=SYSTEM)
    assert Entry.objects.count() == size
    case.refresh_from_db()
    assert (case.body, case.overseer) == (here.township, here.county)
    assert last_entry().facts["to"] == here.county.code


def test_on_the_due_day_itself_nothing_is_escalated(here: County) -> None:
    case = here.case()
    assert not escalate_if_overdue(case.pk, today=case.reply_due, by=SYSTEM)
    assert escalate_if_overdue(case.pk, today=case.reply_due + timedelta(days=1), by=SYSTEM)


def test_an_answered_case_is_not_escalated(here: County) -> None:
    case = overdue(here.answered())
    assert not escalate_if_overdue(case.pk, today=timezone.localdate(), by=SYSTEM)


def test_all_that_is_overdue_is_put_before_the_body_above_once_whatever_the_batch(
    here: County, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    on_time, late = here.case(), [overdue(here.case()) for _ in range(5)]
    monkeypatch.setattr(actions.clocks, "ESCALATED_AT_ONCE", 2)
    call_command("escalate_overdue_cases")
    assert "5 overdue cases escalated" in capsys.readouterr().out
    call_command("escalate_overdue_cases")
    assert "0 overdue cases escalated" in capsys.readouterr().out
    escalated = Case.objects.filter(escalated_at__isnull=False)
    assert set(escalated) == set(late)
    assert {case.overseer for case in escalated} == {here.county}
    assert Turn.objects.filter(case__in=late, overseer=here.county, escalated_at__isnull=False).count() == 5
    logged = [entry.facts["case"] for entry in Entry.objects.filter(kind="case.escalated")]
    assert sorted(logged) == sorted(case.pk for case in late)
    assert on_time.pk not in logged


def test_at_the_top_an_overdue_case_is_put_before_its_own_body() -> None:
    county = a_county()
    case = overdue(a_case(a_message(a_call(county))))
    assert escalate_overdue(today=timezone.localdate(), by=SYSTEM) == 1
    case.refresh_from_db()
    assert case.overseer == county


def test_only_the_system_escalates_all() -> None:
    with pytest.raises(NotAllowed):
        escalate_overdue(today=timezone.localdate(), by=a_leader())


# --- laws


def test_a_case_has_one_more_act_than_its_version_says_whatever_happens(here: County) -> None:
    case = overdue(here.case())
    for step in (
        lambda: None,
        lambda: escalate_if_overdue(case.pk, today=timezone.localdate(), by=SYSTEM),
        lambda: hand_over(case, to=here.department, reason="x", by=here.handler, version=case.version),
        lambda: publish_reply(case, text="x", by=a_handler(here.department), version=case.version),
        lambda: reopen(case, reason="x", by=RESIDENT),
        lambda: publish_reply(case, text="x", by=a_leader(here.county), version=case.version),
        lambda: settle(case, by=RESIDENT),
    ):
        step()
        case.refresh_from_db()
        assert len(acts(case)) == case.version + 1
    assert [act.kind for act in acts(case)] == [
        ActKind.TAKEN,
        ActKind.ESCALATED,
        ActKind.HANDED_OVER,
        ActKind.REPLIED,
        ActKind.REOPENED,
        ActKind.REPLIED,
        ActKind.SETTLED,
    ]
    sequence()
    verify_log()


def test_what_was_written_while_the_worker_escalated_is_no_staler_for_it(here: County) -> None:
    case = overdue(here.case())
    seen = case.version
    escalate_if_overdue(case.pk, today=timezone.localdate(), by=SYSTEM)
    for never in (seen - 1, seen + 2):
        with pytest.raises(StaleCase):
            publish_reply(case, text="x", by=here.handler, version=never)
    publish_reply(case, text="已于今天上午办完。", by=here.handler, version=seen)
    assert case.state == State.ANSWERED
    assert [act.kind for act in acts(case)] == [ActKind.TAKEN, ActKind.ESCALATED, ActKind.REPLIED]
    assert len(acts(case)) == case.version + 1


def test_what_was_written_while_a_colleague_acted_and_the_worker_escalated_is_stale(here: County) -> None:
    for colleague_first in (True, False):
        case = overdue(here.case())
        seen = case.version
        acted = [
            lambda case=case: share(case, to=here.department, reason="x", by=here.handler, version=case.version),
            lambda case=case: escalate_if_overdue(case.pk, today=timezone.localdate(), by=SYSTEM),
        ]
        for act in acted if colleague_first else reversed(acted):
            act()
            case.refresh_from_db()
        with pytest.raises(StaleCase):
            publish_reply(case, text="x", by=here.handler, version=seen)
    assert not Reply.objects.exists()


def test_at_any_time_one_turn_runs_at_most_and_it_is_the_owners(here: County) -> None:
    case = here.case()
    hand_over(case, to=here.department, reason="x", by=here.handler, version=case.version)
    assert [turn.body for turn in Turn.objects.filter(case=case, ended_at=None)] == [case.body]
    publish_reply(case, text="x", by=a_handler(here.department), version=case.version)
    assert not Turn.objects.filter(case=case, ended_at=None).exists()


def test_an_act_that_fails_leaves_no_entry_and_no_row(here: County, monkeypatch: pytest.MonkeyPatch) -> None:
    case, size = here.case(), Entry.objects.count()

    def fails(*_: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("massline.respond.actions.answering.append", fails)
    with pytest.raises(RuntimeError):
        publish_reply(case, text="x", by=here.handler, version=case.version)
    assert Entry.objects.count() == size
    assert not Reply.objects.exists()
    assert Case.objects.get(pk=case.pk).state == State.OPEN


# --- who sees


def test_the_outsider_sees_no_case_of_another_county(here: County) -> None:
    here.case()
    outsider = an_outsider()
    assert not Case.objects.visible_to(outsider).exists()
    assert not Case.objects.answerable_by(outsider).exists()
    assert not Case.objects.on_desk_of(outsider).exists()


def test_a_sibling_body_whose_code_begins_alike_sees_nothing() -> None:
    county = a_county()
    bodies = [a_body(under=county) for _ in range(12)]
    case = a_case(a_message(a_call(county), area=bodies[0]))
    seen = [body for body in bodies if Case.objects.visible_to(a_handler(body)).filter(pk=case.pk).exists()]
    assert seen == [bodies[0]]


def test_who_handed_a_case_over_still_sees_it_and_may_not_change_it(here: County) -> None:
    case = here.case()
    hand_over(case, to=here.department, reason="x", by=here.handler, version=case.version)
    assert Case.objects.visible_to(here.handler).get() == case
    assert not Case.objects.answerable_by(here.handler).exists()
    assert not Case.objects.on_desk_of(here.handler).exists()


def test_an_inspector_sees_everything_and_answers_nothing(here: County) -> None:
    here.case()
    inspector = an_inspector(here.county)
    assert Case.objects.visible_to(inspector).exists()
    assert not Case.objects.answerable_by(inspector).exists()


def test_an_analyst_sees_what_the_public_sees(here: County) -> None:
    hidden = a_case(a_message(a_call(here.county, publish_at_once=False), area=here.township), by=here.handler)
    shown = here.case()
    assert list(Case.objects.visible_to(an_analyst(here.county))) == [shown]
    assert list(Case.objects.public()) == [shown]
    assert hidden in Case.objects.visible_to(here.handler)


def test_who_was_put_out_of_service_sees_nothing_of_her_own(here: County) -> None:
    here.case()
    here.handler.is_active = False
    assert not Case.objects.answerable_by(here.handler).exists()
    assert not Case.objects.on_desk_of(here.handler).exists()


def test_a_body_path_is_never_read_as_a_pattern() -> None:
    case = a_case()
    assert "%" not in case.body.path
    assert not Body.objects.within("%").exists()
