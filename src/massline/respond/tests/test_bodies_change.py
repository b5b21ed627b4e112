"""Bodies are abolished, merged and moved while cases are open."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from tests.builders import a_body, a_case, a_county, a_handler, a_message, work_calendar

from massline.bodies.actions import move_body
from massline.bodies.models import Body
from massline.bodies.queries import area_of, areas_under
from massline.bodies.rules import BodyStays
from massline.gather.models import Message
from massline.gather.queries import areas_of
from massline.ledger.models import Entry
from massline.respond.actions import abolish_body, hand_over, publish_reply, reopen, share
from massline.respond.models import Case, Share, Turn
from massline.respond.queries import acts, hand_over_choices, helpers
from massline.respond.rules import HandOverRefused, reply_due
from massline.respond.tests.county import County, overdue
from massline.rights import OPERATOR, RESIDENT, NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> County:
    return County()


def abolish(body: Body, into: Body) -> int:
    return abolish_body(body, into=into, reason="并入县水务局", by=OPERATOR)


@pytest.mark.parametrize("reason", ["", " \n"])
def test_no_body_is_abolished_without_a_reason(here: County, reason: str) -> None:
    with pytest.raises(HandOverRefused):
        abolish_body(here.township, into=here.department, reason=reason, by=OPERATOR)
    assert Body.objects.standing().filter(pk=here.township.pk).exists()


def test_a_body_does_not_follow_itself_nor_one_that_is_gone_nor_one_under_it(here: County) -> None:
    village = a_body(under=here.township)
    for into in (here.township, village):
        with pytest.raises(BodyStays):
            abolish(here.township, into)
    with pytest.raises(BodyStays):  # the village would hang in the air
        abolish(here.township, here.department)
    abolish(village, here.township)
    with pytest.raises(BodyStays):
        abolish(here.department, village)
    with pytest.raises(BodyStays):
        abolish(village, here.county)


def test_only_an_operator_changes_the_tree(here: County) -> None:
    for stranger in (stranger for stranger in here.strangers() if stranger is not OPERATOR):
        with pytest.raises(NotAllowed):
            abolish_body(here.township, into=here.department, reason="x", by=stranger)  # type: ignore[arg-type]
        with pytest.raises(NotAllowed):
            move_body(here.township, under=here.department, by=stranger)  # type: ignore[arg-type]


def test_every_open_case_goes_over_with_the_reason_and_the_old_day(here: County) -> None:
    first, second, done = overdue(here.case()), here.case(), here.answered()
    due = {case.pk: case.reply_due for case in (first, second)}
    assert abolish(here.township, here.department) == 2
    for case in Case.objects.filter(pk__in=due):
        assert (case.body, case.reply_due) == (here.department, due[case.pk])
        assert acts(case)[-1].text == "并入县水务局"
        assert len(acts(case)) == case.version + 1
        assert Turn.objects.get(case=case, ended_at=None).body == here.department
    done.refresh_from_db()
    assert done.body == here.township
    assert Entry.objects.filter(kind="case.handed_over").count() == 2


def test_a_case_goes_over_even_to_a_body_that_had_it(here: County) -> None:
    case = here.case()
    hand_over(case, to=here.department, reason="管道归水务", by=here.handler, version=case.version)
    abolish(here.department, here.township)
    case.refresh_from_db()
    assert case.body == here.township


def test_parts_and_free_messages_go_over_too(here: County) -> None:
    case, free = here.case(), here.message()
    share(case, to=here.department, reason="看管道", by=here.handler, version=case.version)
    other = a_body(under=here.county)
    abolish(here.department, other)
    assert Share.objects.get(case=case).body == other
    case.refresh_from_db()
    share(case, to=here.county, reason="拨款", by=here.handler, version=case.version)
    abolish(other, here.county)  # which has a part already: the two are one now
    case.refresh_from_db()
    assert Share.objects.filter(case=case, done_at=None).get().body == here.county
    assert len(acts(case)) == case.version + 1
    abolish(here.township, here.county)
    free.refresh_from_db()
    assert free.body == here.county


def test_what_is_still_said_to_the_old_body_comes_to_its_last_successor(here: County) -> None:
    answered = here.answered()
    abolish(here.township, here.department)
    other = a_body(under=here.county)
    abolish(here.department, other)
    here.township.refresh_from_db()
    assert a_message(here.call, area=here.township).body == other
    assert (
        reopen(Case.objects.get(pk=answered.pk), reason="还是不亮", by=RESIDENT).body == here.county
    )  # above the one that answers now


def test_a_case_of_an_abolished_top_is_reopened_by_its_successor() -> None:
    old, new = a_county(), a_body()
    handler = a_handler(old)
    case = a_case(a_message(area=old), by=handler)
    publish_reply(case, text="已修", by=handler, version=case.version)
    abolish(old, new)
    assert reopen(Case.objects.get(pk=case.pk), reason="没修", by=RESIDENT).body == new


def test_no_list_offers_a_body_that_is_gone_and_its_address_leads_on(here: County, client: Client) -> None:
    case = here.case()
    gone = a_body(under=here.county)
    abolish(gone, here.township)
    assert gone not in [*areas_of(here.call), *hand_over_choices(case), *helpers(case)]
    assert gone not in [place for place, _ in areas_under(here.county)]
    assert area_of(gone.code) == here.township
    page = client.get(f"/bodies/{gone.code}/", headers={"accept-language": "en"}).content.decode()
    assert f'href="/bodies/{here.township.code}/"' in page
    assert "was abolished on" in page


def test_a_moved_body_is_looked_after_from_its_new_place_only(here: County) -> None:
    case, late = here.case(), overdue(here.case())
    elsewhere = a_county()
    new, old = a_handler(elsewhere), a_handler(here.county)
    with pytest.raises(BodyStays):
        move_body(here.county, under=here.township, by=OPERATOR)
    move_body(here.township, under=elsewhere, by=OPERATOR)
    assert set(Case.objects.on_desk_of(new)) == {case, late}
    assert not Case.objects.on_desk_of(old).exists()
    assert Message.objects.handled_by(new).count() == 2
    handler = type(here.handler).objects.get(pk=here.handler.pk)
    publish_reply(case, text="已修好", by=handler, version=case.version)
    assert reopen(Case.objects.get(pk=case.pk), reason="又坏了", by=RESIDENT).body == elsewhere


def test_the_commands_do_it_and_refuse_what_is_not_there(here: County) -> None:
    here.case()
    out = StringIO()
    call_command("abolish_body", here.township.code, reason="撤销", stdout=out)
    assert "1 open cases" in out.getvalue()
    assert Case.objects.get().body == here.county  # the body above, as none was named
    call_command("move_body", here.department.code, under=a_county().code, stdout=out)
    for name, words in {
        "abolish_body": {"reason": "x", "into": "nowhere"},
        "move_body": {"under": "nowhere"},
    }.items():
        with pytest.raises(CommandError, match="nowhere"):
            call_command(name, here.county.code, **words)
    with pytest.raises(CommandError, match="--into"):
        call_command("abolish_body", here.county.code, reason="x")
    with pytest.raises(CommandError, match="before"):
        call_command("abolish_body", here.township.code, reason="x")


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        (date(2025, 12, 31), 1, date(2026, 1, 4)),  # closed 1-3 January; Sunday the 4th is made up
        (date(2025, 12, 30), 3, date(2026, 1, 5)),  # Wednesday 31, Sunday 4, Monday 5
        (date(2026, 1, 2), 1, date(2026, 1, 4)),  # received while closed
    ],
)
def test_a_promise_over_the_new_year_counts_made_up_days(received: date, days: int, due: date) -> None:
    calendar = work_calendar(closed="2026-01-01..2026-01-03", open="2026-01-04")
    assert reply_due(received, days, calendar) == due
