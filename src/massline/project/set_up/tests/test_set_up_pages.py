"""An operator sets a place up in the browser: step by step, in any order, and nobody else gets in."""

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from tests.builders import a_body, a_call, a_handler, a_leader, a_user, an_analyst, an_inspector

from massline.bodies.models import Body, CalendarYear
from massline.bodies.queries import above
from massline.gather.models import Call
from massline.ledger.models import Entry
from massline.people.models import User
from massline.project.cli import _set_up_line
from massline.project.set_up import door
from massline.project.set_up.steps import steps
from massline.rights import Role

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-quiet-river"
FOUND = {
    "place": "清溪县",
    "level": "county",
    "division": "330100",
    "name": "许文",
    "username": "xuwen",
    "password": PASSWORD,
    "again": PASSWORD,
}
SHEET = "代码,名称,级别,上级\n330101,东河镇,乡镇,\n330101201,柳湾村,村,330101\n"
PAGES = ("steps", "bodies", "staff", "calendar", "call")


@pytest.fixture
def operator(client) -> User:
    user = a_user(Role.OPERATOR, a_body("清溪县"))
    client.force_login(user)
    return user


def send(client, page: str, /, **typed: object):
    return client.post(reverse(f"set_up:{page}"), typed)


# --- the door


def test_the_address_of_the_terminal_founds_the_place_and_signs_its_operator_in(client) -> None:
    answer = client.post(door.address(), FOUND, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("set_up:steps")
    operator = User.objects.get(username="xuwen")
    assert (operator.role, operator.body.name, operator.check_password(PASSWORD)) == (Role.OPERATOR, "清溪县", True)


def test_the_address_works_once(client) -> None:
    address = door.address()
    client.post(address, FOUND)
    client.logout()
    answer = client.post(address, FOUND | {"division": "2", "username": "other"})
    assert answer.status_code == 404
    assert not User.objects.filter(username="other").exists()
    assert door.address() == ""


@pytest.mark.parametrize(
    "token",
    ["x", "found", signing.dumps("found"), signing.dumps("found", salt="another")],
    ids=[
        "x",
        "found",
        "signed",
        "signed otherwise",
    ],  # a signature holds its time: two workers must name one test alike
)
def test_an_address_that_was_made_up_opens_nothing(client, token) -> None:
    assert client.post(reverse("found", args=[token]), FOUND).status_code == 404
    assert not Body.objects.exists()


def test_an_address_of_the_day_before_yesterday_is_too_old(client, monkeypatch) -> None:
    address = door.address()
    monkeypatch.setattr(door, "LIFE", -1)
    answer = client.post(address, FOUND)
    assert answer.status_code == 404
    assert "set_up_address" in answer.content.decode()


@pytest.mark.parametrize(
    "slip",
    [
        {"password": "short", "again": "short"},
        {"again": "another-long-river"},
        {"password": "password1234", "again": "password1234"},
        {"division": "33 01"},
        {"division": "x" * 21},
        {"username": "许文"},
        {"place": " "},
        {"level": "empire"},
        {"place": "县" * 201},
    ],
)
def test_what_cannot_be_founded_is_sent_back_and_leaves_the_door_open(client, slip) -> None:
    answer = client.post(door.address(), FOUND | slip)
    assert answer.status_code == 422
    assert not Body.objects.exists()
    assert not User.objects.exists()
    assert door.address()


def test_the_second_of_two_who_found_at_once_is_refused_whole() -> None:
    """Both were let in before either had written: the question is asked again after the write."""
    door.found(
        Body(code="1", name="甲县", level="county"), User(username="first", role=Role.OPERATOR), password=PASSWORD
    )
    with pytest.raises(door.DoorClosed):
        door.found(
            Body(code="2", name="乙县", level="county"), User(username="second", role=Role.OPERATOR), password=PASSWORD
        )
    assert list(Body.objects.values_list("code", flat=True)) == ["1"]


def test_the_terminal_shows_the_address_until_there_is_an_operator(capsys) -> None:
    call_command("set_up_address", listening="http://127.0.0.1:9000")
    assert capsys.readouterr().out.startswith("http://127.0.0.1:9000/set-up/")
    a_user(Role.OPERATOR, a_body())
    with pytest.raises(CommandError, match="/desk/set-up/"):
        call_command("set_up_address")


def test_a_house_with_a_name_of_its_own_shows_that_name(settings) -> None:
    settings.HTTPS, settings.ALLOWED_HOSTS = True, ["localhost", "wenji.example.gov.cn"]
    assert door.base_url("http://127.0.0.1:8000") == "https://wenji.example.gov.cn"


def test_the_front_page_of_an_empty_house_says_how_to_begin(client) -> None:
    assert "set_up_address" in client.get("/").content.decode()
    a_body()
    assert "set_up_address" not in client.get("/").content.decode()


# --- who gets in


@pytest.mark.parametrize("who", [a_handler, a_leader, an_inspector, an_analyst, lambda: a_user(Role.OPERATOR, None)])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_the_set_up_does_not_exist_for_others(client, who, page) -> None:
    client.force_login(who())
    assert client.get(reverse(f"set_up:{page}")).status_code == 404


@pytest.mark.parametrize("page", [*PAGES, "undo_bodies"])
def test_somebody_who_is_not_signed_in_is_sent_to_sign_in(client, page) -> None:
    answer = client.post(reverse(f"set_up:{page}")) if page == "undo_bodies" else client.get(reverse(f"set_up:{page}"))
    assert answer.url.startswith(reverse("people:sign_in"))


def test_an_operator_gives_no_link_to_somebody_of_another_place(client, operator) -> None:
    assert client.post(reverse("set_up:new_link", args=[a_handler().pk])).status_code == 404
    assert not Entry.objects.filter(kind="link.given").exists()


def test_an_operator_puts_nothing_under_a_body_of_another_place(client, operator) -> None:
    other = a_body()
    answer = send(client, "bodies", text=f"code,name,level,under\nx,某镇,township,{other.code}\n", add="1")
    assert answer.status_code == 404
    assert not Body.objects.filter(code="x").exists()


# --- the steps


def test_every_step_is_done_by_what_is_there_and_not_by_where_one_was(client, operator) -> None:
    place = operator.body
    assert [step.done for step in steps(place)] == [True, False, False, False, False]
    a_handler(place)
    assert [step.done for step in steps(place)] == [True, False, True, False, False]
    send(client, "bodies", text=SHEET, add="1")
    a_call(place)
    assert [step.done for step in steps(Body.objects.get(pk=place.pk))] == [True, True, True, False, True]


def test_a_sheet_is_shown_before_anything_is_added(client, operator) -> None:
    answer = send(client, "bodies", text=SHEET)
    assert "柳湾村" in answer.content.decode()
    assert Body.objects.count() == 1


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_file_fills_the_box_and_the_box_is_added(client, operator, encoding) -> None:
    file = SimpleUploadedFile("bodies.csv", SHEET.encode(encoding))
    shown = client.post(reverse("set_up:bodies"), {"file": file})
    assert shown.context["form"].data["text"].strip() == SHEET.strip()
    send(client, "bodies", text=SHEET, add="1")
    village = Body.objects.get(code="330101201")
    assert above(above(village)) == operator.body


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "代码,名称\n1,东河镇\n",
        "代码,名称,级别\n",
        "代码,名称,级别\n1,东河镇,国\n",
        pytest.param('代码,名称,级别\n1,"' + "东" * 200_000, id="an open quotation mark"),
    ],
)
def test_a_sheet_that_cannot_be_used_comes_back_whole_and_adds_nothing(client, operator, text) -> None:
    answer = send(client, "bodies", text=text, add="1")
    assert answer.status_code == 422
    assert Body.objects.count() == 1


def test_a_file_that_is_too_large_is_not_even_read(client, operator) -> None:
    file = SimpleUploadedFile("bodies.csv", b"x" * 1_000_001)
    assert client.post(reverse("set_up:bodies"), {"file": file}).status_code == 422


def test_the_last_sheet_can_be_taken_out_again_once(client, operator) -> None:
    send(client, "bodies", text=SHEET, add="1")
    client.post(reverse("set_up:undo_bodies"))
    assert Body.objects.count() == 1
    assert [entry.kind for entry in Entry.objects.newest_first()[:2]] == ["body.removed", "body.removed"]
    client.post(reverse("set_up:undo_bodies"))
    assert Body.objects.count() == 1


def test_a_sheet_whose_bodies_are_in_use_stays_whole(client, operator) -> None:
    send(client, "bodies", text=SHEET, add="1")
    a_handler(Body.objects.get(code="330101"))
    client.post(reverse("set_up:undo_bodies"))
    assert Body.objects.filter(code__in=["330101", "330101201"]).count() == 2


def test_a_new_colleague_chooses_her_own_password_by_a_link_that_works_once(client, operator) -> None:
    body = operator.body
    answer = send(client, "staff", name="周敏", username="zhoumin", role="handler", body=body.code)
    link = answer.context["link"]
    client.logout()
    assert not User.objects.get(username="zhoumin").has_usable_password()
    form = client.get(link, follow=True).redirect_chain[-1][0]
    short = client.post(form, {"new_password1": "short", "new_password2": "short"})
    assert short.status_code == 422
    done = client.post(form, {"new_password1": PASSWORD, "new_password2": PASSWORD}, follow=True)
    assert done.redirect_chain[-1][0] == reverse("respond:queue")
    client.logout()
    assert client.login(username="zhoumin", password=PASSWORD)
    client.logout()
    assert client.get(link, follow=True).status_code == 404


def test_a_link_that_was_made_up_opens_nothing(client) -> None:
    handler = a_handler()
    for number, token in (("Mg", "x-y"), ("!!", "x"), (str(handler.pk), "set-password")):
        assert client.get(reverse("people:welcome", args=[number, token]), follow=True).status_code == 404


def test_a_name_that_is_taken_adds_nobody_and_gives_no_link(client, operator) -> None:
    typed = {"name": "许文", "username": operator.username, "role": "handler", "body": operator.body.code}
    assert send(client, "staff", **typed).status_code == 422
    assert User.objects.count() == 1
    assert not Entry.objects.filter(kind="link.given").exists()


def test_a_year_is_entered_and_known(client, operator) -> None:
    year = timezone.localdate().year + 2
    days = {"closed": f"{year}-03-01，{year}-03-02..{year}-03-03", "opened": f"{year}-03-06"}
    assert send(client, "calendar", year=year, **days).status_code == 302
    assert CalendarYear.objects.filter(year=year).exists()
    assert len(Entry.objects.newest_first().first().facts["closed"]) == 3


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"closed": "yesterday"},
        {"closed": "2020-01-01"},
        {"year": "1"},
        {"year": "x"},
        {"closed": "DAY", "opened": "DAY"},
    ],
)
def test_days_that_cannot_be_are_sent_back(client, operator, typed) -> None:
    year = timezone.localdate().year + 1
    said = {"year": year} | {name: value.replace("DAY", f"{year}-03-01") for name, value in typed.items()}
    assert send(client, "calendar", **said).status_code == 422
    assert not CalendarYear.objects.exists()


def test_the_first_call_is_open_to_the_end_of_its_last_day(client, operator) -> None:
    today = timezone.localdate()
    words = {"title": "先修哪条路", "question": "哪条？", "body": operator.body.code}
    answer = send(client, "call", **words, until=today.isoformat())
    call = Call.objects.get()
    assert answer.url == call.get_absolute_url()
    assert call.is_open(timezone.now())
    assert timezone.localtime(call.closes_at).date() > today
    send(client, "call", **words, until=today.isoformat())
    assert Call.objects.count() == 2


@pytest.mark.parametrize(
    "slip", [{"until": "2020-01-01"}, {"until": "soon"}, {"title": ""}, {"title": "x" * 201}, {"body": "x"}]
)
def test_a_call_that_cannot_be_is_not_opened(client, operator, slip) -> None:
    typed = {"title": "路", "question": "哪条？", "body": operator.body.code, "until": timezone.localdate().isoformat()}
    assert send(client, "call", **(typed | slip)).status_code == 422
    assert not Call.objects.exists()


@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_the_set_up_takes_few_queries(client, operator, page, django_assert_max_num_queries) -> None:
    send(client, "bodies", text=SHEET, add="1")
    for number in range(4):
        a_user(Role.HANDLER, Body.objects.get(code="330101" if number % 2 else "330101201"))
    with django_assert_max_num_queries(15):
        assert client.get(reverse(f"set_up:{page}")).status_code == 200


def test_the_server_prints_the_address_while_nobody_runs_the_place() -> None:
    assert "http://127.0.0.1:9000/set-up/" in _set_up_line("http://127.0.0.1:9000")
    a_user(Role.OPERATOR, a_body())
    assert _set_up_line("http://127.0.0.1:9000") == ""
