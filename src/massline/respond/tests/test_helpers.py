"""A body that leads, bodies that help, notes between their desks, hand-overs that are counted. Bad input first."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.builders import a_body, a_handler, a_leader, an_analyst, an_inspector, an_outsider

from massline.ledger.models import Entry
from massline.people.models import User
from massline.respond.actions import finish_part, hand_over, publish_reply, share, write_note
from massline.respond.models import Case, Note, Share
from massline.respond.queries import acts
from massline.respond.rules import ActKind, HandOverRefused, ShareRefused, StaleCase, WrongState
from massline.respond.tests.county import County
from massline.rights import NotAllowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> County:
    return County()


def shared(here: County) -> tuple[Case, Share, User]:
    case = here.case()
    part = share(case, to=here.department, reason="请查水管", by=here.handler, version=case.version)
    return case, part, a_handler(here.department)


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def send(user: User, name: str, case: Case, **data: Any) -> Any:
    return signed_in(user).post(reverse(f"respond:{name}", args=[case.pk]), {"version": case.version, **data})


def test_a_body_helps_once_never_itself_and_never_without_being_told_what(here: County) -> None:
    case, _, _ = shared(here)
    for to, reason in ((here.department, "再查一次"), (here.township, "自己"), (here.county, "  ")):
        with pytest.raises(ShareRefused):
            share(case, to=to, reason=reason, by=here.handler, version=case.version)
    assert Share.objects.count() == 1


def test_an_answered_case_is_not_shared(here: County) -> None:
    case = here.answered()
    with pytest.raises(WrongState):
        share(case, to=here.department, reason="查", by=here.handler, version=case.version)


def test_of_two_who_share_at_once_the_second_is_told(here: County) -> None:
    case, same = here.case(), Case.objects.get()
    share(case, to=here.department, reason="查", by=here.handler, version=case.version)
    with pytest.raises(StaleCase):
        share(same, to=here.county, reason="查", by=here.handler, version=same.version)


def test_strangers_neither_share_nor_finish_nor_note(here: County) -> None:
    case, part, _ = shared(here)
    for stranger in here.strangers():
        if getattr(stranger, "body_path", None) != here.department.path:
            with pytest.raises(NotAllowed):
                finish_part(part, text="查了", by=stranger)  # type: ignore[arg-type]
        with pytest.raises(NotAllowed):
            share(case, to=here.county, reason="查", by=stranger, version=case.version)  # type: ignore[arg-type]
        with pytest.raises(NotAllowed):
            write_note(case, text="看过", body=here.township, by=stranger)  # type: ignore[arg-type]
    outsider = an_outsider()
    assert outsider.body
    with pytest.raises(ShareRefused):
        write_note(case, text="看过", body=outsider.body, by=outsider)


def test_who_helps_sees_the_case_does_its_part_and_cannot_reply(here: County) -> None:
    case, part, helper = shared(here)
    assert case in Case.objects.visible_to(helper)
    assert case in Case.objects.to_help_with(helper)
    with pytest.raises(NotAllowed):
        publish_reply(case, text="查了", by=helper, version=case.version)
    finish_part(part, text="换了两节水管", by=helper)
    case.refresh_from_db()
    assert case not in Case.objects.to_help_with(helper)
    assert [act.kind for act in acts(case)] == [ActKind.TAKEN, ActKind.SHARED, ActKind.PART_DONE]
    assert len(acts(case)) == case.version + 1
    with pytest.raises(ShareRefused):
        finish_part(part, text="又换了", by=helper)


def test_a_note_is_read_by_the_desks_and_by_nobody_else(here: County) -> None:
    case, _, helper = shared(here)
    write_note(case, text="住户白天不在家", body=here.township, by=here.handler)
    address = reverse("respond:desk_case", args=[case.pk])
    for desk in (here.handler, helper, a_leader(here.county), an_inspector(here.county)):
        assert "住户白天不在家" in signed_in(desk).get(address).content.decode()
    assert "住户白天不在家" not in Client().get(case.get_absolute_url()).content.decode()
    assert "住户白天不在家" not in signed_in(an_analyst(here.county)).get(address).content.decode()
    assert "住户" not in "".join(Entry.objects.values_list("data", flat=True))


def test_the_pages_of_sharing_and_notes_work_and_refuse(here: County) -> None:
    case, helper = here.case(), a_handler(here.department)
    assert send(here.handler, "share", case, to="no such body", reason="查").status_code == 422
    assert send(here.handler, "share", case, to=here.department.code, reason="").status_code == 422
    assert send(here.handler, "share", case, to=here.department.code, reason="请查水管").status_code == 302
    case.refresh_from_db()
    queue = signed_in(helper).get(reverse("respond:queue")).content.decode()
    assert "1 case of another body waits for your part" in queue
    listed = signed_in(helper).get(reverse("respond:queue"), {"show": "shared"}).content.decode()
    assert reverse("respond:desk_case", args=[case.pk]) in listed
    assert send(helper, "write_note", case, text=" ").status_code == 422
    assert send(helper, "finish_part", case, text="").status_code == 422
    assert send(helper, "finish_part", case, text="换好了").status_code == 302
    assert send(helper, "finish_part", case, text="又一次").status_code == 302
    assert Note.objects.count() == 1
    assert send(an_inspector(here.county), "write_note", case, text="我看看").status_code == 404


def test_hand_overs_are_counted_in_the_open_and_never_go_round(here: County) -> None:
    case, other = here.case(), a_body(under=here.county)
    hand_over(case, to=here.department, reason="归它", by=here.handler, version=case.version)
    hand_over(case, to=other, reason="归它", by=a_handler(here.department), version=case.version)
    for back in (here.township, here.department, other):
        with pytest.raises(HandOverRefused):
            hand_over(case, to=back, reason="退回", by=a_handler(other), version=case.version)
    shown = Client(headers={"accept-language": "en"}).get(case.get_absolute_url()).content.decode()
    assert "Handed over 2 times" in shown
    assert case.reply_due >= timezone.localdate()
