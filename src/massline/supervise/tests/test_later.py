"""Four weeks after an answer its writers are asked whether it is still solved: once, and a "no" counts."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.builders import a_case, a_receipt

from massline.gather.actions import Receipt
from massline.gather.rules import grouped
from massline.ledger.models import Entry
from massline.respond.actions import answering, ask_later, publish_reply, reopen
from massline.respond.models import Case, Reply
from massline.respond.queries import acts
from massline.respond.rules import ASK_LATER, State, WrongState
from massline.respond.tests.county import County
from massline.rights import RESIDENT, SYSTEM, NotAllowed
from massline.supervise.actions import Verdict, rate, say_later
from massline.supervise.models import Rating
from massline.supervise.queries import rates_of
from massline.supervise.rules import RatedBefore

pytestmark = pytest.mark.django_db
SOLVED, NOT_ANY_MORE = Verdict(solved=True), Verdict(solved=False, words="又不亮了")


@pytest.fixture
def here() -> County:
    return County()


def solved(here: County) -> tuple[Receipt, Reply]:
    """A case of one writer, answered and settled."""
    receipt = a_receipt(here.call, "灯不亮", area=here.township)
    case = a_case(receipt.message, by=here.handler)
    reply = publish_reply(case, text="修好了", by=here.handler, version=case.version)
    rate(reply, receipt.message, SOLVED, by=RESIDENT)
    return receipt, Reply.objects.select_related("case__body", "body").get(pk=reply.pk)


def weeks_on() -> int:
    return ask_later(today=timezone.localdate() + ASK_LATER, by=SYSTEM)


def test_only_the_system_asks_and_only_who_wrote_says(here: County) -> None:
    _, reply = solved(here)
    weeks_on()
    for stranger in (one for one in here.strangers() if one is not SYSTEM):
        with pytest.raises(NotAllowed):
            ask_later(today=timezone.localdate(), by=stranger)  # type: ignore[arg-type]
    for stranger in (one for one in here.strangers() if one is not RESIDENT):
        with pytest.raises(NotAllowed):
            say_later(reply, here.message(), NOT_ANY_MORE, by=stranger)  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        say_later(reply, here.message(), NOT_ANY_MORE, by=RESIDENT)


def test_nobody_is_asked_a_day_early_nor_twice(here: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "ASKED_AT_ONCE", 2)
    for _ in range(3):
        solved(here)
    here.case()
    assert ask_later(today=timezone.localdate() + ASK_LATER - timedelta(days=1), by=SYSTEM) == 0
    assert (weeks_on(), weeks_on()) == (3, 0)
    assert Entry.objects.filter(kind="case.asked_later").count() == 3


def test_before_being_asked_nothing_is_said_and_a_settled_case_stays_so(here: County) -> None:
    receipt, reply = solved(here)
    with pytest.raises(RatedBefore):
        say_later(reply, receipt.message, NOT_ANY_MORE, by=RESIDENT)
    with pytest.raises(WrongState):
        reopen(reply.case, reason="又坏了", by=RESIDENT)


def test_a_no_counts_and_has_the_settled_case_looked_at_again_from_above(here: County) -> None:
    receipt, reply = solved(here)
    weeks_on()
    before = rates_of(here.township, timezone.localdate()).rates.resolution
    assert say_later(reply, receipt.message, NOT_ANY_MORE, by=RESIDENT)
    after = rates_of(here.township, timezone.localdate()).rates.resolution
    assert ((before.yes, before.n), (after.yes, after.n)) == ((1, 1), (0, 1))
    case = Case.objects.get(pk=reply.case_id)
    assert (case.state, case.body, case.asked_later_at) == (State.OPEN, here.county, None)
    assert [act.kind for act in acts(case)] == ["taken", "replied", "settled", "reopened"]
    assert len(acts(case)) == case.version + 1
    with pytest.raises(RatedBefore):
        say_later(reply, receipt.message, SOLVED, by=RESIDENT)


def test_a_yes_changes_nothing_but_is_said_once(here: County) -> None:
    receipt, reply = solved(here)
    weeks_on()
    assert say_later(reply, receipt.message, SOLVED, by=RESIDENT) is False
    assert Rating.objects.get().is_solved
    with pytest.raises(RatedBefore):
        say_later(reply, receipt.message, NOT_ANY_MORE, by=RESIDENT)
    assert Case.objects.get().state == State.SETTLED


def test_a_case_that_was_reopened_before_is_not_again_but_the_no_counts(here: County) -> None:
    receipt, reply = solved(here)
    weeks_on()
    say_later(reply, receipt.message, NOT_ANY_MORE, by=RESIDENT)
    case = Case.objects.get(pk=reply.case_id)
    leader = here.handler.__class__.objects.get(pk=here.handler.pk)
    leader.body = here.county
    second = publish_reply(case, text="换了新灯", by=leader, version=case.version)
    rate(second, receipt.message, SOLVED, by=RESIDENT)
    weeks_on()
    assert say_later(second, receipt.message, NOT_ANY_MORE, by=RESIDENT) is False
    case.refresh_from_db()
    assert case.state == State.SETTLED
    assert rates_of(here.county, timezone.localdate()).rates.resolution.yes == 0
    assert len(acts(case)) == case.version + 1


def test_the_receipt_asks_once_and_a_no_needs_a_word(here: County, client: Client) -> None:
    receipt, reply = solved(here)
    page = f"/receipt/{grouped(receipt.code)}/"

    def send(**given: Any) -> Any:
        return client.post(f"{page}later/", {"reply": reply.pk, **given}, headers={"accept-language": "en"})

    assert "still solved" not in client.get(page, headers={"accept-language": "en"}).content.decode()
    assert send(solved="yes").status_code == 409
    weeks_on()
    assert f'action="{page}later/"' in client.get(page).content.decode()
    assert send().status_code == 422
    assert send(solved="no").status_code == 422
    assert send(solved="no", reason="又不亮了", reply=reply.pk + 1).status_code == 409
    assert send(solved="no", reason="又不亮了").status_code == 302
    again = client.get(page, headers={"accept-language": "en"}).content.decode()
    assert "Not solved any more" in again
    assert f'action="{page}later/"' not in again
