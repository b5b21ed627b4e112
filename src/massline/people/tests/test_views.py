"""Signing in and out."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from tests.builders import a_body, a_handler, a_leader, a_user, an_inspector

from massline.ledger.models import Entry
from massline.people.actions import add_user
from massline.people.models import User
from massline.people.queries import operators
from massline.rights import OPERATOR, RESIDENT, NotAllowed, Role

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery staple"


def sign_in(client: Client, **data: str):
    return client.post(reverse("people:sign_in"), data, headers={"accept-language": "en"})


def test_a_handler_signs_in_and_comes_to_her_desk(client: Client) -> None:
    user = a_handler(password=PASSWORD)
    response = sign_in(client, username=user.username, password=PASSWORD)
    assert response.url == reverse("respond:queue")
    assert client.get(response.url).status_code == 200


def test_who_was_sent_to_sign_in_goes_on_to_where_she_wanted(client: Client) -> None:
    user = a_handler(password=PASSWORD)
    wanted = reverse("respond:queue") + "?show=new"
    assert sign_in(client, username=user.username, password=PASSWORD, next=wanted).url == wanted


def test_nobody_is_sent_to_another_site(client: Client) -> None:
    user = a_handler(password=PASSWORD)
    response = sign_in(client, username=user.username, password=PASSWORD, next="https://elsewhere.example/")
    assert response.url == reverse("respond:queue")


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(client: Client) -> None:
    user = a_handler(password=PASSWORD)
    answers = [
        sign_in(client, username=user.username, password="wrong"),
        sign_in(client, username=user.username[::-1], password="wrong"),
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    errors = [list(answer.context["form"].non_field_errors()) for answer in answers]
    assert errors[0]
    assert errors[0] == errors[1]


@pytest.mark.parametrize("data", [{}, {"username": "x" * 5000, "password": "\x00"}, {"username": "<script>"}])
def test_nonsense_comes_back_as_a_form(client: Client, data: dict[str, str]) -> None:
    response = sign_in(client, **data)
    assert response.status_code == 422
    assert b"<script>" not in response.content


def test_who_was_put_out_of_service_does_not_come_in(client: Client) -> None:
    user = a_handler(password=PASSWORD)
    user.is_active = False
    user.save()
    assert sign_in(client, username=user.username, password=PASSWORD).status_code == 422


def test_signing_out_takes_a_form_and_not_a_link(client: Client) -> None:
    client.force_login(a_handler())
    assert client.get(reverse("people:sign_out")).status_code == 405
    assert client.post(reverse("people:sign_out")).url == reverse("home")
    assert client.get(reverse("respond:queue")).status_code == 302


def test_only_operators_let_others_in() -> None:
    body = a_body()
    for actor in [None, RESIDENT, a_handler(body), a_leader(body), an_inspector(body)]:
        with pytest.raises(NotAllowed):
            add_user(User(username="new", role=Role.LEADER, body=body), password=None, by=actor)
    assert not User.objects.filter(username="new").exists()


def test_a_role_given_is_logged_without_a_name() -> None:
    user = a_handler()
    entry = Entry.objects.newest_first()[0]
    assert entry.kind == "role.given"
    assert entry.facts == {"role": "handler", "body": user.body.code}


def test_a_role_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValidationError):
        add_user(User(username="new", role="emperor", body=a_body()), password=None, by=OPERATOR)


def test_without_a_password_nobody_signs_in(client: Client) -> None:
    user = a_handler()
    assert sign_in(client, username=user.username, password="").status_code == 422


def test_whom_to_ask_are_operators_in_service() -> None:
    a_handler()
    here, gone = a_user(Role.OPERATOR, None), a_user(Role.OPERATOR, None)
    gone.is_active = False
    gone.save()
    assert list(operators()) == [here]
