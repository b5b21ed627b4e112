"""An operator abolishes, merges and moves bodies in the browser: she sees first what happens, and nothing falls between."""

import re
from typing import Any

import pytest
from django.test import Client
from tests.builders import a_body, a_case, a_handler, a_leader, a_message, a_user, an_analyst

from massline.bodies.models import Body
from massline.bodies.queries import above
from massline.ledger.models import Entry
from massline.respond.actions import set_duty, share
from massline.respond.models import Case, Duty, Share
from massline.respond.tests.county import County, a_topic
from massline.rights import OPERATOR, Role

pytestmark = pytest.mark.django_db
WHY = "按2026年第12号文并入"


@pytest.fixture
def here() -> County:
    return County()


@pytest.fixture
def operator(here: County, client: Client) -> Client:
    client.force_login(a_user(Role.OPERATOR, here.county))
    return client


def send(client: Client, body: Body, act: str = "", **typed: object) -> Any:
    return client.post(f"/desk/set-up/bodies/{body.code}/{act}", typed, headers={"accept-language": "en"})


def mark_of(shown: Any) -> str:
    """What the button sends that does what this page shows."""
    return re.findall(r'name="do" value="([^"]*)"', shown.content.decode())[0]


def fresh(body: Body) -> Body:
    return Body.objects.get(pk=body.pk)


def test_to_everybody_but_an_operator_above_it_the_pages_do_not_exist(here: County, client: Client) -> None:
    elsewhere = a_user(Role.OPERATOR, a_body())
    for user in (here.handler, a_leader(here.county), an_analyst(here.county), elsewhere):
        client.force_login(user)
        assert client.get(f"/desk/set-up/bodies/{here.township.code}/").status_code == 404
        assert (
            send(
                client, here.township, "abolish/", into=here.department.code, reason=WHY, do=here.department.code
            ).status_code
            == 404
        )
        assert (
            send(
                client, here.township, "move/", under=here.department.code, reason=WHY, do=here.department.code
            ).status_code
            == 404
        )
    assert fresh(here.township).abolished_on is None


def test_her_own_body_and_one_that_is_not_there_have_no_page(here: County, operator: Client) -> None:
    for key in (here.county.code, "nowhere"):
        assert operator.get(f"/desk/set-up/bodies/{key}/").status_code == 404
    for act in ("abolish/", "move/"):  # somebody who switches the language of a form comes back to the page
        assert operator.get(f"/desk/set-up/bodies/{here.township.code}/{act}").status_code == 302


@pytest.mark.parametrize(
    ("missing", "typed"),
    [("reason", ""), ("reason", " \n"), ("into", ""), ("into", "nowhere"), ("into", "itself"), ("into", "under it")],
)
def test_nobody_is_abolished_for_no_reason_nor_into_itself_nor_into_its_own_child(
    here: County, operator: Client, missing: str, typed: str
) -> None:
    codes = {"itself": here.township.code}
    if typed == "under it":
        codes[typed] = a_body(under=here.township).code
    given = {"into": here.department.code, "reason": WHY, missing: codes.get(typed, typed)}
    given["do"] = given["into"]
    assert send(operator, here.township, "abolish/", **given).status_code == 422
    assert fresh(here.township).abolished_on is None


def test_a_body_with_others_under_it_is_not_abolished_and_it_is_said_why(here: County, operator: Client) -> None:
    a_body(under=here.township)
    answer = send(operator, here.township, "abolish/", into=here.department.code, reason=WHY, do=here.department.code)
    assert answer.status_code == 422
    assert "Move or abolish them first" in answer.content.decode()
    assert fresh(here.township).abolished_on is None


def goes_over(shown: Any) -> set[str]:
    """What a page lists below the warning that this cannot be undone."""
    below = shown.content.decode().split("It cannot be undone")[1].split("</ul>")[0]
    return set(re.findall(r"<li>(.*?)</li>", below))


def test_what_goes_over_is_shown_first_and_then_goes(here: County, operator: Client) -> None:
    case, free, helped = here.case(), here.message(), a_case(a_message(here.call), by=a_handler(here.county))
    share(helped, to=here.township, reason="看管道", by=a_handler(here.county), version=helped.version)
    set_duty(a_topic("lights"), area=None, body=here.township, by=OPERATOR)
    given = {"into": here.department.code, "reason": WHY}
    shown = send(operator, here.township, "abolish/", **given)
    assert shown.status_code == 200
    assert {"1 open case", "1 message in no case", "1 part to do in cases of others"} <= goes_over(shown)
    assert {"1 topic that it answers for", "0 hidings to decide about"} <= goes_over(shown)
    do = mark_of(shown)
    assert fresh(here.township).abolished_on is None
    assert (
        send(operator, here.township, "abolish/", **given, do=here.county.code).status_code == 200
    )  # another was shown
    assert fresh(here.township).abolished_on is None
    assert send(operator, here.township, "abolish/", **given, do=do).status_code == 302
    assert Duty.objects.get().body == here.department
    free.refresh_from_db()
    assert (Case.objects.get(pk=case.pk).body, free.body) == (here.department, here.department)
    assert Share.objects.get(case=helped).body == here.department
    assert Entry.objects.filter(kind="body.abolished").count() == 1
    after = operator.get(f"/desk/set-up/bodies/{here.township.code}/", headers={"accept-language": "en"}).content
    assert "answers in its place" in after.decode()
    again = send(operator, here.township, "abolish/", **given, do=do)
    assert again.status_code == 422


def test_what_changed_since_it_was_shown_is_shown_again_and_nothing_is_done(here: County, operator: Client) -> None:
    here.case()
    given = {"into": here.department.code, "reason": WHY}
    do = mark_of(send(operator, here.township, "abolish/", **given))
    here.case()
    again = send(operator, here.township, "abolish/", **given, do=do)
    assert (again.status_code, fresh(here.township).abolished_on) == (200, None)
    assert "2 open cases" in goes_over(again)
    assert send(operator, here.township, "abolish/", **given, do=mark_of(again)).status_code == 302


@pytest.mark.parametrize("where", ["", "nowhere", "itself", "under it", "there already"])
def test_a_body_is_not_put_under_itself_nor_where_it_stands(here: County, operator: Client, where: str) -> None:
    child = a_body(under=here.township)
    codes = {"itself": here.township.code, "under it": child.code, "there already": here.county.code}
    given = {"under": codes.get(where, where), "reason": WHY, "do": codes.get(where, where)}
    assert send(operator, here.township, "move/", **given).status_code == 422
    assert above(fresh(here.township)) == here.county


def test_a_body_is_moved_with_all_that_is_its_and_put_back(here: County, operator: Client) -> None:
    case, child = here.case(), a_body(under=here.township)
    given = {"under": here.department.code, "reason": WHY}
    assert "bodies that go with it: 1" in send(operator, here.township, "move/", **given).content.decode()
    assert above(fresh(here.township)) == here.county
    send(operator, here.township, "move/", **given, do=here.department.code)
    assert above(fresh(here.township)) == fresh(here.department)
    assert above(fresh(child)) == fresh(here.township)
    assert Case.objects.get(pk=case.pk).body == here.township
    page = operator.get(f"/desk/set-up/bodies/{here.township.code}/", headers={"accept-language": "en"})
    assert "Put it back under" in page.content.decode()
    send(operator, here.township, "move/", under=here.county.code, reason="Taken back", do=here.county.code)
    assert above(fresh(here.township)) == fresh(here.county)
    moved = Entry.objects.filter(kind="body.moved")
    assert moved.count() == 2
    assert WHY not in str(list(moved.values()))
