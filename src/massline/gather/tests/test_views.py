"""Pages of gathering: what a resident meets, above all when something is wrong."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.builders import a_body, a_call, a_county, a_handler, a_leader, a_message, an_analyst, an_inspector

from massline.bodies.rules import AREA_COOKIE, Level
from massline.gather.models import Call, Message
from massline.gather.rules import LONGEST_MESSAGE
from massline.ledger.models import Entry

pytestmark = pytest.mark.django_db
PAST = timedelta(days=-2)


def say_url(call: Call) -> str:
    return reverse("gather:say", args=[call.ref])


def number_on(client: Client, call: Call) -> str:
    page = client.get(say_url(call)).content.decode()
    return re.search(r'name="number" value="([^"]+)"', page)[1]


def send(client: Client, call: Call, text: str = "巷口的路灯坏了", **fields):
    if "number" not in fields:
        fields["number"] = number_on(client, call)
    return client.post(say_url(call), {"text": text, **fields})


def close(call: Call) -> None:
    Call.objects.filter(pk=call.pk).update(closes_at=timezone.now())


def test_a_message_without_an_account_leads_to_its_receipt(client) -> None:
    call = a_call()
    answer = send(client, call, title="路灯")
    assert answer.status_code == 302
    assert answer.url.startswith("/receipt/")
    message = Message.objects.get()
    assert (message.text, message.title, message.body) == ("巷口的路灯坏了", "路灯", call.body)
    assert {"message.received", "message.published"} <= set(Entry.objects.values_list("kind", flat=True))


def test_a_form_sent_twice_gives_one_receipt(client) -> None:
    call = a_call()
    number = number_on(client, call)
    first, second = (send(client, call, number=number) for _ in range(2))
    assert first.url == second.url
    assert Message.objects.count() == 1


def test_other_words_on_a_form_that_was_sent_before_are_not_lost(client) -> None:
    call = a_call()
    number = number_on(client, call)
    first, second = send(client, call, number=number), send(client, call, "公交车也太少", number=number)
    assert first.url != second.url
    assert Message.objects.count() == 2


@pytest.mark.parametrize("number", ["", "made up", "made:up:now"])
def test_a_form_with_a_number_that_nobody_gave_out_comes_back_with_the_text(client, number) -> None:
    call = a_call()
    answer = send(client, call, "我写了很久", number=number)
    assert answer.status_code == 422
    assert "我写了很久" in answer.content.decode()
    again = re.search(r'name="number" value="([^"]+)"', answer.content.decode())[1]
    assert send(client, call, "我写了很久", number=again).status_code == 302


def test_the_number_of_another_calls_form_is_refused(client) -> None:
    call, other = a_call(), a_call()
    assert send(client, call, number=number_on(client, other)).status_code == 422


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u2060\ufeff", "\x00"])
def test_a_message_that_shows_nothing_is_sent_back_with_a_word(client, text) -> None:
    answer = send(client, a_call(), text, title="路灯")
    assert answer.status_code == 422
    assert "请写几句话再提交" in answer.content.decode()
    assert not Message.objects.exists()


def test_the_longest_message_is_taken(client) -> None:
    assert send(client, a_call(), "字" * LONGEST_MESSAGE).status_code == 302


def test_a_message_that_is_too_long_comes_back_whole(client) -> None:
    text = "字" * (LONGEST_MESSAGE + 7)
    answer = send(client, a_call(), text)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert text in page
    assert "超出7个字" in page


def test_a_post_of_fifty_megabytes_is_refused_and_breaks_nothing(client) -> None:
    assert send(client, a_call(), "a" * 50_000_000).status_code in (400, 413)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "路灯\x00坏了",
        "\u202eabc\u202c 路灯",
        "零\u200b宽",
        "=cmd|' /C calc'!A0",
        "{{ 7|add:1 }} {% now 'Y' %}",
        "🏮" * 50,
    ],
)
def test_what_could_harm_a_page_is_shown_as_text(client, text) -> None:
    call = a_call()
    assert send(client, call, text, title=text).status_code == 302
    page = client.get(call.get_absolute_url())
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
    assert text.replace("\x00", "") in unescape(page.content.decode())


def test_a_telephone_number_is_covered_everywhere(client) -> None:
    call = a_call()
    send(client, call, "请打我电话13812345678", title="13812345678")
    assert "13812345678" not in client.get(call.get_absolute_url()).content.decode()


def test_a_title_that_is_too_long_is_named_and_everything_kept(client) -> None:
    answer = send(client, a_call(), "正文还在", title="长" * 101)
    assert answer.status_code == 422
    assert "正文还在" in answer.content.decode()
    assert "最多100个" in answer.content.decode()


def test_a_call_that_closed_meanwhile_keeps_the_text_on_the_page(client) -> None:
    call, other = a_call(), a_call()
    number = number_on(client, call)
    close(call)
    answer = send(client, call, "写好了才发现截止", number=number)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "写好了才发现截止" in page
    assert other.get_absolute_url() in page
    assert not Message.objects.exists()


def test_the_form_of_a_closed_call_says_where_to_speak_instead(client) -> None:
    call = a_call(opens=timedelta(days=-9), closes=PAST)
    answer = client.get(say_url(call))
    assert answer.status_code == 200
    assert '<form method="post" novalidate>' not in answer.content.decode()
    assert reverse("gather:calls") in answer.content.decode()


def test_a_call_that_has_not_begun_is_not_there_yet(client) -> None:
    call = a_call(opens=timedelta(days=1))
    for address in (say_url(call), call.get_absolute_url(), f"/api/calls/{call.ref}"):
        assert client.get(address).status_code == 404
    assert call.title not in client.get(reverse("gather:calls")).content.decode()


def test_a_message_goes_to_the_body_of_the_place_it_names(client) -> None:
    county = a_county()
    village = a_body(under=a_body(under=county), level=Level.VILLAGE)
    assert send(client, a_call(county), area=village.code).status_code == 302
    assert Message.objects.get().body == village


def test_the_place_that_a_reader_chose_is_marked_and_one_that_is_not_asked_about_is_none(client) -> None:
    county = a_county()
    village = a_body(under=a_body(under=county), level=Level.VILLAGE)
    page = {}
    for code in (village.code, a_body(under=a_county()).code, "nowhere"):
        client.cookies[AREA_COOKIE] = code
        page[code] = client.get(say_url(a_call(county))).content.decode()
    assert [code for code, text in page.items() if f'value="{code}" selected' in text] == [village.code]


def test_places_elsewhere_and_departments_cannot_be_named(client) -> None:
    county = a_county()
    for body in (a_body(under=a_county()), a_body(under=county, level=Level.DEPARTMENT)):
        answer = send(client, a_call(county), "话还在", area=body.code)
        assert answer.status_code == 422
        assert "话还在" in answer.content.decode()


def test_a_message_that_waits_for_a_look_does_not_show(client) -> None:
    call = a_call(publish_at_once=False)
    a_message(call, "等着看的留言")
    assert "等着看的留言" not in client.get(call.get_absolute_url()).content.decode()
    assert "等着看的留言" not in client.get(f"/api/calls/{call.ref}/messages").content.decode()


def test_open_calls_stand_before_closed_and_answered_ones(client) -> None:
    closed = a_call(opens=timedelta(days=-9), closes=PAST)
    answered = a_call(opens=timedelta(days=-9), closes=timedelta(days=-3))
    Call.objects.filter(pk=answered.pk).update(answer="办了", answered_at=timezone.now())
    late, soon = a_call(closes=timedelta(days=8)), a_call(closes=timedelta(days=3))
    page = client.get(reverse("gather:calls")).content.decode()
    places = [page.index(call.get_absolute_url()) for call in (soon, late, closed, answered)]
    assert places == sorted(places)


def test_without_any_call_the_page_says_so(client) -> None:
    assert "还没有征集" in client.get(reverse("gather:calls")).content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "999999999999999999999", "zwei", "\x00"])
def test_a_page_number_that_is_none_shows_a_page(client, page) -> None:
    call = a_call()
    for address in (reverse("gather:calls"), call.get_absolute_url(), reverse("ledger:entries")):
        assert client.get(address, {"page": page}).status_code == 200


@pytest.mark.parametrize("role", [a_handler, a_leader, an_inspector, an_analyst])
def test_staff_read_and_write_the_public_pages_like_everybody(client, role) -> None:
    call = a_call()
    client.force_login(role())
    assert client.get(call.get_absolute_url()).status_code == 200
    assert send(client, call).status_code == 302


def test_pages_take_the_same_few_queries_for_many_calls_and_messages(client, django_assert_max_num_queries) -> None:
    county = a_county()
    calls = [a_call(county) for _ in range(6)]
    for number in range(12):
        a_message(calls[0], f"第{number}条留言", area=a_body(under=county))
    for address in (reverse("gather:calls"), calls[0].get_absolute_url(), say_url(calls[0])):
        with django_assert_max_num_queries(9):
            client.get(address)


def test_pages_speak_english_too(client) -> None:
    call = a_call()
    english = {"headers": {"accept-language": "en"}}
    assert "What do you want to say?" in client.get(say_url(call), **english).content.decode()
    assert "Open now" in client.get(reverse("gather:calls"), **english).content.decode()
