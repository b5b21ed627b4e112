"""Receipts: what a resident sees, says and may ask for once; the scoreboard; a body's page."""

from typing import Any

import pytest
from django.conf import settings as house
from django.test import Client
from django.urls import reverse
from tests.builders import a_body, a_call, a_county, a_handler, a_leader, a_receipt, an_analyst, an_outsider

from massline.bodies.models import Body
from massline.bodies.rules import Level
from massline.face.styles import style_url
from massline.gather.actions import Receipt
from massline.gather.models import Message
from massline.gather.rules import grouped, read_receipt
from massline.people.models import User
from massline.respond.actions import open_case, publish_reply
from massline.respond.models import Case, Reply
from massline.respond.rules import State
from massline.respond.tests.county import County
from massline.supervise.models import Rating

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> County:
    return County()


@pytest.fixture
def client() -> Client:
    return Client(headers={"accept-language": "en"})


def answer(here: County, receipt: Receipt) -> Case:
    case = open_case(receipt.message, title="路灯不亮", by=here.handler)
    publish_reply(case, text="修好了", by=here.handler, version=case.version)
    return case


def again(case: Case) -> Reply:
    """The body above replies to a reopened case."""
    case.refresh_from_db()
    return publish_reply(case, text="这次真修好了", by=a_leader(case.body), version=case.version)


def of(name: str, receipt: Receipt) -> str:
    return reverse(f"supervise:{name}", args=[grouped(receipt.code)])


def text_of(response: Any) -> str:
    text: str = response.content.decode()
    return text


def say(client: Client, receipt: Receipt, **data: object) -> Any:
    """Send the form for a verdict as it stands on the page now."""
    latest = Reply.objects.filter(case__messages=receipt.message).order_by("-pk").first()
    return client.post(of("rate", receipt), {"reply": latest.pk if latest else 0, **data})


def ask_again(client: Client, receipt: Receipt, reason: str = "还是不亮") -> Any:
    latest = Reply.objects.filter(case__messages=receipt.message).order_by("-pk").first()
    return client.post(of("reopen", receipt), {"reply": latest.pk if latest else 0, "reason": reason})


# --- the code


def test_a_code_is_read_as_people_type_it(client: Client, here: County) -> None:
    code = here.receipt().code
    slips = code.replace("0", "O").replace("1", "l")
    for typed in [code, grouped(code), code.lower(), f"  {' '.join(slips)} ", slips]:
        response = client.post(reverse("supervise:receipt"), {"code": typed})
        assert response.url == reverse("supervise:receipt_page", args=[grouped(code)])


def test_a_mistyped_code_is_explained_and_its_doubtful_places_are_marked(client: Client, here: County) -> None:
    code = here.receipt().code
    place = next(place for place in range(12) if code[place] in "5S2Z8B6G1T7VW")
    alike = {"5": "S", "S": "5", "2": "Z", "Z": "2", "8": "B", "B": "8", "6": "G", "G": "6"}
    alike |= {"1": "T", "T": "1", "7": "T", "V": "W", "W": "V"}
    typed = code[:place] + alike[code[place]] + code[place + 1 :]
    response = client.post(reverse("supervise:receipt"), {"code": typed})
    assert response.status_code == 422
    shown = text_of(response)
    assert "The last character checks all others" in shown
    assert f"<mark>{typed[place]}</mark>" in shown
    assert f'value="{typed}"' in shown


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("7K4Q", "this one has 4"),
        ("7K4Q-2XWD-93BU", "never has these characters: U"),
        ("回执码", "this one has 3"),
        ("", "Type the code from your receipt"),
        ("A" * 5000, "60"),
        ("<script>x</script>", "this one has"),
    ],
)
def test_what_is_no_code_is_explained_in_plain_words(client: Client, typed: str, said: str) -> None:
    response = client.post(reverse("supervise:receipt"), {"code": typed})
    assert response.status_code == 422
    assert said in text_of(response)
    assert "<script>x" not in text_of(response)


def test_a_code_that_was_never_given_out_is_not_found(client: Client, here: County) -> None:
    code = here.receipt().code
    Message.objects.all().delete()
    assert client.post(reverse("supervise:receipt"), {"code": code}).status_code == 404
    response = client.get(reverse("supervise:receipt_page", args=[code]))
    assert response.status_code == 404
    assert "We know no message with the code" in text_of(response)


def test_an_address_with_a_mistyped_code_leads_to_the_form(client: Client) -> None:
    response = client.get("/receipt/AAAA-AAAA-AAAA/")
    assert response.status_code == 404
    assert "This code cannot be right" in text_of(response)
    assert client.get("/receipt/%00/").status_code == 404
    for name in ["rate", "reopen"]:
        assert client.post(f"/receipt/AAAA/{name}/").status_code == 404


def test_an_address_without_dashes_leads_to_the_same_page(client: Client, here: County) -> None:
    receipt = here.receipt()
    assert client.get(f"/receipt/{receipt.code}/").status_code == 200
    assert client.get(f"/receipt/{receipt.code.lower()}/").url == of("receipt_page", receipt)


def test_a_receipt_of_before_the_secret_key_changed_still_opens(client: Client, here: County, settings: Any) -> None:
    receipt = here.receipt()
    settings.SECRET_KEY_FALLBACKS = [house.SECRET_KEY]
    settings.SECRET_KEY = "another key, just as long as the first one was"
    assert client.get(of("receipt_page", receipt)).status_code == 200


def test_no_machine_keeps_or_lists_a_receipt(client: Client, here: County) -> None:
    receipt = here.receipt()
    for response in [client.get(of("receipt_page", receipt)), client.get(reverse("supervise:receipt"))]:
        assert "no-store" in response["Cache-Control"]
        assert "noindex" in response["X-Robots-Tag"]
        assert '<meta name="robots" content="noindex' in text_of(response)


# --- where it stands


def test_the_writer_sees_her_own_words_and_everybody_else_the_masked_ones(client: Client, here: County) -> None:
    receipt = here.receipt()
    assert "13812345678" in text_of(client.get(of("receipt_page", receipt)))
    assert "13812345678" not in text_of(client.get(receipt.message.get_absolute_url()))


def test_the_steps_follow_the_message_on_its_way(client: Client, here: County) -> None:
    receipt = a_receipt(a_call(here.county, publish_at_once=False), area=here.township)
    now = lambda: text_of(client.get(of("receipt_page", receipt)))  # noqa: E731
    assert "publishes it after a look" in now()
    desk = Client()
    desk.force_login(here.handler)
    desk.post(reverse("respond:publish", args=[receipt.message.pk]))
    assert "When a body takes it as a case" in now()
    receipt.message.refresh_from_db()
    case = open_case(receipt.message, title="路灯不亮", by=here.handler)
    assert "owes you an answer" in now()
    assert "working days were promised" in now()
    publish_reply(case, text="修好了", by=here.handler, version=0)
    assert "Now your word counts" in now()
    say(client, receipt, solved="yes")
    assert "You have said what you think" in now()


def test_a_receipt_carries_its_address_as_a_picture_without_styles(client: Client, here: County) -> None:
    shown = text_of(client.get(of("receipt_page", here.receipt())))
    assert "<path" in shown
    assert "style=" not in shown
    assert "http://testserver/receipt/" in shown


def test_who_has_just_sent_a_message_sees_the_code_before_all_else(client: Client, here: County) -> None:
    receipt = here.receipt()
    shown = text_of(client.get(of("receipt_page", receipt)))
    assert shown.index(f">{grouped(receipt.code)}<") < shown.index("巷口的路灯坏了")


def test_no_name_of_staff_stands_on_a_receipt(client: Client, here: County) -> None:
    receipt = here.receipt()
    answer(here, receipt)
    assert here.handler.public_name not in text_of(client.get(of("receipt_page", receipt)))


# --- the verdict


def test_solved_settles_the_case(client: Client, here: County) -> None:
    receipt = here.receipt()
    case = answer(here, receipt)
    response = say(client, receipt, solved="yes", satisfied="no", words="谢谢，就是慢")
    assert response.url.startswith(of("receipt_page", receipt))
    case.refresh_from_db()
    assert case.state == State.SETTLED
    rating = Rating.objects.get()
    assert (rating.solved, rating.satisfied, rating.words) == (True, False, "谢谢，就是慢")


def test_whether_one_is_satisfied_need_not_be_said(client: Client, here: County) -> None:
    receipt = here.receipt()
    answer(here, receipt)
    say(client, receipt, solved="no")
    assert Rating.objects.get().satisfied is None


@pytest.mark.parametrize("data", [{}, {"solved": "perhaps"}, {"solved": "yes", "satisfied": "x"}])
def test_a_verdict_that_cannot_be_read_comes_back(client: Client, here: County, data: dict[str, str]) -> None:
    receipt = here.receipt()
    answer(here, receipt)
    response = say(client, receipt, words="我的话", **data)
    assert response.status_code == 422
    assert "我的话" in text_of(response)
    assert not Rating.objects.exists()


def test_a_verdict_sent_twice_counts_once(client: Client, here: County) -> None:
    receipt = here.receipt()
    answer(here, receipt)
    say(client, receipt, solved="no")
    response = say(client, receipt, solved="yes")
    assert response.status_code == 409
    assert "it counts once" in text_of(response)
    assert not Rating.objects.get().solved


def test_a_verdict_before_any_reply_is_not_taken(client: Client, here: County) -> None:
    assert say(client, here.receipt(), solved="yes").status_code == 409
    assert not Rating.objects.exists()


def test_a_verdict_on_an_older_reply_shows_the_newer_one_and_keeps_the_words(client: Client, here: County) -> None:
    receipt = here.receipt()
    case = answer(here, receipt)
    old = Reply.objects.get()
    say(client, receipt, solved="no")
    ask_again(client, receipt)
    again(case)
    response = client.post(of("rate", receipt), {"reply": old.pk, "solved": "yes", "words": "早写的话"})
    shown = text_of(response)
    assert response.status_code == 409
    assert "这次真修好了" in shown
    assert "早写的话" in shown
    assert Rating.objects.count() == 1


# --- once more


def test_a_case_is_reopened_once_and_only_after_not_solved(client: Client, here: County) -> None:
    receipt = here.receipt()
    case = answer(here, receipt)
    assert ask_again(client, receipt).status_code == 409
    say(client, receipt, solved="no")
    assert ask_again(client, receipt).status_code == 302
    case.refresh_from_db()
    assert (case.body, case.state) == (here.county, State.OPEN)
    assert ask_again(client, receipt).status_code == 409
    again(case)
    say(client, receipt, solved="no")
    shown = text_of(client.get(of("receipt_page", receipt)))
    assert "reopened once already" in shown
    assert of("reopen", receipt) not in shown
    response = ask_again(client, receipt, "再看一次")
    assert response.status_code == 409
    case.refresh_from_db()
    assert case.reopenings == 1


def test_a_reopening_needs_a_reason(client: Client, here: County) -> None:
    receipt = here.receipt()
    answer(here, receipt)
    say(client, receipt, solved="no")
    assert ask_again(client, receipt, "  ").status_code == 422
    assert Case.objects.get().reopenings == 0


def test_without_a_calendar_a_reopening_waits_and_the_words_are_kept(client: Client, here: County) -> None:
    receipt = here.receipt()
    answer(here, receipt)
    say(client, receipt, solved="no")
    here.county.promise_days = 900
    here.county.save()
    response = ask_again(client, receipt)
    assert response.status_code == 409
    assert "working days are not known" in text_of(response)
    assert "还是不亮" in text_of(response)
    assert Case.objects.get().state == State.ANSWERED


def test_the_addresses_of_forms_opened_again_lead_back(client: Client, here: County) -> None:
    receipt = here.receipt()
    for name in ["rate", "reopen"]:
        assert client.get(of(name, receipt)).url == of("receipt_page", receipt)


# --- the scoreboard and bodies


def test_the_scoreboard_shows_each_rate_with_what_stands_behind_it(client: Client, here: County) -> None:
    receipt = here.receipt()
    answer(here, receipt)
    say(client, receipt, solved="yes")
    shown = text_of(client.get(reverse("supervise:scoreboard")))
    assert "1 of 1" in shown
    assert "no answers yet" in shown
    assert "What the three rates mean" in shown


@pytest.mark.parametrize("name", ["局" * 200, "a" * 200, "مكتب المياه", "🚰 水务局", "<script>alert(1)</script>"])
def test_a_body_of_any_name_has_its_row_and_its_picture(client: Client, name: str) -> None:
    only = a_body(name, level=Level.COUNTY)
    only.name_en = name
    Body.objects.filter(pk=only.pk).update(name_en=name)
    shown = text_of(client.get(reverse("supervise:scoreboard")))
    assert shown.count('role="rowheader"') == 1
    assert "<script>alert" not in shown
    assert client.get(reverse("supervise:body", args=[only.code])).status_code == 200


def test_bodies_further_down_have_a_board_of_their_own(client: Client, here: County) -> None:
    village = a_body(under=here.township)
    board = reverse("supervise:scoreboard")
    top, below = text_of(client.get(board)), text_of(client.get(board, {"under": here.township.code}))
    link = reverse("supervise:body", args=[village.code])
    assert link not in top
    assert f"?under={here.township.code}" in top
    assert link in below
    assert client.get(board, {"under": "nowhere"}).status_code == 404


def test_every_rate_that_anybody_gave_is_drawn_beside_its_figures(client: Client, here: County) -> None:
    client.get(style_url())  # this browser keeps the style: the page holds none
    receipt = here.receipt()
    answer(here, receipt)
    say(client, receipt, solved="yes")
    shown = text_of(client.get(reverse("supervise:scoreboard")))
    assert shown.count("ml-likely") == shown.count(" of 1, likely ") == 2


def test_many_bodies_stand_on_several_pages_with_one_measure_for_all(client: Client, here: County) -> None:
    bodies = [reverse("supervise:body", args=[a_body(under=here.county).code]) for _ in range(20)]
    board = reverse("supervise:scoreboard")
    pages = [client.get(board, {"page": number}).content.decode() for number in (1, 2)]
    assert all(sum(f'href="{body}"' in page for page in pages) == 1 for body in bodies)
    measures = [page[page.index("the cases to answer over the last") :][:60].split(".")[0] for page in pages]
    assert measures[0] == measures[1]


def test_without_bodies_the_scoreboard_says_so(client: Client) -> None:
    assert "No body is entered yet" in text_of(client.get(reverse("supervise:scoreboard")))


def test_a_body_shows_its_public_cases_only(client: Client, here: County) -> None:
    hidden = a_receipt(a_call(here.county, publish_at_once=False), area=here.township)
    open_case(hidden.message, title="未公开的事", by=here.handler)
    answer(here, here.receipt())
    shown = text_of(client.get(reverse("supervise:body", args=[here.township.code])))
    assert "路灯不亮" in shown
    assert "未公开的事" not in shown
    assert reverse("supervise:body", args=[here.county.code]) in shown


def test_residents_words_are_for_the_bodys_own_desk(client: Client, here: County) -> None:
    receipt = here.receipt()
    answer(here, receipt)
    say(client, receipt, solved="no", words="糊弄，打13912345678问问")
    address = reverse("supervise:body", args=[here.township.code])

    def seen_by(user: User | None) -> str:
        browser = Client()
        if user:
            browser.force_login(user)
        return text_of(browser.get(address))

    for stranger in [None, an_outsider(), a_handler(here.department), an_analyst(here.county)]:
        assert "糊弄" not in seen_by(stranger)
    for own in [here.handler, a_leader(here.county)]:
        assert "糊弄" in seen_by(own)
        assert "13912345678" not in seen_by(own)


def test_a_body_that_does_not_exist_is_not_found(client: Client) -> None:
    assert client.get("/bodies/nowhere/").status_code == 404


def test_public_pages_take_fifteen_queries_at_most(
    client: Client, here: County, django_assert_max_num_queries: Any
) -> None:
    receipts = [here.receipt() for _ in range(6)]
    for receipt in receipts:
        answer(here, receipt)
    for _ in range(4):
        a_body(under=here.township)
    pages = [of("receipt_page", receipts[0]), "/scoreboard/", f"/bodies/{here.township.code}/", "/receipt/"]
    for address in pages:
        with django_assert_max_num_queries(15):
            assert client.get(address).status_code == 200


def test_a_code_given_out_is_one_that_is_read_back() -> None:
    receipt = a_receipt(a_call(a_county()))
    assert read_receipt(grouped(receipt.code)) == receipt.code


def test_who_may_answer_takes_a_visit_from_its_receipt_and_nobody_else_is_offered_it(here: County) -> None:
    receipt = here.receipt()
    address = f"/receipt/{grouped(receipt.code)}/"
    offered = f"/desk/messages/{receipt.message.pk}/take/"
    desk = Client()
    desk.force_login(here.handler)
    assert offered in desk.get(address).content.decode()
    assert offered not in Client().get(address).content.decode()
    outsider = Client()
    outsider.force_login(an_outsider())
    assert offered not in outsider.get(address).content.decode()
    assert desk.post(offered, {"title": "水沟堵了"}).status_code == 302
    assert offered not in desk.get(address).content.decode()
