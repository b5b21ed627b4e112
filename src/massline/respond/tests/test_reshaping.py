"""Cases are merged, split and brought apart again, and nobody who wrote is lost or counted twice."""

import random
from typing import Any

import pytest
from django.test import Client
from tests.builders import a_case, a_leader, a_receipt, an_outsider

from massline.gather.models import Message
from massline.gather.rules import grouped
from massline.ledger.models import Entry
from massline.respond.actions import (
    Piece,
    Wait,
    extend,
    join,
    leave,
    merge,
    pause,
    publish_reply,
    reopen,
    resume,
    share,
    split,
    take_back,
)
from massline.respond.models import Case, CaseMessage, Reshaping, Turn
from massline.respond.queries import acts, crowd, due_story, last_reshaping
from massline.respond.rules import PauseKind, ReshapeRefused, StaleCase, State, WrongState
from massline.respond.tests.county import County, overdue
from massline.rights import RESIDENT, NotAllowed

pytestmark = pytest.mark.django_db
WHY = "说的是同一盏灯"


@pytest.fixture
def here() -> County:
    return County()


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def of(case: Case) -> set[int]:
    return set(CaseMessage.objects.filter(case=case).values_list("message", flat=True))


def writers(case: Case) -> int:
    return crowd(Message.objects.filter(cases=case)).writers


def sent_by(here: County, sender: str) -> Message:
    message = here.message()
    Message.objects.filter(pk=message.pk).update(sender=sender)
    return message


def crowded(here: County, *senders: str) -> Case:
    """A case of one message of each of these."""
    first, *rest = [sent_by(here, sender) for sender in senders]
    case = a_case(first, by=here.handler)
    if rest:
        join(case, [one.pk for one in rest], by=here.handler, version=case.version)
    return fresh(case)


def merged(here: County, case: Case, into: Case) -> Reshaping:
    return merge(fresh(case), into=fresh(into), reason=WHY, by=here.handler, version=fresh(case).version)


def sums_hold(*cases: Case) -> None:
    for case in map(fresh, cases):
        assert len(acts(case)) == case.version + 1
        assert Turn.objects.filter(case=case, ended_at=None).count() == (case.state == State.OPEN)


@pytest.mark.parametrize("why", ["reason", "same", "elsewhere", "closed", "later", "waiting", "shared", "answered"])
def test_what_cannot_be_one_case_stays_two_and_says_why(here: County, why: str) -> None:
    case, into, reason = here.case(), here.case(), WHY
    if why == "reason":
        reason = " \n"
    elif why == "same":
        into = case
    elif why == "elsewhere":
        into = a_case()
    elif why == "closed":
        publish_reply(into, text="修好了", by=here.handler, version=into.version)
    elif why == "later":
        overdue(case)
    elif why == "waiting":
        pause(case, Wait(PauseKind.WRITER, "照片", 2), by=here.handler, version=case.version)
    elif why == "shared":
        share(case, to=here.department, reason="看管道", by=here.handler, version=case.version)
    else:
        publish_reply(case, text="修好了", by=here.handler, version=case.version)
        reopen(fresh(case), reason="没有", by=RESIDENT)
        Case.objects.filter(pk=case.pk).update(body=here.township)
    logged = Entry.objects.count()
    with pytest.raises(ReshapeRefused) as refused:
        merge(fresh(case), into=fresh(into), reason=reason, by=here.handler, version=fresh(case).version)
    assert refused.value.why == why
    assert (fresh(case).state, Entry.objects.count()) == (State.OPEN, logged)


def test_nobody_from_elsewhere_merges_splits_or_takes_back(here: County) -> None:
    case, into = crowded(here, "a", "b"), here.case()
    done = merged(here, here.case(), into)
    for stranger in (*here.strangers(), an_outsider()):
        with pytest.raises(NotAllowed):
            merge(case, into=into, reason=WHY, by=stranger, version=case.version)  # type: ignore[arg-type]
        with pytest.raises(NotAllowed):
            split(case, Piece([1], "路", WHY), by=stranger, version=case.version)  # type: ignore[arg-type]
        with pytest.raises(NotAllowed):
            take_back(done, by=stranger, version=0)  # type: ignore[arg-type]


def test_of_two_who_act_at_once_the_second_is_told(here: County) -> None:
    case, into = crowded(here, "a", "b"), here.case()
    gone = list(of(case))[:1]
    split(case, Piece(gone, "路", WHY), by=here.handler, version=case.version)
    with pytest.raises(StaleCase):
        merge(fresh(case), into=into, reason=WHY, by=here.handler, version=0)
    other = crowded(here, "c", "d")  # by a message that joined it is at version 1
    with pytest.raises(StaleCase):
        split(other, Piece([min(of(other))], "路", WHY), by=here.handler, version=0)


def test_merged_cases_count_who_wrote_in_both_once_and_apart_again_as_before(here: County) -> None:
    case, into = crowded(here, "a", "b", ""), crowded(here, "b", "c", "")
    before = of(case), of(into), writers(case), writers(into)
    done = merged(here, case, into)
    assert (done.messages, done.writers, done.writers_before, done.writers_after) == (3, 3, 3, 5)
    assert of(into) == before[0] | before[1]
    assert (fresh(case).state, fresh(case).merged_into) == (State.MERGED, into)
    sums_hold(case, into)
    take_back(done, by=a_leader(here.county), version=fresh(into).version)
    assert (of(case), of(into), writers(case), writers(into)) == before
    assert fresh(case).state == State.OPEN
    sums_hold(case, into)
    assert set(Entry.objects.filter(kind__startswith="case.").values_list("kind", flat=True)) >= {
        "case.merged",
        "case.taken_back",
    }


def test_of_several_mergings_the_latest_is_taken_back_first(here: County) -> None:
    first, second, into = here.case(), here.case(), here.case()
    one, two = merged(here, first, second), merged(here, second, into)
    with pytest.raises((ReshapeRefused, WrongState)):
        take_back(Reshaping.objects.get(pk=one.pk), by=here.handler, version=fresh(second).version)
    assert fresh(first).goes_on_as == into
    for done in (two, one):
        case = Reshaping.objects.get(pk=done.pk).case
        assert last_reshaping(case, acts(case)) == done
        take_back(Reshaping.objects.get(pk=done.pk), by=here.handler, version=case.version)
    assert [len(of(case)) for case in (first, second, into)] == [1, 1, 1]
    sums_hold(first, second, into)
    with pytest.raises(ReshapeRefused):
        take_back(Reshaping.objects.get(pk=one.pk), by=here.handler, version=fresh(second).version)


def test_what_left_meanwhile_stays_out_and_what_was_answered_stays_together(here: County) -> None:
    case, into = crowded(here, "a", "b"), here.case()
    left, stays = sorted(of(case))
    done = merged(here, case, into)
    leave(fresh(into), Message.objects.get(pk=left), reason="别处", by=here.handler, version=fresh(into).version)
    take_back(Reshaping.objects.get(pk=done.pk), by=here.handler, version=fresh(into).version)
    assert of(case) == {stays}
    again = merged(here, case, into)
    publish_reply(fresh(into), text="修好了", by=here.handler, version=fresh(into).version)
    with pytest.raises(WrongState):
        take_back(Reshaping.objects.get(pk=again.pk), by=here.handler, version=fresh(into).version)


@pytest.mark.parametrize("wrong", ["none", "all", "stranger", "reason"])
def test_a_part_that_is_none_or_all_or_not_in_it_is_not_split_off(here: County, wrong: str) -> None:
    case = crowded(here, "a", "b")
    own = sorted(of(case))
    which = {"none": [], "all": own, "stranger": [own[0], here.message().pk], "reason": own[:1]}[wrong]
    with pytest.raises(ReshapeRefused):
        split(case, Piece(which, "路", "" if wrong == "reason" else WHY), by=here.handler, version=case.version)
    assert of(case) == set(own)


def test_a_part_that_is_split_off_keeps_the_day_and_how_it_came_about(here: County) -> None:
    case = crowded(here, "a", "b", "a")
    pause(case, Wait(PauseKind.WRITER, "照片", 2), by=here.handler, version=case.version)
    resume(fresh(case), by=here.handler, version=fresh(case).version)
    extend(fresh(case), days=2, reason="等材料", by=here.handler, version=fresh(case).version)
    off = split(fresh(case), Piece(sorted(of(case))[:1], "路", WHY), by=here.handler, version=fresh(case).version)
    for one in map(fresh, (case, off)):
        story, _ = due_story(one, acts(one), one.opened_at.date())
        assert story.due == fresh(case).reply_due
        assert story.spans is not None
    done = Reshaping.objects.get()
    assert (done.writers, done.writers_before, done.writers_after) == (1, 2, 2)  # "a" wrote in both parts
    sums_hold(case, off)
    take_back(done, by=here.handler, version=fresh(case).version)
    assert (len(of(case)), of(off), fresh(off).goes_on_as) == (3, set(), case)
    sums_hold(case, off)


def test_whatever_is_merged_split_and_taken_back_no_message_is_lost_or_double(here: County) -> None:
    chance = random.Random(8)
    cases = [crowded(here, *chance.choices("abcd", k=chance.randint(1, 3))) for _ in range(3)]
    all_messages = set().union(*map(of, cases))
    people = writers_of(all_messages)
    for _ in range(15):
        open_now = list(Case.objects.filter(state=State.OPEN))
        case = chance.choice(open_now)
        what = chance.choice(["merge", "split", "back"])
        last = last_reshaping(case, acts(case))
        if what == "back" and last:
            take_back(last, by=here.handler, version=fresh(case).version)
        elif what == "merge" and len(open_now) > 1:
            merged(here, case, chance.choice([one for one in open_now if one != case]))
        elif len(of(case)) > 1:
            some = chance.sample(sorted(of(case)), chance.randint(1, len(of(case)) - 1))
            split(case, Piece(some, "路", WHY), by=here.handler, version=case.version)
        found = list(CaseMessage.objects.values_list("message", flat=True))
        assert (set(found), len(found)) == (all_messages, len(all_messages))
    for done in Reshaping.objects.all():
        assert done.writers_after <= done.writers_before + done.writers
    assert writers_of(all_messages) == people
    sums_hold(*Case.objects.all())


def writers_of(messages: set[int]) -> int:
    return len(set(Message.objects.filter(pk__in=messages).values_list("sender", flat=True)))


def test_the_desk_merges_splits_and_takes_back_and_the_old_address_leads_on(here: County, client: Client) -> None:
    case, into = crowded(here, "a", "b"), here.case()
    client.force_login(here.handler)
    desk = f"/desk/cases/{case.pk}/"

    def send(path: str, of_case: Case, **given: Any) -> Any:
        data = {"version": fresh(of_case).version, "reason": WHY, **given}
        return client.post(f"/desk/cases/{of_case.pk}/{path}/", data, headers={"accept-language": "en"})

    assert send("merge", case, into=case.pk).status_code == 422
    assert send("split", case, messages="x", title="路").status_code == 422
    assert send("merge", case, into=10**30).status_code == 422
    assert send("split", case, messages=f"{min(of(case))}、", title="路").status_code == 302
    off = Case.objects.latest("pk")
    assert send("merge", off, into=into.pk).status_code == 302
    page = client.get(f"/desk/cases/{off.pk}/", headers={"accept-language": "en"}).content.decode()
    assert f'href="/desk/cases/{into.pk}/"' in page
    assert client.get(off.get_absolute_url()).headers["Location"] == into.get_absolute_url()
    assert "people in case" in Client().get(into.get_absolute_url(), headers={"accept-language": "en"}).content.decode()
    done = Reshaping.objects.latest("pk")
    assert f'value="{done.pk}"' in client.get(f"/desk/cases/{into.pk}/").content.decode()
    assert send("take-back", into, reshaping=done.pk).status_code == 302
    assert send("take-back", into, reshaping=done.pk).status_code == 422
    assert send("take-back", into, reshaping=2**80).status_code == 422
    assert client.get(desk).status_code == 200


def test_a_writer_is_led_by_her_receipt_to_the_case_that_hers_is_now(here: County, client: Client) -> None:
    receipt = a_receipt(here.call, "灯不亮", area=here.township)
    case, into = a_case(receipt.message, by=here.handler), here.case()
    merged(here, case, into)
    page = client.get(f"/receipt/{grouped(receipt.code)}/", headers={"accept-language": "en"}).content.decode()
    assert f'href="{into.get_absolute_url()}"' in page
    assert WHY in page


def test_a_case_that_is_not_public_does_not_show_by_the_address_of_one_merged_into_it(here: County) -> None:
    case, into = here.case(), here.case()
    merged(here, case, into)
    Message.objects.update(published_at=None)
    assert Client().get(case.get_absolute_url()).status_code == 404
