"""How often the desk and its workers ask the database: a number that does not grow with what there is."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.builders import a_body, a_leader, a_message

from massline.people.models import User
from massline.respond.actions import (
    Wait,
    escalate_overdue,
    extend,
    hand_over,
    join,
    keep_draft,
    keep_template,
    merge,
    pause,
    publish_reply,
    resume,
    share,
    split,
    urge,
    write_note,
)
from massline.respond.actions.reshaping import Piece
from massline.respond.models import Case, Template
from massline.respond.queries import acts
from massline.respond.rules import PauseKind
from massline.respond.tests.county import County, overdue
from massline.rights import SYSTEM

pytestmark = pytest.mark.django_db
MOST = 20


@pytest.fixture
def here() -> County:
    return County()


def asked_by(user: User, address: str) -> int:
    client = Client()
    client.force_login(user)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def fresh(case: Case) -> Case:
    return Case.objects.select_related("body").get(pk=case.pk)


def eventful(here: County) -> Case:
    """An open case to which everything happened that can happen to one."""
    by, leader = here.handler, a_leader(here.county)
    case, other = here.case(), here.case()
    merge(other, into=case, reason="同一盏灯", by=by, version=other.version)
    join(fresh(case), [a_message(here.call, area=here.township).pk for _ in range(12)], by=by, version=1)
    pause(fresh(case), Wait(PauseKind.WRITER, "等照片", 2), by=by, version=2)
    resume(fresh(case), by=by, version=3)
    extend(fresh(case), days=1, reason="要等配件", by=by, version=4)
    share(fresh(case), to=a_body(under=here.county), reason="看管道", by=by, version=5)
    urge(fresh(case), days=3, reason="群众急", by=leader, version=6)
    piece = Piece([case.messages.order_by("-pk")[0].pk], title="另一件", reason="另一件事")
    split(fresh(case), piece, by=by, version=7)
    hand_over(fresh(case), to=here.department, reason="管道归水务", by=by, version=8)
    write_note(fresh(case), text="已电话联系", body=here.township, by=by)
    keep_template(Template(body=here.county, name="路灯", text="已修"), by=leader)
    keep_draft(fresh(case), text="快好了", by=leader)
    return fresh(case)


def test_the_page_of_a_case_asks_twenty_times_at_most_whatever_happened_to_it(here: County) -> None:
    case = eventful(here)
    assert len(acts(case)) == case.version + 1
    asked = {user.username: asked_by(user, f"/desk/cases/{case.pk}/") for user in (here.handler, a_leader(here.county))}
    assert max(asked.values()) <= MOST, asked


def test_a_plain_case_asks_no_tables_in_which_nothing_stands(here: County) -> None:
    plain, full = here.case(), eventful(here)
    address = "/desk/cases/{}/"
    assert asked_by(here.handler, address.format(plain.pk)) <= 17
    assert asked_by(a_leader(here.county), address.format(full.pk)) > asked_by(
        a_leader(here.county), address.format(plain.pk)
    )


def test_what_happened_is_told_in_full_where_turns_do_not_tell_it_all(here: County) -> None:
    answered, full = here.answered(), eventful(here)
    with CaptureQueriesContext(connection) as asked:
        assert len(acts(fresh(answered))) == answered.version + 1
    assert len(asked) == 3  # the case, its turns, and the files of its reply
    publish_reply(full, text="好了", by=a_leader(here.county), version=full.version)
    assert len(acts(fresh(full))) == full.version + 1


def test_escalating_asks_no_more_often_where_more_is_overdue(here: County) -> None:
    def asked_for(cases: int) -> int:
        late = [overdue(here.case()) for _ in range(cases)]
        with CaptureQueriesContext(connection) as asked:
            assert escalate_overdue(today=timezone.localdate(), by=SYSTEM) == len(late)
        return len(asked)

    assert asked_for(2) == asked_for(9)


def test_the_desk_asks_no_more_often_where_more_waits(here: County) -> None:
    here.case()
    before = {
        address: asked_by(here.handler, address) for address in ("/desk/", "/desk/?show=open", "/desk/?words=路灯")
    }
    for _ in range(12):
        here.case()
        a_message(here.call, area=here.township)
    after = {address: asked_by(here.handler, address) for address in before}
    assert max(after.values()) <= MOST
    counts = 2  # of each of two lists how long it is, where it does not fit on the page
    assert all(after[address] <= before[address] + counts for address in before), (before, after)
