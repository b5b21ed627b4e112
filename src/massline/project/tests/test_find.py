"""Finding from the desk: by words and numbers, and never what somebody may not see."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.builders import (
    a_body,
    a_call,
    a_case,
    a_county,
    a_handler,
    a_leader,
    a_message,
    a_user,
    an_analyst,
    an_inspector,
    an_outsider,
)

from massline.project.find import LONGEST, find
from massline.rights import Role

pytestmark = pytest.mark.django_db
OF_OPERATORS = "/desk/set-up/"


def urls(user, typed: str = "") -> list[str]:
    return [hit.url for kind in find(user, typed, timezone.now()) for hit in kind.hits]


def desk(case) -> str:
    return reverse("respond:desk_case", args=[case.pk])


@pytest.mark.parametrize(
    "typed",
    ["'; drop table", "%", "_", "\x00", "9" * 400, "²", "-1", "٣", "🙂" * 300, "路\u202e灯", "x" * 100_000, "#"],
)
def test_whatever_is_typed_is_answered(client, typed) -> None:
    client.force_login(a_handler())
    assert client.get(reverse("find"), {"q": typed[:5_000]}).status_code == 200


def test_a_handler_finds_her_case_by_number_and_by_a_word_of_its_title() -> None:
    handler = a_handler()
    case = a_case(a_message(a_call(handler.body)), title="桥头的路灯不亮", by=handler)
    other = a_case(a_message(a_call(handler.body)), title="垃圾没有人收", by=handler)
    assert urls(handler, str(case.pk))[0] == desk(case)
    assert desk(case) in urls(handler, f"#{case.pk}")
    assert desk(case) in urls(handler, "路灯")
    assert desk(other) not in urls(handler, "路灯")


def test_an_outsider_finds_nothing_of_what_is_not_public() -> None:
    """The message waits: neither it nor its case exists for anybody else, by number or by word."""
    handler, outsider = a_handler(), an_outsider()
    message = a_message(a_call(handler.body, publish_at_once=False), "桥头的路灯不亮")
    case = a_case(message, title="桥头的路灯不亮", by=handler)
    assert desk(case) in urls(handler, "路灯")
    assert message.get_absolute_url() in urls(handler, str(message.pk))
    for user in (outsider, an_analyst(), a_leader(), a_user(Role.OPERATOR, a_body())):
        found = urls(user, "路灯") + urls(user, str(case.pk)) + urls(user, str(message.pk))
        assert not {desk(case), case.get_absolute_url(), message.get_absolute_url()} & set(found)


@pytest.mark.parametrize("who", [an_outsider, an_analyst, a_leader, an_inspector])
def test_what_is_public_elsewhere_leads_to_its_public_page_and_never_to_a_desk(who) -> None:
    case, user = a_case(title="桥头的路灯不亮"), who()
    for typed in ("路灯", str(case.pk)):
        assert case.get_absolute_url() in urls(user, typed)
        assert desk(case) not in urls(user, typed)


def test_a_call_that_has_not_begun_is_found_by_nobody() -> None:
    county = a_county()
    hidden = a_call(county, opens=timedelta(days=2), closes=timedelta(days=9))
    assert hidden.get_absolute_url() not in urls(a_leader(county), hidden.title)
    shown = a_call(county)
    assert shown.get_absolute_url() in urls(a_handler(county), shown.title)


def test_bodies_are_found_by_both_names_and_by_code() -> None:
    body, user = a_body("清溪县水利局"), a_handler()
    for typed in ("水利", body.name_en.lower(), body.code):
        assert reverse("supervise:body", args=[body.code]) in urls(user, typed)


@pytest.mark.parametrize(
    "who", [a_handler, a_leader, an_inspector, an_analyst, lambda: a_user(Role.OPERATOR, a_body())]
)
def test_every_page_and_act_that_is_offered_opens(client, who) -> None:
    user = who()
    client.force_login(user)
    for url in urls(user):
        assert client.get(url).status_code == 200, url


def test_only_operators_are_offered_the_set_up() -> None:
    for user in (a_handler(), a_leader(), an_inspector(), an_analyst(), a_user(Role.OPERATOR, None)):
        assert not [url for url in urls(user) if url.startswith(OF_OPERATORS)]
    assert [url for url in urls(a_user(Role.OPERATOR, a_body())) if url.startswith(OF_OPERATORS)]


def test_an_inspector_is_offered_no_act() -> None:
    assert reverse("respond:queue") + "?show=new" in urls(a_handler())
    assert not [url for url in urls(an_inspector()) if "?show=" in url]


def test_the_page_and_the_list_of_the_palette_show_the_same(client) -> None:
    user = a_handler()
    client.force_login(user)
    page = client.get(reverse("find"), {"q": "scoreboard"}, headers={"accept-language": "en"})
    alone = client.get(reverse("find"), {"q": "scoreboard"}, headers={"accept-language": "en", "hx-request": "true"})
    assert alone.content.decode().strip() in page.content.decode()
    assert "<html" not in alone.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_who_is_signed_out_meanwhile_is_sent_to_sign_in_by_page_and_by_palette(client) -> None:
    sign_in = reverse("people:sign_in")
    assert client.get(reverse("find")).url.startswith(sign_in)
    assert client.get(reverse("find"), headers={"hx-request": "true"})["HX-Redirect"].startswith(sign_in)


def test_finding_takes_few_queries_however_much_there_is(client, django_assert_max_num_queries) -> None:
    handler = a_handler()
    call = a_call(handler.body)
    for _ in range(8):
        case = a_case(a_message(call), title="路灯1", by=handler)
    client.force_login(handler)
    with django_assert_max_num_queries(14):
        client.get(reverse("find"), {"q": str(case.pk)})
    with django_assert_max_num_queries(14):
        client.get(reverse("find"), {"q": "路灯"})


def test_a_long_word_is_cut_before_the_database_sees_it() -> None:
    assert urls(a_handler(), "x" * LONGEST + "y") == urls(a_handler(), "x" * LONGEST)
