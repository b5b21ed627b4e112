"""An operator sets up a place from nothing by three commands; each refuses whole, and says what, where and how to go on."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from massline.bodies.models import Body
from massline.gather.models import Call
from massline.ledger.models import Entry
from massline.people.models import User

pytestmark = pytest.mark.django_db

BODIES = """\
code,name,level,under,promise_days
330100,清溪县,county,,
330101,东河镇,township,330100,5
330199,水利局,department,330100,
"""


def add_bodies(tmp_path, text: str, encoding: str = "utf-8") -> str:
    file = tmp_path / "bodies.csv"
    file.write_bytes(text.encode(encoding))
    out = io.StringIO()
    call_command("add_bodies", file, stdout=out)
    return out.getvalue()


def add_user(monkeypatch, username: str, password: str, **options: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    call_command("add_user", username, **{"role": "handler", "body": "330101", **options}, stdout=io.StringIO())


def open_roads(**change: str) -> None:
    """As it is typed."""
    said = {"title": "修哪条路", "question": "哪条？", "body": "330100", "until": "2099-01-31", **change}
    ref = said.pop("ref", "roads")
    call_command("open_call", ref, *(f"--{name}={value}" for name, value in said.items()), stdout=io.StringIO())


def test_from_nothing_to_a_handler_who_signs_in_and_an_open_call(tmp_path, monkeypatch, client) -> None:
    assert "3 bodies" in add_bodies(tmp_path, BODIES)
    add_user(monkeypatch, "wangfang", "a-long-quiet-river", name="王芳")
    open_roads()
    assert Body.objects.get(code="330101").reply_promise == 5
    assert client.login(username="wangfang", password="a-long-quiet-river")
    assert client.get("/desk/").status_code == 200
    assert client.get("/calls/roads/").status_code == 200
    assert Call.objects.get(ref="roads").is_open(timezone.now())
    assert set(Entry.objects.values_list("kind", flat=True)) == {"body.added", "role.given", "call.opened"}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("330102,西岭镇,township,999999,", "Row 4, column under: no body has the code '999999'"),
        ("330102,西岭镇,townshipp,330100,", "Row 4, column level"),
        ("330102,西岭镇,township,330100,five", "Row 4, column promise_days: 'five'"),
        ("330102,,township,330100,", "Row 4, column name"),
        ("330101,又一个东河镇,township,330100,", "Row 4, column code"),
    ],
)
def test_one_bad_row_adds_no_body_at_all(tmp_path, row, said) -> None:
    with pytest.raises(CommandError, match="Nothing was added") as refusal:
        add_bodies(tmp_path, BODIES + row + "\n")
    assert said in str(refusal.value)
    assert not Body.objects.exists()
    assert not Entry.objects.exists()


def test_a_file_in_another_encoding_is_refused_whole(tmp_path) -> None:
    with pytest.raises(CommandError, match="UTF-8"):
        add_bodies(tmp_path, BODIES, encoding="gb18030")


def test_a_file_without_headings_says_which_are_missing(tmp_path) -> None:
    with pytest.raises(CommandError, match="code, name, level"):
        add_bodies(tmp_path, "330100;清溪县;county\n")


@pytest.mark.parametrize(
    ("options", "password", "said"),
    [
        ({"body": "000000"}, "a-long-quiet-river", "No body has the code"),
        ({}, "short", "12"),
        ({}, "password1234", "Nobody was added"),
    ],
)
def test_a_user_that_cannot_be_is_not_half_made(tmp_path, monkeypatch, options, password, said) -> None:
    add_bodies(tmp_path, BODIES)
    with pytest.raises(CommandError, match=said):
        add_user(monkeypatch, "wangfang", password, **options)
    assert not User.objects.exists()


def test_a_name_that_is_taken_is_refused(tmp_path, monkeypatch) -> None:
    add_bodies(tmp_path, BODIES)
    add_user(monkeypatch, "wangfang", "a-long-quiet-river")
    with pytest.raises(CommandError, match="Nobody was added"):
        add_user(monkeypatch, "wangfang", "another-long-river")


@pytest.mark.parametrize(
    "change",
    [{"until": "2020-01-01"}, {"until": "next week"}, {"body": "000000"}, {"ref": "not a slug"}, {"title": "x" * 201}],
)
def test_a_call_that_cannot_be_is_not_opened(tmp_path, change) -> None:
    add_bodies(tmp_path, BODIES)
    with pytest.raises(CommandError):
        open_roads(**change)
    assert not Call.objects.exists()
