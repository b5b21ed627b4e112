"""Every page of cases for every role; the outsider finds nothing, a stale form loses nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.builders import (
    a_body,
    a_call,
    a_case,
    a_handler,
    a_leader,
    a_message,
    a_user,
    an_analyst,
    an_inspector,
    an_outsider,
)

from massline.bodies.actions import set_calendar_year
from massline.bodies.models import CalendarYear
from massline.gather.models import Message
from massline.people.models import User
from massline.respond.actions import escalate_if_overdue, hand_over, open_case, publish_reply, reopen, share
from massline.respond.models import Case, CaseMessage, Reply
from massline.respond.rules import State
from massline.respond.tests.county import County, overdue
from massline.rights import OPERATOR, RESIDENT, SYSTEM, Role

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def here() -> County:
    return County()


def signed_in(user: User | None) -> Client:
    client = Client(headers=ENGLISH)
    if user:
        client.force_login(user)
    return client


def page(user: User | None, name: str, *args: object, **query: str) -> Any:
    return signed_in(user).get(reverse(f"respond:{name}", args=args), query)


def post(user: User | None, name: str, *args: object, **data: object) -> Any:
    return signed_in(user).post(reverse(f"respond:{name}", args=args), data)


def text_of(response: Any) -> str:
    text: str = response.content.decode()
    return text


# --- what everybody reads


def test_a_message_shows_masked_with_its_case_and_reply(here: County) -> None:
    case = here.answered()
    message = case.messages.get()
    shown = text_of(page(None, "message", message.pk))
    assert "13812345678" not in shown
    assert "巷口的路灯坏了" in shown
    assert case.get_absolute_url() in shown
    assert "修好了" in shown


def test_a_message_that_waits_is_seen_by_its_own_body_only(here: County) -> None:
    message = a_message(a_call(here.county, publish_at_once=False), area=here.township)
    operator = a_user(Role.OPERATOR, here.county)
    for stranger in [None, an_outsider(), a_handler(here.department), an_analyst(here.county), operator]:
        assert page(stranger, "message", message.pk).status_code == 404
    for own in [here.handler, a_leader(here.county), an_inspector(here.county)]:
        assert page(own, "message", message.pk).status_code == 200


def test_the_page_of_a_case_tells_who_owned_it_and_masks_the_residents_reason(here: County) -> None:
    case = here.answered()
    reopen(case, reason="还是不亮，打13912345678", by=RESIDENT)
    shown = text_of(page(None, "case", case.pk))
    assert "13912345678" not in shown
    assert "还是不亮" in shown
    assert str(here.county) in shown
    assert "working days were promised" in shown


def test_no_name_of_staff_stands_on_public_pages(here: County) -> None:
    case = here.answered()
    for name, pk in [("case", case.pk), ("message", case.messages.get().pk)]:
        assert here.handler.public_name not in text_of(page(None, name, pk))


def test_a_case_without_a_published_message_is_not_there_for_the_public(here: County) -> None:
    case = a_case(a_message(a_call(here.county, publish_at_once=False), area=here.township))
    assert page(None, "case", case.pk).status_code == 404
    assert "You said, we did" in text_of(page(None, "you_said"))
    publish_reply(case, text="先答复", by=here.handler, version=case.version)
    assert "先答复" not in text_of(page(None, "you_said"))


def test_you_said_shows_the_words_beside_the_answer(here: County) -> None:
    assert "No case has been answered yet" in text_of(page(None, "you_said"))
    here.answered()
    shown = text_of(page(None, "you_said"))
    assert "巷口的路灯坏了" in shown
    assert "修好了" in shown


@pytest.mark.parametrize("name", ["message", "case", "take", "desk_case", "publish", "reply", "hand_over"])
def test_a_number_that_no_table_holds_is_not_found(here: County, name: str) -> None:
    for number in [0, 987_654_321, 10**30]:
        assert page(here.handler, name, number).status_code in (404, 405)
        assert post(here.handler, name, number).status_code in (404, 405)


# --- the desk


def test_who_is_not_signed_in_is_asked_to(here: County) -> None:
    case = here.case()
    for name, args in [("queue", []), ("desk_case", [case.pk]), ("take", [case.messages.get().pk])]:
        response = page(None, name, *args)
        assert response.status_code == 302
        assert response.url.startswith(reverse("people:sign_in"))


def test_the_desk_shows_what_came_to_the_body_and_under_it_and_nothing_else(here: County) -> None:
    village = a_body(under=here.township)
    for area, title in [(village, "村里的事"), (here.department, "部门的事"), (here.county, "县里的事")]:
        a_message(here.call, area=area, title=title)
    a_message(title="别县的事")
    shown = text_of(page(here.handler, "queue"))
    assert "村里的事" in shown
    for other in ["部门的事", "县里的事", "别县的事"]:
        assert other not in shown
    above = text_of(page(a_leader(here.county), "queue"))
    assert "部门的事" in above
    assert "别县的事" not in above


def test_a_message_in_a_case_has_left_the_queue(here: County) -> None:
    message = a_message(here.call, area=here.township, title="路灯的事")
    assert "路灯的事" in text_of(page(here.handler, "queue", show="new"))
    open_case(message, title="x", by=here.handler)
    assert "路灯的事" not in text_of(page(here.handler, "queue", show="new"))


def test_what_waits_to_be_published_stands_first(here: County) -> None:
    a_message(here.call, area=here.township, title="先来的")
    a_message(a_call(here.county, publish_at_once=False), area=here.township, title="待公开的")
    shown = text_of(page(here.handler, "queue"))
    assert shown.index("待公开的") < shown.index("先来的")


def test_cases_stand_by_their_due_day_and_say_what_is_special(here: County) -> None:
    late, calm = overdue(here.case()), here.case()
    escalate_if_overdue(late.pk, today=timezone.localdate(), by=SYSTEM)
    shown = text_of(page(here.handler, "queue"))
    links = [reverse("respond:desk_case", args=[case.pk]) for case in (late, calm)]
    assert shown.index(links[0]) < shown.index(links[1])
    assert "working day" in shown
    assert "Put before the body above" in shown
    assert "Put before us" in text_of(page(a_leader(here.county), "queue"))


@pytest.mark.parametrize(
    ("show", "prepare"),
    [
        ("open", lambda here: here.case()),
        ("overdue", lambda here: overdue(here.case())),
        ("answered", lambda here: here.answered()),
        ("reopened", lambda here: reopen(here.answered(), reason="x", by=RESIDENT)),
    ],
)
def test_each_filter_finds_its_cases(here: County, show: str, prepare: Any) -> None:
    case = prepare(here)
    leader = a_leader(here.county)
    assert reverse("respond:desk_case", args=[case.pk]) in text_of(page(leader, "queue", show=show))
    other = "settled"
    assert reverse("respond:desk_case", args=[case.pk]) not in text_of(page(leader, "queue", show=other))


def test_a_desk_narrows_to_one_body(here: County) -> None:
    a_message(here.call, area=here.department, title="部门的事")
    a_message(here.call, area=here.township, title="乡里的事")
    shown = text_of(page(a_leader(here.county), "queue", body=here.department.code))
    assert "部门的事" in shown
    assert "乡里的事" not in shown


@pytest.mark.parametrize("query", [{"show": "' or 1=1"}, {"page": "-7"}, {"page": "x"}, {"body": "nowhere"}])
def test_an_address_that_says_nonsense_shows_the_desk(here: County, query: dict[str, str]) -> None:
    here.case()
    assert page(here.handler, "queue", **query).status_code == 200


def test_an_empty_desk_says_the_next_step(here: County) -> None:
    shown = text_of(page(here.handler, "queue"))
    assert "No case here" in shown
    assert "No message waits" in shown


def test_an_analyst_and_a_user_without_a_body_have_an_empty_desk(here: County) -> None:
    here.case()
    here.message()
    for user in [an_analyst(here.county), a_user(here.handler.role, None)]:
        shown = text_of(page(user, "queue"))
        assert "/desk/cases/" not in shown
        assert "/desk/messages/" not in shown


def test_the_queue_takes_twenty_queries_at_most_however_much_waits(
    here: County, django_assert_max_num_queries: Any
) -> None:
    a = here.message()
    copies = [Message(call=a.call, body=a.body, channel=a.channel, text="x", shown_text="x", received_at=a.received_at)]
    Message.objects.bulk_create([Message(**_fields(copies[0])) for _ in range(3000)])
    for _ in range(12):
        here.case()
    client = signed_in(a_leader(here.county))
    for address in ["/desk/", "/desk/?show=new&page=40", "/desk/?show=open"]:
        with django_assert_max_num_queries(20):
            assert client.get(address).status_code == 200


def _fields(message: Message) -> dict[str, Any]:
    names = ["call_id", "body_id", "channel", "text", "shown_text", "received_at"]
    return {name: getattr(message, name) for name in names}


def test_public_pages_take_fifteen_queries_at_most(here: County, django_assert_max_num_queries: Any) -> None:
    cases = [here.answered() for _ in range(12)]
    for name, args in [("case", [cases[0].pk]), ("message", [cases[0].messages.get().pk]), ("you_said", [])]:
        with django_assert_max_num_queries(15):
            assert page(None, name, *args).status_code == 200


# --- publishing and taking


def test_a_waiting_message_is_published_by_its_own_body_only(here: County) -> None:
    message = a_message(a_call(here.county, publish_at_once=False), area=here.township)
    for stranger in [an_outsider(), a_handler(here.department), an_inspector(here.county), an_analyst(here.county)]:
        assert post(stranger, "publish", message.pk).status_code == 404
    assert not Message.objects.public().exists()
    assert post(here.handler, "publish", message.pk).status_code == 302
    assert post(here.handler, "publish", message.pk).status_code == 302  # the same form sent twice
    assert Message.objects.public().get() == message


def test_the_form_of_a_new_case_begins_with_the_messages_words_and_names_the_day(here: County) -> None:
    message = here.message()
    shown = text_of(page(here.handler, "take", message.pk))
    assert "巷口的路灯坏了" in shown
    assert "The reply will be due by" in shown


def test_a_message_that_lay_too_long_says_that_its_case_will_be_overdue(here: County) -> None:
    message = here.message()
    Message.objects.filter(pk=message.pk).update(received_at=timezone.now() - timedelta(days=60))
    assert "overdue at once" in text_of(page(here.handler, "take", message.pk))


def test_a_message_is_taken_with_its_own_title(here: County) -> None:
    message = here.message()
    response = post(here.handler, "take", message.pk, title="巷口路灯")
    case = Case.objects.get()
    assert response.url == reverse("respond:desk_case", args=[case.pk])
    assert (case.title, case.body) == ("巷口路灯", here.township)


def test_a_message_is_not_taken_by_those_who_may_not(here: County) -> None:
    message = here.message()
    for stranger in [an_outsider(), a_handler(here.department), an_inspector(here.county), an_analyst(here.county)]:
        assert page(stranger, "take", message.pk).status_code == 404
        assert post(stranger, "take", message.pk, title="x").status_code == 404
    assert not Case.objects.exists()


def test_a_title_is_asked_for(here: County) -> None:
    response = post(here.handler, "take", here.message().pk, title="  ")
    assert response.status_code == 422
    assert "Write a few words" in text_of(response)


def test_who_comes_second_is_told_and_led_to_the_case(here: County) -> None:
    message = here.message()
    case = open_case(message, title="first", by=here.handler)
    response = post(here.handler, "take", message.pk, title="second")
    assert response.status_code == 409
    assert reverse("respond:desk_case", args=[case.pk]) in text_of(response)
    assert Case.objects.count() == 1


def test_without_a_calendar_the_page_says_whom_to_ask(here: County) -> None:
    CalendarYear.objects.all().delete()
    a_user(Role.OPERATOR, None)
    body = a_body(under=here.township, promise_days=900)
    message = a_message(here.call, area=body)
    for response in [page(here.handler, "take", message.pk), post(here.handler, "take", message.pk, title="x")]:
        assert response.status_code in (200, 409)
        shown = text_of(response)
        assert "are not known yet" in shown
        assert "set_calendar_year" in shown
        assert "operator" in shown
    assert not Case.objects.exists()


# --- a case on the desk


def test_a_case_on_the_desk_shows_personal_data_to_those_who_answer_it_only(here: County) -> None:
    case = here.case()
    assert "13812345678" in text_of(page(here.handler, "desk_case", case.pk))
    for reader in [an_inspector(here.county), an_analyst(here.county)]:
        shown = text_of(page(reader, "desk_case", case.pk))
        assert "13812345678" not in shown
        assert "<textarea" not in shown
        assert reverse("respond:reply", args=[case.pk]) not in shown


def test_an_analyst_sees_of_a_public_case_the_published_messages_only(here: County) -> None:
    case = here.case()
    waiting = a_message(a_call(here.county, publish_at_once=False), "还没公开的话", area=here.township)
    CaseMessage.objects.create(case=case, message=waiting)
    assert "还没公开的话" in text_of(page(here.handler, "desk_case", case.pk))
    assert "还没公开的话" not in text_of(page(an_analyst(here.county), "desk_case", case.pk))
    assert "还没公开的话" not in text_of(page(None, "case", case.pk))


def test_another_countys_case_is_not_there(here: County) -> None:
    case = here.case()
    for stranger in [an_outsider(), a_handler(here.department), a_leader()]:
        for name in ["desk_case", "reply", "hand_over"]:
            assert page(stranger, name, case.pk).status_code == 404
        data = {"version": case.version, "text": "x", "reason": "x", "to": here.department.code}
        assert post(stranger, "reply", case.pk, **data).status_code == 404
        assert post(stranger, "hand_over", case.pk, **data).status_code == 404
    case.refresh_from_db()
    assert (case.state, case.version) == (State.OPEN, 0)


def test_an_inspector_who_sends_a_form_finds_nothing(here: County) -> None:
    case = here.case()
    for reader in [an_inspector(here.county), an_analyst(here.county)]:
        for text in ["x", ""]:
            assert post(reader, "reply", case.pk, version=0, text=text).status_code == 404
            assert post(reader, "hand_over", case.pk, version=0, reason=text).status_code == 404
    assert not Reply.objects.exists()


def test_a_reply_is_published(here: County) -> None:
    case = here.case()
    response = post(here.handler, "reply", case.pk, version=case.version, text="修好了")
    assert response.url == reverse("respond:desk_case", args=[case.pk])
    assert Reply.objects.get().text == "修好了"
    assert page(here.handler, "reply", case.pk).status_code == 302  # its address, opened again, leads back


def test_a_form_without_words_comes_back_with_them_asked_for(here: County) -> None:
    case = here.case()
    response = post(here.handler, "reply", case.pk, version=0, text="   ")
    assert (response.status_code, Reply.objects.count()) == (422, 0)
    assert "Write the reply" in text_of(response)
    response = post(here.handler, "hand_over", case.pk, version=0, to="nowhere", reason="")
    assert response.status_code == 422
    assert "This body cannot get the case" in text_of(response)


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
def test_a_form_with_a_version_that_never_was_changes_nothing(here: County, version: str) -> None:
    case = here.case()
    assert post(here.handler, "reply", case.pk, version=version, text="x").status_code in (404, 409, 422)
    assert not Reply.objects.exists()


def test_script_in_every_field_is_shown_as_text(here: County) -> None:
    attack = "<script>alert(1)</script>"
    message = a_message(here.call, attack, title=attack, area=here.township)
    post(here.handler, "take", message.pk, title=attack)
    case = Case.objects.get()
    post(here.handler, "hand_over", case.pk, version=0, to=here.department.code, reason=attack)
    post(a_handler(here.department), "reply", case.pk, version=1, text=attack)
    for name, pk in [("message", message.pk), ("case", case.pk), ("desk_case", case.pk)]:
        shown = text_of(page(here.handler, name, pk))
        assert attack not in shown
        assert "&lt;script&gt;" in shown
    assert attack not in text_of(page(None, "you_said"))


def test_a_hand_over_offers_no_body_that_had_the_case_and_says_so(here: County) -> None:
    case = here.case()
    hand_over(case, to=here.department, reason="x", by=here.handler, version=0)
    shown = text_of(page(a_handler(here.department), "desk_case", case.pk)).split('id="hand-over"')[1]
    assert f'<option value="{here.township.code}"' not in shown
    assert f'<option value="{here.county.code}"' in shown
    assert f"Not to choose any more: {here.township}" in shown.replace("  ", " ").replace(" \n", " ")


def test_a_stale_reply_shows_what_changed_and_keeps_the_text(here: County) -> None:
    case = here.case()
    share(case, to=here.department, reason="灯归他们装", by=here.handler, version=0)
    response = post(here.handler, "reply", case.pk, version=0, text="我写了很久")
    shown = text_of(response)
    assert response.status_code == 409
    assert "灯归他们装" in shown
    assert "我写了很久" in shown
    assert 'name="version" value="1"' in shown
    assert [act.kind for act in response.context["changed"]] == ["shared"]  # and not what she had seen
    assert not Reply.objects.exists()


def test_a_reply_that_was_being_written_while_the_worker_escalated_goes_out(here: County) -> None:
    """A message taken after its day is escalated within the minute, while its first reply is written."""
    case = overdue(here.case())
    escalate_if_overdue(case.pk, today=timezone.localdate(), by=SYSTEM)
    assert post(here.handler, "coach", case.pk, version=0, text="已于今天上午办完。").status_code == 200
    assert post(here.handler, "reply", case.pk, version=0, text="已于今天上午办完。").status_code == 302
    assert Reply.objects.get().text == "已于今天上午办完。"


def test_a_case_handed_over_meanwhile_keeps_the_typed_text_for_copying(here: County) -> None:
    case = here.case()
    hand_over(case, to=here.department, reason="归他们管", by=a_leader(here.county), version=0)
    response = post(here.handler, "reply", case.pk, version=0, text="我写了很久")
    shown = text_of(response)
    assert response.status_code == 409
    assert "归他们管" in shown
    assert "我写了很久" in shown
    assert "readonly" in shown
    assert not Reply.objects.exists()


def test_a_reply_sent_twice_is_published_once(here: County) -> None:
    case = here.case()
    assert post(here.handler, "reply", case.pk, version=0, text="修好了").status_code == 302
    assert post(here.handler, "reply", case.pk, version=0, text="修好了").status_code == 409
    assert Reply.objects.count() == 1


def test_the_way_a_due_day_came_about_is_told_day_by_day(here: County) -> None:
    body = a_body(under=here.county, promise_days=7)  # a week with a weekend in it, whenever it begins
    case = a_case(a_message(here.call, area=body))
    shown = text_of(page(None, "case", case.pk))
    assert "7 working days were promised" in shown
    assert "closed, not counted" in shown


def test_a_calendar_changed_afterwards_leaves_the_day_as_promised(here: County) -> None:
    case = here.case()
    set_calendar_year(case.reply_due.year, {case.reply_due: False}, by=OPERATOR)
    assert "The calendar was changed after this day was set" in text_of(page(None, "case", case.pk))


@pytest.mark.parametrize(
    "who", [an_analyst, lambda: a_user(Role.OPERATOR, a_body()), lambda: a_user(Role.HANDLER, None)]
)
def test_a_desk_with_nothing_to_answer_says_where_to_go(client, who) -> None:
    client.force_login(who())
    main = client.get(reverse("respond:queue")).content.decode().split("<main")[1].split("</main>")[0]
    assert "href=" in main
    assert "?show=" not in main


def test_staff_on_a_public_page_have_a_way_back_to_their_desk_and_others_none(client) -> None:
    desk = f'href="{reverse("respond:queue")}"'
    assert desk not in client.get("/").content.decode()
    client.force_login(a_handler())
    for path in ("/", "/calls/", "/you-said/", "/no-such-page/"):
        assert desk in client.get(path).content.decode(), path


# --- hints for a reply before it goes out


def test_a_reply_looked_over_is_shown_with_hints_and_published_by_nobody(here: County) -> None:
    case = here.case()
    shown = text_of(post(here.handler, "coach", case.pk, text="您的留言已收悉。", version=case.version))
    assert "It says only that the message was received or passed on." in shown
    assert "您的留言已收悉。</textarea>" in shown
    assert not Reply.objects.exists()


def test_a_script_gets_the_hints_alone(here: County) -> None:
    case = here.case()
    client = signed_in(here.handler)
    address = reverse("respond:coach", args=[case.pk])
    shown = text_of(client.post(address, {"text": "您的留言已收悉。"}, headers={"hx-request": "true"}))
    assert "已收悉" in shown
    assert "<html" not in shown


@pytest.mark.parametrize("text", ["", " ", "<script>alert(1)</script>", "好" * 30_000])
def test_odd_text_looked_over_is_no_error_and_runs_nowhere(here: County, text: str) -> None:
    case = here.case()
    answer = post(here.handler, "coach", case.pk, text=text)
    assert answer.status_code == 200
    assert "<script>alert" not in text_of(answer)


def test_a_reply_looked_over_after_somebody_acted_shows_what_happened_and_keeps_the_text(here: County) -> None:
    case = here.case()
    seen = case.version
    hand_over(case, to=here.department, reason="管子归它", by=here.handler, version=seen)
    for writer in (a_leader(here.county), here.handler):
        answer = post(writer, "coach", case.pk, text="水管换好了。", version=seen)
        assert answer.status_code == 409
        assert "管子归它" in text_of(answer)
        assert "水管换好了。</textarea>" in text_of(answer)


def test_only_who_may_reply_is_coached(here: County) -> None:
    case = here.case()
    for stranger in [an_inspector(here.county), an_outsider(), a_handler(here.department)]:
        assert post(stranger, "coach", case.pk, text="好").status_code == 404
    assert post(None, "coach", case.pk, text="好").status_code == 302


def test_a_look_by_its_address_leads_back_to_the_case(here: County) -> None:
    case = here.case()
    assert page(here.handler, "coach", case.pk).headers["location"] == reverse("respond:desk_case", args=[case.pk])


# --- words on the desk


def found(user: User, words: str, **more: str) -> str:
    return text_of(page(user, "queue", words=words, **more)).split("<form method", 1)[-1]


def test_words_are_found_in_titles_messages_and_replies_in_chinese_and_english(here: County) -> None:
    lamp = a_case(here.message(), title="Street lamp by the bridge", by=here.handler)
    publish_reply(lamp, text="修好了", by=here.handler, version=lamp.version)
    address = reverse("respond:desk_case", args=[lamp.pk])
    for words in ("路灯", "灯坏", "LAMP", "bridge 路灯", "修好", str(lamp.pk)):
        assert address in found(here.handler, words)
    for words in ("水管", "路灯 水管", "13812345678", "0" * 60):
        assert address not in found(here.handler, words)


def test_words_find_new_messages_too_and_narrow_a_part_of_the_desk(here: County) -> None:
    case, waiting = here.case(), here.message()
    both = found(here.handler, "路灯")
    assert reverse("respond:desk_case", args=[case.pk]) in both
    assert reverse("respond:take", args=[waiting.pk]) in both
    assert reverse("respond:desk_case", args=[case.pk]) not in found(here.handler, "路灯", show="settled")


@pytest.mark.parametrize("words", ["%", "_", "'", '"', "\\", "\x00路灯", "a" * 5_000, "))((", "路灯 " * 40])
def test_odd_words_are_no_error(here: County, words: str) -> None:
    here.case()
    assert page(here.handler, "queue", words=words).status_code == 200


def test_a_sign_that_stands_nowhere_finds_nothing(here: County) -> None:
    case = here.case()
    assert reverse("respond:desk_case", args=[case.pk]) not in found(here.handler, "%")


def test_nobody_finds_what_is_not_on_her_desk(here: County) -> None:
    case = here.case()
    for stranger in (an_outsider(), a_handler(here.department), an_analyst(here.county)):
        assert reverse("respond:desk_case", args=[case.pk]) not in found(stranger, "路灯")


def test_the_desk_tells_by_which_day_a_new_message_is_to_be_taken(here: County) -> None:
    message = here.message()
    assert "Take it or set it aside by" in text_of(page(here.handler, "queue", show="new"))
    Message.objects.filter(pk=message.pk).update(received_at=message.received_at - timedelta(days=30))
    late = text_of(page(here.handler, "queue", show="new"))
    assert "Late to be taken or set aside" in late
    CalendarYear.objects.all().delete()
    Message.objects.filter(pk=message.pk).update(received_at=message.received_at.replace(year=2090))
    assert page(here.handler, "queue", show="new").status_code == 200
