"""The demo's people are one click away, in the demo and nowhere else, and no click gives more than the printed password."""

import os
import subprocess
import sys

import pytest
from django.test import Client
from django.urls import reverse
from tests.builders import a_body, a_call, a_case, a_handler, a_receipt, a_user

from massline.gather.actions import Words, receive_message
from massline.people.models import User
from massline.project.demo.staff import KNOWN, PASSWORD
from massline.project.demo_roles import seats
from massline.respond.actions import publish_reply
from massline.rights import RESIDENT, Role

pytestmark = pytest.mark.django_db
SEAT = "/demo/seat/"


def known(username: str, password: str = PASSWORD) -> User:
    """One of the demo's people, as load_demo enters her."""
    role = next(member.role for member in KNOWN if member.username == username)
    user = a_user(role, a_body(), password=password)
    User.objects.filter(pk=user.pk).update(username=username)
    return user


def signed_in(client) -> str:
    return client.session.get("_auth_user_id", "")


def test_one_click_takes_the_place_of_a_handler(client) -> None:
    handler = known("handler")
    answer = client.post(SEAT, {"username": "handler"}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("respond:queue")
    assert signed_in(client) == str(handler.pk)


@pytest.mark.parametrize("member", KNOWN, ids=lambda member: member.username)
def test_everybody_known_lands_on_a_page_that_is_hers(client, member) -> None:
    known(member.username)
    assert client.post(SEAT, {"username": member.username}, follow=True).status_code == 200


def test_outside_the_demo_no_click_signs_anybody_in(client, settings) -> None:
    known("handler")
    settings.MASSLINE_DEMO = False
    assert client.post(SEAT, {"username": "handler"}).status_code == 404
    assert client.get("/demo/receipt/").status_code == 404
    assert not signed_in(client)


def test_outside_the_demo_the_addresses_are_not_even_made() -> None:
    asked = "import django; django.setup(); from massline.project.urls import urlpatterns; print(urlpatterns)"
    told = {**os.environ, "MASSLINE_DEMO": "False", "PYTHONPATH": os.pathsep.join(sys.path)}
    made = subprocess.run([sys.executable, "-c", asked], env=told, capture_output=True, text=True, check=True).stdout
    assert "'home'" in made
    assert "demo" not in made


@pytest.mark.parametrize("username", ["", "nobody", "handler\x00", "x" * 10_000])
def test_a_name_that_is_not_of_the_demo_opens_nothing(client, username) -> None:
    known("handler")
    assert client.post(SEAT, {"username": username}).status_code == 404
    assert not signed_in(client)


def test_a_real_person_of_a_known_name_keeps_her_place(client) -> None:
    """Were the demo's switch left on by mistake, a password of one's own would still be asked for."""
    known("handler", password="another long password")
    assert client.post(SEAT, {"username": "handler"}).status_code == 404
    assert not signed_in(client)


def test_staff_beside_the_known_ones_have_no_seat(client) -> None:
    other = a_handler(password=PASSWORD)
    assert client.post(SEAT, {"username": other.username}).status_code == 404
    assert [seat.user.username for seat in seats()] == []


def test_looking_at_the_address_signs_nobody_in(client) -> None:
    known("handler")
    assert client.get(SEAT, {"username": "handler"}).status_code == 405
    assert not signed_in(client)


def test_a_form_from_elsewhere_is_refused() -> None:
    known("handler")
    assert Client(enforce_csrf_checks=True).post(SEAT, {"username": "handler"}).status_code == 403


def test_the_front_page_offers_only_those_who_are_there(client) -> None:
    assert SEAT not in client.get("/").content.decode()
    known("leader")
    page = client.get("/").content.decode()
    assert 'value="leader"' in page
    assert 'value="handler"' not in page


def test_the_receipt_shown_is_of_an_answered_case_that_the_demo_made_up(client) -> None:
    call = a_call()
    assert client.get("/demo/receipt/").status_code == 404
    visitors = a_receipt(call).message
    made_up = receive_message(call, Words(text="桥塌了", source_id="7"), by=RESIDENT, submission="7")
    for message in (made_up.message, visitors):
        by = a_handler(message.body)
        publish_reply(a_case(message, by=by), text="已修好", by=by, version=0)
    page = client.get("/demo/receipt/", follow=True)
    assert page.status_code == 200
    assert "桥塌了" in page.content.decode()
    assert made_up.code[:4] in page.redirect_chain[-1][0]


def test_the_roles_of_the_demo_are_all_of_the_staffs() -> None:
    assert {member.role for member in KNOWN} == set(Role) - {Role.RESIDENT, Role.SYSTEM}
