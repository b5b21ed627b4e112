"""The front page: the circle with the numbers of today."""

import pytest
from django.urls import reverse
from tests.builders import a_call, a_case, a_message

pytestmark = pytest.mark.django_db


def test_an_empty_house_has_a_front_page(client) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert reverse("gather:calls") in answer.content.decode()


def test_the_circle_counts_what_is_public(client) -> None:
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
    with django_assert_max_num_queries(12):
        client.get("/")


def test_the_demos_logins_stand_on_the_demo_only(client, settings) -> None:
    settings.MASSLINE_DEMO = True
    assert "qingxi-demo" in client.get("/").content.decode()
    settings.MASSLINE_DEMO = False
    assert "qingxi-demo" not in client.get("/").content.decode()
