import re
from pathlib import Path

import pytest
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path

from massline.face import urls as face_urls
from massline.face.checks import a_person_can_be_called
from massline.face.living import parameters
from massline.face.styles import style_url

LONG = "无空格" * 70


def broken(request: HttpRequest) -> HttpResponse:
    raise {"400": BadRequest, "403": PermissionDenied, "500": RuntimeError, "suspicious": SuspiciousOperation}[
        request.GET["with"]
    ]


urlpatterns = [path("face/", include(face_urls)), path("broken/", broken)]
pytestmark = pytest.mark.urls("massline.face.tests.test_views")


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def test_a_forged_cookie_value_is_standard_type_in_the_colours_of_the_device(client: Client) -> None:
    client.cookies["large_type"] = client.cookies["colours"] = '"><script>'
    page = client.get("/face/").content.decode()
    assert '<html lang="zh-Hans">' in page  # neither large type nor colours
    assert '"><script>' not in page


def test_the_living_page_is_shown_in_the_demo_only(client: Client) -> None:
    assert client.get("/face/").status_code == 200
    with override_settings(MASSLINE_DEMO=False):
        assert client.get("/face/").status_code == 404


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_living_page_is_light_at_every_address(client: Client, language: str) -> None:
    """The code that a telephone reads holds the address: a longer one is a larger picture."""
    client.get(style_url())
    with override_settings(ALLOWED_HOSTS=["*"]):
        answer = client.get(
            "/face/?page=2", SERVER_NAME="a" * 60 + ".example.org", headers={"accept-language": language}
        )
    assert answer.status_code == 200
    assert len(answer.content) <= 28_000  # the house around it has a navigation, which is not here


def test_a_page_tells_what_each_part_takes_in_the_demo_only(client: Client) -> None:
    page = client.get("/face/parameters/").content.decode()
    assert all(f"<dt><code>{name}.html</code>" in page for name in parameters())
    with override_settings(MASSLINE_DEMO=False):
        assert client.get("/face/parameters/").status_code == 404


def test_the_living_page_sent_empty_comes_back_with_its_errors(client: Client) -> None:
    answer = client.post("/face/", {})
    assert answer.status_code == 422
    assert "ds-error-summary" in answer.content.decode()


def test_navigation_shows_only_what_this_installation_has(client: Client) -> None:
    """The addresses of this test have no other app: no item, no dead link, no error."""
    page = client.get("/face/").content.decode()
    assert 'class="face-nav"' not in page


@pytest.mark.parametrize(("kind", "status"), [("400", 400), ("suspicious", 400), ("403", 403), ("500", 500)])
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_an_error_page_says_what_happened_and_how_to_go_on(
    client: Client, kind: str, status: int, language: str
) -> None:
    answer = client.get("/broken/", {"with": kind}, headers={"accept-language": language})
    page = answer.content.decode()
    assert answer.status_code == status
    assert len(re.findall("<h1>", page)) == 1
    assert 'href="/"' in page
    assert "Traceback" not in page
    assert ("front page" in page) is (language == "en")


def test_an_unknown_address_with_html_in_it_is_not_echoed(client: Client) -> None:
    answer = client.get("/<script>alert(1)</script>/" + LONG)
    assert answer.status_code == 404
    assert "alert(1)<" not in answer.content.decode()


def test_a_stale_form_is_refused_with_a_way_on() -> None:
    answer = Client(enforce_csrf_checks=True).post("/face/", {})
    assert answer.status_code == 403
    assert "表单" in answer.content.decode()


def test_no_page_needs_inline_style_or_script(client: Client) -> None:
    page = client.get("/face/").content.decode()
    assert re.findall(r"\sstyle=|<style(?! data-kept=)|\son[a-z]+=|<script(?![^>]*\ssrc=)", page) == []


def test_the_policy_allows_our_own_files_only(client: Client) -> None:
    policy = client.get("/face/")["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_every_answer_of_the_living_page_is_small(client: Client) -> None:
    client.get(style_url())
    assert len(client.get("/face/").content) <= 30_000


@override_settings(SITE_NAME=LONG)
def test_a_site_name_of_two_hundred_characters_is_shown_in_full(client: Client) -> None:
    assert LONG in client.get("/face/").content.decode()


def test_a_person_to_call_stands_on_every_page_and_on_error_pages(client: Client) -> None:
    with override_settings(SITE_PHONE="0000-12345"):
        for address in ("/face/", "/nosuch/", *(f"/broken/?with={kind}" for kind in (400, 403, 500))):
            assert client.get(address).content.decode().count('href="tel:0000-12345"') == 1
        client.cookies["large_type"] = "1"
        for address in ("/face/", "/nosuch/", "/broken/?with=403"):
            assert 'class="face-wrap face-call' in client.get(address).content.decode()


@override_settings(SITE_PHONE="")
def test_without_a_number_no_page_offers_one_and_the_operator_is_told(client: Client) -> None:
    client.cookies["large_type"] = "1"
    assert not any("tel:" in client.get(address).content.decode() for address in ("/face/", "/broken/?with=500"))
    assert [warning.id for warning in a_person_can_be_called(None)] == ["massline.face.W001"]


def test_the_frame_leaves_the_names_of_a_page_alone() -> None:
    """What the frame sets before the page's own blocks would take the place of the page's values."""
    frame = (Path(face_urls.__file__).parent / "templates/face/base.html").read_text(encoding="utf-8")
    assert {name for name in re.findall(r" as (\w+) %}", frame) if not name.startswith("face_")} <= {"code"}
