"""How cases went from body to body, as the scoreboard counts it."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.builders import a_body, a_handler, a_leader, a_message

from massline.bodies.models import Body
from massline.respond.actions import abolish_body, hand_back, hand_over, open_case, publish_reply
from massline.respond.models import Case
from massline.respond.tests.county import MONEY, County
from massline.rights import OPERATOR
from massline.supervise.passing import hand_overs, passed
from massline.supervise.rules import HandOvers, Rate

pytestmark = pytest.mark.django_db
NOTHING = HandOvers(Rate(0, 0), 0, 0, 0, 0, 0, 0)


@pytest.fixture
def here() -> County:
    return County()


def of(body: Body) -> HandOvers:
    return hand_overs([body.pk])[body.pk]


def sent_down_and_back(here: County) -> Case:
    leader = a_leader(here.county)
    case = open_case(a_message(here.call), title="桥", by=leader)
    hand_over(case, to=here.township, reason="桥在镇里", by=leader, version=0, means=MONEY)
    return hand_back(case, reason="钱没有到", by=here.handler, version=1)


def test_a_body_that_handed_nothing_over_has_no_share_rather_than_none_of_it(here: County) -> None:
    here.case()
    assert of(here.township) == NOTHING
    publish_reply(here.case(), text="修好了", by=here.handler, version=0)
    assert of(here.township).passed == Rate(0, 1)


def test_a_hand_over_counts_for_both_and_a_reply_for_the_share(here: County) -> None:
    publish_reply(here.case(), text="修好了", by=here.handler, version=0)
    hand_over(here.case(), to=here.department, reason="归它", by=here.handler, version=0)
    assert of(here.township) == HandOvers(Rate(1, 2), 1, 0, 0, 0, 0, 1)
    assert of(here.department) == HandOvers(Rate(0, 0), 0, 1, 0, 0, 0, 1)
    assert of(here.county) == NOTHING


def test_what_goes_back_for_lack_of_means_counts_for_who_lacked_them_and_for_who_sent_it(here: County) -> None:
    sent_down_and_back(here)
    assert of(here.county) == HandOvers(Rate(1, 1), 1, 0, 0, 1, 1, 2)
    assert of(here.township) == HandOvers(Rate(1, 1), 0, 1, 1, 0, 1, 2)


def test_the_longest_chain_is_that_of_one_case_and_not_of_all_together(here: County) -> None:
    for _ in range(3):
        hand_over(here.case(), to=here.department, reason="归它", by=here.handler, version=0)
    assert (of(here.township).longest, of(here.township).often) == (1, 0)
    case, chain = here.case(), [here.department, *(a_body(under=here.county) for _ in range(3))]
    by = here.handler
    for version, body in enumerate(chain):
        hand_over(case, to=body, reason="归它", by=by, version=version)
        by = a_handler(body)
    assert {of(body).longest for body in (here.township, *chain)} == {4}
    assert (of(here.township).often, of(here.township).out) == (1, 4)


def test_what_is_inherited_was_handed_over_by_nobody(here: County) -> None:
    here.case()
    abolish_body(here.township, into=here.department, reason="撤并", by=OPERATOR)
    assert of(here.township) == of(here.department) == NOTHING


@pytest.fixture
def pages(here: County, client: Client) -> tuple[County, Client]:
    sent_down_and_back(here)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return here, client


def test_everybody_reads_the_figures_on_the_board_of_the_body_and_by_program(pages: tuple[County, Client]) -> None:
    here, client = pages
    board = client.get("/scoreboard/hand-overs/").content.decode()
    assert str(here.township) in board
    assert "1 of 1 cases, likely" in board
    body = client.get(f"/bodies/{here.township.code}/").content.decode()
    assert "1 handed back: no means" in body
    assert "longest chain: 2" in body
    told = {line["body"]: line["hand_overs"] for line in client.get("/api/scoreboard").json()}
    assert (told[here.township.code]["sent_back"], told[here.county.code]["came_back"]) == (1, 1)
    assert told[here.department.code]["passed"]["value"] is None
    assert "/scoreboard/hand-overs/" in client.get("/scoreboard/").content.decode()


def test_bodies_further_down_have_a_board_of_their_own(pages: tuple[County, Client]) -> None:
    here, client = pages
    village = a_body(under=here.township)
    whole = passed(None)
    assert village not in {row.body for row in whole}
    assert {row.body: row.below for row in whole}[here.township] == 1
    board = client.get(f"/scoreboard/hand-overs/?under={here.township.code}").content.decode()
    assert str(village) in board
    assert client.get("/scoreboard/hand-overs/?under=nowhere").status_code == 404


def test_the_board_asks_no_more_often_for_more_bodies(here: County) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            passed(None)
        return len(queries)

    before = asked()
    for _ in range(5):
        a_body(under=here.county)
    sent_down_and_back(here)
    assert asked() == before == 4


def test_without_bodies_the_board_says_so(client: Client) -> None:
    answer = client.get("/scoreboard/hand-overs/", headers={"accept-language": "en"})
    assert "No body is entered yet" in answer.content.decode()
