"""The body above sets a day of its own, once, and everybody can read why."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.builders import a_leader

from massline.bodies.rules import CalendarUnknown, WorkCalendar
from massline.ledger.models import Entry
from massline.people.models import User
from massline.respond.actions import publish_reply, reopen, urge, urging
from massline.respond.models import Case, Urging
from massline.respond.queries import acts, may_urge, urged
from massline.respond.rules import LONGEST_URGING, StaleCase, UrgeRefused, WrongState
from massline.respond.tests.county import County
from massline.rights import RESIDENT, NotAllowed

pytestmark = pytest.mark.django_db
WHY = "汛期到了，先修排水口"


class Above(County):
    """The county, with its leader."""

    def __init__(self) -> None:
        super().__init__()
        self.leader = a_leader(self.county)

    def urged(self, case: Case, *, days: int = 3, reason: str = WHY, by: User | None = None) -> Urging:
        found = Case.objects.get(pk=case.pk)
        return urge(found, days=days, reason=reason, by=by or self.leader, version=found.version)


@pytest.fixture
def here() -> Above:
    return Above()


def test_neither_a_handler_nor_a_leader_of_the_owner_or_from_elsewhere_urges(here: Above) -> None:
    case = here.case()
    for stranger in (*here.strangers(), here.handler):
        with pytest.raises(NotAllowed):
            here.urged(case, by=stranger) if stranger else urge(case, days=3, reason=WHY, by=None, version=0)  # type: ignore[arg-type]
    with pytest.raises(UrgeRefused) as refused:
        here.urged(case, by=a_leader(here.township))
    assert refused.value.why == "own"
    assert not Urging.objects.exists()


@pytest.mark.parametrize(
    ("words", "why"),
    [({"reason": " "}, "reason"), ({"days": 0}, "days"), ({"days": LONGEST_URGING + 1}, "days")],
)
def test_what_cannot_be_a_day_or_has_no_reason_is_refused(here: Above, words: dict[str, Any], why: str) -> None:
    case = here.case()
    with pytest.raises(UrgeRefused) as refused:
        here.urged(case, **words)
    assert refused.value.why == why


def test_a_day_in_a_year_that_nobody_announced_is_not_set(here: Above, monkeypatch: pytest.MonkeyPatch) -> None:
    case = here.case()
    monkeypatch.setattr(urging, "work_calendar", lambda body: WorkCalendar({}, frozenset()))
    with pytest.raises(CalendarUnknown):
        here.urged(case)
    assert Case.objects.get(pk=case.pk).version == case.version


def test_a_case_is_urged_once_by_a_body_until_it_is_reopened_and_the_promise_stays(here: Above) -> None:
    case = here.case()
    promised = case.reply_due
    said = here.urged(case)
    with pytest.raises(StaleCase):
        urge(case, days=2, reason=WHY, by=here.leader, version=0)
    with pytest.raises(UrgeRefused) as refused:
        here.urged(case)
    assert refused.value.why == "before"
    case.refresh_from_db()
    assert (case.reply_due, len(acts(case))) == (promised, case.version + 1)
    (shown,) = urged(case, timezone.localdate())
    assert shown.left == 3
    assert shown.spans
    assert (shown.spans[-1].last, shown.spans[-1].number) == (said.due, 3)
    assert Entry.objects.latest("pk").kind == "case.urged"
    assert WHY not in Entry.objects.latest("pk").data
    publish_reply(case, text="已清淤", by=here.handler, version=case.version)
    case.refresh_from_db()
    assert urged(case, timezone.localdate()) == []
    with pytest.raises(WrongState):
        here.urged(case)
    reopen(case, reason="又堵了", by=RESIDENT)
    case.refresh_from_db()
    assert urged(case, timezone.localdate()) == []
    assert not may_urge(case, here.leader)  # the county owns it now


def test_both_desks_see_it_and_everybody_reads_it(here: Above, client: Client) -> None:
    case, other = here.case(), here.case()
    english = {"accept-language": "en"}
    client.force_login(here.leader)
    path = f"/desk/cases/{case.pk}/"
    assert f'action="{path}urge/"' in client.get(path).content.decode()
    sent = {"version": case.version, "days": 3, "reason": WHY}
    assert client.post(f"{path}urge/", sent | {"days": 99}).status_code == 422
    assert client.post(f"{path}urge/", sent | {"reason": ""}).status_code == 422
    assert client.post(f"{path}urge/", sent).status_code == 302
    assert client.post(f"{path}urge/", sent | {"version": case.version + 1}).status_code == 422
    assert f'action="{path}urge/"' not in client.get(path).content.decode()
    for who in (here.leader, here.handler):
        client.force_login(who)
        queue = client.get("/desk/?show=urged", headers=english).content.decode()
        assert f'href="{path}"' in queue
        assert f'href="/desk/cases/{other.pk}/"' not in queue
    page = Client().get(case.get_absolute_url(), headers=english).content.decode()
    assert WHY in page
    assert "Urged by" in page
    assert here.leader.public_name not in page
