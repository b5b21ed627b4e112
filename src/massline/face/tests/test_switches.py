"""Nothing typed is ever lost on the way to large type, another language or other colours, and nothing is sent by it."""

import re
from html import unescape

import pytest
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import engines
from django.test import Client
from django.urls import include, path
from django.views.decorators.http import require_POST

from massline.face import urls as face_urls
from massline.face.switches import read_choice

WORDS = '路灯 坏了 <b>"3 月"</b> 🏮 \u202eمرحبا\n第二行'
SENT: list[str] = []  # what a view of these tests was asked to do


class Words(forms.Form):
    text = forms.CharField(widget=forms.Textarea)
    place = forms.CharField(required=False, initial="village")
    kind = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], required=False, widget=forms.RadioSelect)
    public = forms.BooleanField(required=False, initial=True)
    number = forms.CharField(widget=forms.HiddenInput, initial="first")
    secret = forms.CharField(widget=forms.PasswordInput, required=False)


class Reason(forms.Form):
    reason = forms.CharField()
    place = forms.CharField(required=False)


PAGE = engines["django"].from_string(
    '{% extends "face/public.html" %}{% load face_tags %}{% block main %}'
    "{% for form in forms %}<form{% typed %} method=post>{% csrf_token %}{{ form }}</form>{% endfor %}{% endblock %}"
)


def page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        SENT.append(request.path)
    return HttpResponse(PAGE.render({"forms": [Words(), Reason(), Reason()]}, request))


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    SENT.append(request.path)
    return HttpResponse("done")


def act_or_up(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        SENT.append(request.path)
    return redirect("/words/")


def closed(request: HttpRequest) -> HttpResponse:
    raise {"404": Http404, "403": PermissionDenied}[request.GET["with"]]


urlpatterns = [
    path("face/", include(face_urls)),
    path("words/", login_not_required(page)),
    path("words/act/", act),
    path("words/act-or-up/", act_or_up),
    path("closed/", closed),
]
pytestmark = pytest.mark.urls("massline.face.tests.test_switches")


@pytest.fixture(autouse=True)
def nothing_is_sent() -> object:
    SENT.clear()
    yield
    assert SENT == []


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def typed(**more: str) -> dict[str, str]:
    return {"face-form": "Words", "text": WORDS, "place": "", "kind": "b", "number": "second", **more}


def values(html: str) -> dict[str, list[str]]:
    """What stands in each control of the page, by its name."""
    found: dict[str, list[str]] = {}
    for name, text in re.findall(r'<textarea name="(\w+)"[^>]*>\n?(.*?)</textarea>', html, re.DOTALL):
        found.setdefault(name, []).append(unescape(text))
    for tag in re.findall(r"<input [^>]*>", html):
        name, value = re.search(r'name="([\w-]+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ("checked" in tag or not re.search(r'type="(radio|checkbox)"', tag)):
            found.setdefault(name[1], []).append(unescape(value[1]) if value else "")
    return found


@pytest.mark.parametrize(
    ("switch", "shows"),
    [
        ("type:large", 'data-type="large"'),
        ("colours:dark", 'data-colours="dark"'),
        ("colours:light", 'data-colours="light"'),
        ("language:en", '<html lang="en"'),
    ],
)
def test_a_half_written_form_comes_back_as_it_was_typed(client: Client, switch: str, shows: str) -> None:
    answer = client.post("/words/?page=2", {**typed(), "face-switch": switch})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert shows in html
    now = values(html)
    assert (now["text"], now["kind"], now["number"]) == ([WORDS], ["b"], ["second"])
    assert now["place"][0] == ""  # emptied by the writer: it does not spring back to what stood there first
    assert "public" not in now  # so with a box that she unticked
    assert 'action="/words/?page=2"' in html or 'formaction="/words/?page=2"' in html
    assert shows in client.get("/words/").content.decode()


def test_what_was_typed_into_the_other_forms_of_the_page_comes_back_each_to_its_own(client: Client) -> None:
    others = ["face-form=Reason&reason=one&place=", "face-form=Reason&reason=%E4%BA%8C&place=there"]
    answer = client.post("/words/", {**typed(), "face-switch": "type:large", "face-kept": others})
    now = values(answer.content.decode())
    assert now["reason"] == ["one", "二"]
    assert now["place"] == ["", "", "there"]
    assert now["text"] == [WORDS]


def test_a_form_that_was_not_sent_stays_as_it_was_made(client: Client) -> None:
    now = values(client.post("/words/", {**typed(), "face-switch": "type:large"}).content.decode())
    assert now["reason"] == ["", ""]


def test_a_password_is_never_written_into_a_page(client: Client) -> None:
    answer = client.post("/words/", {**typed(secret="hunter22hunter22"), "face-switch": "type:large"})
    assert b"hunter22" not in answer.content


@pytest.mark.parametrize("address", ["/words/act/", "/words/act-or-up/"])
def test_an_address_that_only_takes_forms_shows_the_page_above_with_the_words(client: Client, address: str) -> None:
    answer = client.post(address, {**typed(), "face-switch": "type:large"})
    assert answer.status_code == 200
    assert values(answer.content.decode())["text"] == [WORDS]


@pytest.mark.parametrize(
    "switch", ["", "type:", "type:huge", "language:xx", "language:../en", "colours:dark;x", "nonsense" * 99]
)
def test_a_switch_that_is_none_of_ours_changes_nothing_and_keeps_the_words(client: Client, switch: str) -> None:
    answer = client.post("/words/", {**typed(), "face-switch": switch})
    assert values(answer.content.decode())["text"] == [WORDS]
    assert not answer.cookies.keys() & {"colours", "large_type", "django_language"}
    assert read_choice(switch) is None


@pytest.mark.parametrize("broken", ["", "&&&", "face-form", "face-form=Reason", "%ff%fe=%zz", "face-form=Nobody&x=1"])
def test_broken_words_of_another_form_break_nothing(client: Client, broken: str) -> None:
    answer = client.post("/words/", {**typed(), "face-switch": "type:large", "face-kept": broken})
    assert answer.status_code == 200
    assert values(answer.content.decode())["text"] == [WORDS]


@pytest.mark.parametrize("address", ["/nosuch/", "/closed/?with=404", "/closed/?with=403"])
def test_a_page_that_cannot_be_shown_still_takes_the_choice(client: Client, address: str) -> None:
    answer = client.post(address, {"face-switch": "type:large"})
    assert (answer.status_code, answer["Location"]) == (302, address)
    assert 'data-type="large"' in client.get(address).content.decode()


def test_without_anything_typed_the_page_can_be_loaded_again_without_a_question(client: Client) -> None:
    answer = client.post("/words/?page=2", {"face-switch": "type:large"})
    assert (answer.status_code, answer["Location"]) == (302, "/words/?page=2")
    assert answer.cookies["large_type"]["max-age"] >= 30 * 24 * 60 * 60
    client.post("/words/", {"face-switch": "type:standard"})
    assert '<html lang="zh-Hans">' in client.get("/words/").content.decode()


@pytest.mark.parametrize("address", ["//evil.example/", "/\\evil.example/"])
def test_a_switch_sends_nobody_to_another_site(client: Client, address: str) -> None:
    answer = client.generic("POST", address, "face-switch=type:large", "application/x-www-form-urlencoded")
    assert not re.match(r"^(//|/\\|\w+:)", answer.headers.get("Location", "/"))


def test_a_form_without_its_token_is_refused_and_shows_no_words() -> None:
    answer = Client(enforce_csrf_checks=True).post("/words/", {**typed(), "face-switch": "type:large"})
    assert answer.status_code == 403
    assert WORDS not in unescape(answer.content.decode())


def test_each_answer_keeps_its_words_to_itself(client: Client) -> None:
    client.post("/words/", {**typed(), "face-switch": "type:large"})
    assert values(client.get("/words/").content.decode())["text"] == [""]


def test_only_the_first_form_of_a_page_belongs_to_the_switches_and_a_page_without_one_gets_its_own(
    client: Client,
) -> None:
    assert client.get("/words/").content.decode().count('id="typed"') == 1
    assert client.get("/nosuch/").content.decode().count('id="typed"') == 1
