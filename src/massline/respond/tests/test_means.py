"""Nobody sends a case down without what it takes; who lacks it hands the case back, and both can be read and counted."""

from itertools import permutations, product
from typing import Any

import pytest
from django.test import Client
from tests.builders import a_body, a_county, a_handler, a_leader, a_message, an_inspector, an_outsider

from massline.bodies.models import Body
from massline.bodies.rules import Level
from massline.ledger.models import Entry
from massline.ledger.rules import digest
from massline.respond.actions import (
    Wait,
    abolish_body,
    hand_back,
    hand_over,
    merge,
    open_case,
    pause,
    publish_reply,
)
from massline.respond.models import Case, Turn
from massline.respond.queries import acts, goes_down
from massline.respond.rules import (
    LEVELS_DOWN,
    HandBackRefused,
    HandOverRefused,
    Means,
    MeansKind,
    MeansMissing,
    PauseKind,
    Place,
    ReshapeRefused,
    State,
    Step,
    TurnKind,
    WrongState,
    check_means,
    who_gets_it_back,
)
from massline.respond.rules import goes_down as goes_down_by_rule
from massline.respond.tests.county import MONEY, County
from massline.rights import OPERATOR, NotAllowed

OWN = Means(frozenset({MeansKind.OWN}), "镇里有路灯维修队")


# Which way is down


@pytest.mark.parametrize(("above", "below"), list(permutations(LEVELS_DOWN, 2)))
def test_down_is_to_a_lower_level_and_never_back_up(above: Level, below: Level) -> None:
    down = LEVELS_DOWN.index(above) < LEVELS_DOWN.index(below)
    assert goes_down_by_rule(Place("00010001", above), Place("00010002", below)) is down


@pytest.mark.parametrize(("here", "there"), list(product([*LEVELS_DOWN, None], repeat=2)))
def test_the_tree_goes_before_the_level(here: Level | None, there: Level | None) -> None:
    assert goes_down_by_rule(Place("0001", here), Place("00010001", there))
    assert not goes_down_by_rule(Place("00010001", here), Place("0001", there))
    assert not goes_down_by_rule(Place("0001", here), Place("0001", there))


def test_a_department_that_stands_beside_no_level_goes_down_by_the_tree_alone() -> None:
    assert not goes_down_by_rule(Place("0001", None), Place("0002", Level.VILLAGE))


@pytest.mark.django_db
def test_a_department_has_the_level_of_what_it_stands_under() -> None:
    """A county's department that hands a case to a township hands it down, as the county itself does."""
    county = a_county()
    department, town = a_body(under=county, level=Level.DEPARTMENT), a_body(under=county)
    office, village = a_body(under=town, level=Level.DEPARTMENT), a_body(under=town, level=Level.VILLAGE)
    section = a_body(under=department, level=Level.DEPARTMENT)
    for before, after in ((county, department), (department, town), (section, town), (office, village), (town, office)):
        assert goes_down(before, after)
        assert not goes_down(after, before)
    assert not goes_down(department, a_body(under=county, level=Level.DEPARTMENT))
    assert not goes_down(town, a_body(under=county))


# What has to go with it


@pytest.mark.parametrize(
    ("means", "why"),
    [
        (Means(), "none"),
        (Means(frozenset({MeansKind.MONEY}), " \n"), "words"),
        (Means(frozenset({MeansKind.OWN, MeansKind.STAFF}), "两个人"), "both"),
    ],
)
def test_nothing_goes_down_with_no_means_nor_with_a_bare_word_of_them(means: Means, why: str) -> None:
    with pytest.raises(MeansMissing) as refused:
        check_means(means, "330102", is_down=True)
    assert (refused.value.why, refused.value.code) == (why, "330102")


def test_upwards_nothing_has_to_go_with_it() -> None:
    check_means(Means(), "330102", is_down=False)


# To whom it leads back


def steps(*told: tuple[TurnKind, int | None, str]) -> list[Step]:
    return [Step(*one) for one in told]


TAKEN, OVER, BACK = TurnKind.TAKEN, TurnKind.HANDED_OVER, TurnKind.HANDED_BACK


def test_what_nobody_handed_down_goes_back_to_nobody() -> None:
    assert who_gets_it_back(steps((TAKEN, None, ""))) is None
    assert who_gets_it_back(steps((TAKEN, None, ""), (OVER, 1, ""))) is None


def test_a_chain_goes_back_the_way_it_came_step_by_step() -> None:
    chain = steps((TAKEN, None, ""), (OVER, 1, "money"), (OVER, 2, "own"))
    assert who_gets_it_back(chain) == 2
    chain.append(Step(BACK, 3))
    assert who_gets_it_back(chain) == 1
    chain.append(Step(BACK, 2))
    assert who_gets_it_back(chain) is None


def test_a_reopening_ends_what_could_go_back_and_inheriting_does_not() -> None:
    down = steps((TAKEN, None, ""), (OVER, 1, "staff"))
    assert who_gets_it_back([*down, Step(TurnKind.REOPENED, None)]) is None
    assert who_gets_it_back([*down, Step(OVER, None)]) == 1


# The verbs


@pytest.fixture
def here(db: None) -> County:
    return County()


def of_the_county(here: County) -> Case:
    """A case that the county itself has taken."""
    return open_case(a_message(here.call), title="桥要修", by=a_leader(here.county))


def handed_down(here: County, means: Means = MONEY) -> Case:
    """From the county to the township."""
    case = of_the_county(here)
    return hand_over(case, to=here.township, reason="桥在镇里", by=a_leader(here.county), version=0, means=means)


def facts(kind: str) -> dict[str, Any]:
    return Entry.objects.filter(kind=kind).order_by("-pk")[0].facts


def test_a_case_that_would_go_down_without_means_stays_where_it_is(here: County) -> None:
    case, leader = of_the_county(here), a_leader(here.county)
    for means in (Means(), Means(frozenset({MeansKind.STAFF}))):
        with pytest.raises(MeansMissing):
            hand_over(case, to=here.township, reason="归镇里", by=leader, version=0, means=means)
    case.refresh_from_db()
    assert (case.body, case.version, case.hand_overs) == (here.county, 0, 0)


def test_what_goes_with_it_is_kept_and_stands_in_the_log_without_its_words(here: County) -> None:
    case = handed_down(here)
    turn = Turn.objects.get(case=case, ended_at=None)
    assert (turn.sender, turn.kinds_of_means, turn.means_words) == (here.county, ["money"], MONEY.words)
    said = facts("case.handed_over")
    assert (said["means"], said["means_words"]) == (["money"], digest(MONEY.words, str(case.pk)))
    assert case.hand_overs == 1


def test_who_lacks_the_means_hands_it_back_and_the_sender_owes_the_answer_by_the_same_day(here: County) -> None:
    case = handed_down(here)
    due = case.reply_due
    hand_back(case, reason="两万元没有到", by=here.handler, version=1)
    case.refresh_from_db()
    assert (case.body, case.reply_due, case.hand_overs, case.version) == (here.county, due, 2, 2)
    said = facts("case.handed_back")
    assert (said["from"], said["to"]) == (here.township.code, here.county.code)
    assert said["reason"] == digest("两万元没有到", str(case.pk))
    assert len(acts(case)) == case.version + 1
    with pytest.raises(HandOverRefused):  # not twice to the same body, with whatever means
        hand_over(case, to=here.township, reason="再去", by=a_leader(here.county), version=2, means=MONEY)
    with pytest.raises(HandBackRefused):
        hand_back(case, reason="也没有", by=a_leader(here.county), version=2)


def test_its_own_means_can_be_contested_too(here: County) -> None:
    case = handed_down(here, OWN)
    assert hand_back(case, reason="维修队去年撤了", by=here.handler, version=1).body == here.county


def test_a_chain_of_bodies_hands_it_back_up_to_who_sent_it_first(here: County) -> None:
    case, village = handed_down(here), a_body(under=here.township, level=Level.VILLAGE)
    hand_over(case, to=village, reason="桥在村口", by=here.handler, version=1, means=OWN)
    hand_back(case, reason="村里没有人手", by=a_handler(village), version=2)
    assert case.body == here.township
    hand_back(case, reason="镇里也没有", by=here.handler, version=3)
    assert (case.body, case.hand_overs) == (here.county, 4)


def test_what_was_passed_on_upwards_or_beside_is_not_handed_back(here: County) -> None:
    case = here.case()
    hand_over(case, to=here.county, reason="归县里", by=here.handler, version=0)
    with pytest.raises(HandBackRefused, match="nobody"):
        hand_back(case, reason="没有条件", by=a_leader(here.county), version=1)


@pytest.mark.parametrize("reason", ["", " \n"])
def test_nobody_hands_back_without_saying_what_is_missing(here: County, reason: str) -> None:
    with pytest.raises(HandBackRefused, match="missing"):
        hand_back(handed_down(here), reason=reason, by=here.handler, version=1)


def test_a_case_that_waits_or_is_answered_is_not_handed_back(here: County) -> None:
    case = handed_down(here)
    pause(case, Wait(PauseKind.WRITER, "等照片", 2), by=here.handler, version=1)
    with pytest.raises(HandBackRefused, match="stands still"):
        hand_back(case, reason="没有钱", by=here.handler, version=2)
    other = handed_down(here)
    publish_reply(other, text="修好了", by=here.handler, version=1)
    with pytest.raises(WrongState):
        hand_back(other, reason="没有钱", by=here.handler, version=2)


def test_only_the_desk_that_has_it_hands_it_back(here: County) -> None:
    case = handed_down(here)
    strangers = [None, OPERATOR, an_outsider(), a_handler(here.department), an_inspector(here.county)]
    for actor in strangers:
        with pytest.raises(NotAllowed):
            hand_back(case, reason="没有钱", by=actor, version=1)
    assert Case.objects.get(pk=case.pk).body == here.township


def test_it_goes_back_to_who_answers_in_the_place_of_an_abolished_sender(db: None) -> None:
    county = a_county()
    middle, heir = a_body(under=county), a_body(under=county)
    village = a_body(under=middle, level=Level.VILLAGE)
    case = open_case(a_message(area=middle), title="x", by=a_handler(middle))
    hand_over(case, to=village, reason="归村里", by=a_handler(middle), version=0, means=OWN)
    Body.objects.filter(pk=middle.pk).update(abolished_on=case.received_on, successor=heir)
    assert hand_back(case, reason="没有条件", by=a_handler(village), version=1).body == heir


def test_who_inherits_a_case_may_hand_it_back_but_not_to_itself(here: County) -> None:
    heir = a_body(under=here.county)
    case, other = handed_down(here), handed_down(here)
    abolish_body(here.township, into=heir, reason="撤并", by=OPERATOR)
    case.refresh_from_db()
    assert hand_back(case, reason="没有钱", by=a_handler(heir), version=case.version).body == here.county
    abolish_body(heir, into=here.county, reason="撤并", by=OPERATOR)
    other.refresh_from_db()
    with pytest.raises(HandBackRefused, match="nobody"):
        hand_back(other, reason="没有钱", by=a_leader(here.county), version=other.version)


def test_merging_hands_nothing_down(here: County) -> None:
    high, low = of_the_county(here), here.case()
    with pytest.raises(ReshapeRefused, match="lower down"):
        merge(high, into=low, reason="同一座桥", by=a_leader(here.county), version=0)
    merge(low, into=high, reason="同一座桥", by=a_leader(here.county), version=0)
    low.refresh_from_db()
    assert low.state == State.MERGED


# The pages


def page(client: Client, address: str) -> str:
    return client.get(address, headers={"accept-language": "en"}).content.decode()


def test_the_form_asks_for_means_where_it_goes_down_and_keeps_what_was_ticked(here: County, client: Client) -> None:
    case = of_the_county(here)
    client.force_login(a_leader(here.county))
    sent: dict[str, Any] = {"version": 0, "to": here.township.code, "reason": "桥在镇里"}
    address = f"/desk/cases/{case.pk}/hand-over/"
    answer = client.post(address, sent, headers={"accept-language": "en"})
    assert answer.status_code == 422
    assert "Say what goes with it" in answer.content.decode()
    answer = client.post(address, sent | {"means": ["money", "staff"]}, headers={"accept-language": "en"})
    assert answer.status_code == 422
    assert answer.content.decode().count("checked") == 2
    answer = client.post(address, sent | {"means": ["gold"], "means_words": "x"})
    assert answer.status_code == 422
    full = sent | {"means": ["staff", "money"], "means_words": "两人，县财政两万元"}
    Case.objects.filter(pk=case.pk).update(version=1)
    answer = client.post(address, full, headers={"accept-language": "en"})
    assert answer.status_code == 409
    assert answer.content.decode().count("checked") == 2
    Case.objects.filter(pk=case.pk).update(version=0)
    assert client.post(address, full).status_code == 302
    assert Turn.objects.get(case=case, ended_at=None).means == "money staff"


def test_everybody_reads_what_went_with_it_and_that_it_came_back(here: County, client: Client) -> None:
    case = handed_down(here)
    hand_back(case, reason="两万元没有到", by=here.handler, version=1)
    shown = page(client, f"/cases/{case.pk}/")
    assert "What goes with it" in shown
    assert MONEY.words in shown
    assert f"Handed back to {here.county}: {here.township} lacks the means" in shown
    assert "1 of them back: no means" in shown
    told = client.get(f"/api/cases/{case.pk}").json()["turns"]
    assert [(turn["kind"], turn["means"]) for turn in told[1:]] == [("handed over", ["money"]), ("handed back", [])]
    assert told[1]["sender"]["code"] == here.county.code


def test_the_desk_offers_to_hand_back_only_what_was_handed_down(here: County, client: Client) -> None:
    plain, down = here.case(), handed_down(here)
    client.force_login(here.handler)
    assert "/hand-back/" not in page(client, f"/desk/cases/{plain.pk}/")
    assert "/hand-back/" in page(client, f"/desk/cases/{down.pk}/")
    address = f"/desk/cases/{down.pk}/hand-back/"
    assert client.post(address, {"version": 1, "reason": ""}).status_code == 422
    assert client.post(address, {"version": 1, "reason": "没有钱"}).status_code == 302
    refused = client.post(f"/desk/cases/{plain.pk}/hand-back/", {"version": 0, "reason": "没有钱"})
    assert refused.status_code == 422


def test_of_several_cases_those_that_would_go_down_with_nothing_stay(here: County, client: Client) -> None:
    high, low = of_the_county(here), here.case()
    other = a_body(under=here.county)
    client.force_login(a_leader(here.county))
    sent = {"cases": [f"{high.pk}:0", f"{low.pk}:0"], "to": other.code, "reason": "归它"}
    answer = client.post("/desk/together/cases/", sent, headers={"accept-language": "en"}, follow=True)
    assert "nothing goes with it" in answer.content.decode()
    high.refresh_from_db()
    low.refresh_from_db()
    assert (high.body, low.body) == (here.county, other)
    again = {"cases": [f"{high.pk}:0"], "to": other.code, "reason": "归它", "means": "own", "means_words": "有维修队"}
    client.post("/desk/together/cases/", again)
    high.refresh_from_db()
    assert high.body == other
