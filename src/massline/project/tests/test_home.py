"""The front page: the circle with the numbers of today."""

import pytest
from django.urls import reverse
from tests.builders import a_call, a_case, a_handler, a_message

from massline.face.styles import style_url
from massline.people.models import User
from massline.project.demo.staff import PASSWORD
from massline.respond.actions import publish_reply

pytestmark = pytest.mark.django_db


def test_an_empty_house_has_a_front_page(client) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert reverse("gather:calls") in answer.content.decode()


def test_the_circle_counts_what_is_public(client) -> None:
    client.get(style_url())  # this browser keeps the style: the page holds none
    call = a_call()
    a_case(a_message(call))
    a_message(a_call(publish_at_once=False))
    page = client.get("/", headers={"accept-language": "en"}).content.decode()
    numbers = page[page.index("home-circle__steps") : page.index("home-circle__again")]
    assert numbers.count('home-circle__number">1<') == 2  # one message, one case
    assert call.get_absolute_url() in page


def test_the_front_page_takes_few_queries(client, django_assert_max_num_queries) -> None:
    for _ in range(4):
        a_message(a_call())
    with django_assert_max_num_queries(15):
        client.get("/")


def test_the_demos_password_stands_on_the_demo_only(client, settings) -> None:
    handler = a_handler(password=PASSWORD)
    User.objects.filter(pk=handler.pk).update(username="handler")
    assert PASSWORD in client.get("/").content.decode()
    settings.MASSLINE_DEMO = False
    assert PASSWORD not in client.get("/").content.decode()


def test_the_latest_answers_stand_on_the_front_page_and_hidden_ones_do_not(client) -> None:
    hidden = a_message(a_call(publish_at_once=False))
    shown = a_message(a_call())
    for message, text in ((shown, "路灯已修好"), (hidden, "还没有公开")):
        by = a_handler(message.body)
        publish_reply(a_case(message, by=by), text=text, by=by, version=0)
    page = client.get("/").content.decode()
    assert "路灯已修好" in page
    assert "还没有公开" not in page


def test_the_river_shows_how_far_words_have_come_and_nothing_where_nobody_spoke(client) -> None:
    client.get(style_url())  # this browser keeps the style: the page holds none
    assert "ml-figure" not in client.get("/").content.decode()
    a_message()
    assert "ml-figure" in client.get("/").content.decode()
