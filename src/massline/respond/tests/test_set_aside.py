"""A message needs no case, says a body: in public, with a reason, once; and the writer may ask again."""

import pytest
from django.urls import reverse
from tests.builders import (
    a_call,
    a_case,
    a_handler,
    a_leader,
    a_message,
    a_receipt,
    an_analyst,
    an_inspector,
    an_outsider,
)

from massline.gather.models import Message
from massline.gather.rules import grouped
from massline.ledger.models import Entry
from massline.respond.actions import ask_again, open_case, set_aside
from massline.respond.models import SetAside
from massline.respond.queries import messages_to_take
from massline.respond.rules import CannotSetAside, MessageTaken, NotSetAside
from massline.rights import OPERATOR, RESIDENT, SYSTEM, NotAllowed

pytestmark = pytest.mark.django_db
REASON = "谢谢您的鼓励，这件事不需要再办。"


def kinds() -> list[str]:
    return list(Entry.objects.newest_first().values_list("kind", flat=True)[:1])


def test_a_message_set_aside_leaves_the_queue_and_stays_public_with_its_reason(client) -> None:
    message = a_message()
    by = a_handler(message.body)
    set_aside(message, reason=REASON, by=by)
    assert message not in messages_to_take(by)
    assert message in Message.objects.public()
    page = client.get(message.get_absolute_url()).content.decode()
    assert REASON in page
    assert kinds() == ["message.set_aside"]


def test_the_log_holds_no_word_of_the_reason() -> None:
    message = a_message()
    set_aside(message, reason=REASON, by=a_leader(message.body))
    assert REASON[:4] not in Entry.objects.newest_first().first().data


@pytest.mark.parametrize(
    "who", [an_outsider, a_leader, lambda: None, lambda: OPERATOR, lambda: RESIDENT, lambda: SYSTEM]
)
def test_nobody_but_those_of_its_body_sets_a_message_aside(who) -> None:
    message = a_message()
    with pytest.raises(NotAllowed):
        set_aside(message, reason=REASON, by=who())
    assert not SetAside.objects.exists()


@pytest.mark.parametrize("who", [an_inspector, an_analyst])
def test_those_who_only_look_set_nothing_aside(who) -> None:
    message = a_message()
    with pytest.raises(NotAllowed):
        set_aside(message, reason=REASON, by=who(message.body))


def test_a_message_that_nobody_can_see_is_not_set_aside_unseen() -> None:
    message = a_message(a_call(publish_at_once=False))
    with pytest.raises(CannotSetAside, match="published"):
        set_aside(message, reason=REASON, by=a_handler(message.body))


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_without_a_reason_nothing_is_set_aside(reason) -> None:
    message = a_message()
    with pytest.raises(CannotSetAside, match="reason"):
        set_aside(message, reason=reason, by=a_handler(message.body))


def test_a_message_in_a_case_is_not_set_aside() -> None:
    message = a_message()
    case = a_case(message)
    with pytest.raises(MessageTaken) as refusal:
        set_aside(message, reason=REASON, by=a_handler(message.body))
    assert refusal.value.case == case.pk


def test_the_writer_asks_again_once_and_after_that_it_must_be_taken() -> None:
    message = a_message()
    by = a_handler(message.body)
    set_aside(message, reason=REASON, by=by)
    ask_again(message, by=RESIDENT)
    assert kinds() == ["message.asked_again"]
    assert message in messages_to_take(by)
    with pytest.raises(NotSetAside):
        ask_again(message, by=RESIDENT)
    with pytest.raises(CannotSetAside):
        set_aside(message, reason="还是不办", by=by)
    open_case(message, title="路灯", by=by)
    assert message not in messages_to_take(by)


def test_a_body_that_thinks_better_of_it_takes_the_message_as_a_case() -> None:
    message = a_message()
    by = a_handler(message.body)
    set_aside(message, reason=REASON, by=by)
    open_case(message, title="路灯", by=by)
    with pytest.raises(NotSetAside):
        ask_again(message, by=RESIDENT)


def test_who_did_not_write_it_cannot_ask_again_for_a_message_nobody_set_aside() -> None:
    message = a_message()
    with pytest.raises(NotSetAside):
        ask_again(message, by=RESIDENT)
    for actor in (a_handler(message.body), a_leader(message.body), None):
        with pytest.raises(NotAllowed):
            ask_again(message, by=actor)


def test_a_handler_says_so_on_the_page_of_taking(client) -> None:
    message = a_message()
    client.force_login(a_handler(message.body))
    address = reverse("respond:set_aside", args=[message.pk])
    assert address in client.get(reverse("respond:take", args=[message.pk])).content.decode()
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.get(address).url == reverse("respond:take", args=[message.pk])
    assert client.post(address, {"reason": REASON}).url == reverse("respond:queue")
    late = client.post(address, {"reason": "晚了一步"})
    assert late.status_code == 409
    assert REASON in late.content.decode()
    assert address not in client.get(reverse("respond:take", args=[message.pk])).content.decode()


@pytest.mark.parametrize("who", [an_outsider, an_inspector, an_analyst])
def test_the_address_does_not_exist_for_others(client, who) -> None:
    message = a_message()
    client.force_login(who())
    assert client.post(reverse("respond:set_aside", args=[message.pk]), {"reason": REASON}).status_code == 404
    assert not SetAside.objects.exists()


def test_the_writer_reads_why_on_her_receipt_and_asks_again_there(client) -> None:
    receipt = a_receipt()
    set_aside(receipt.message, reason=REASON, by=a_handler(receipt.message.body))
    page, again = (reverse(f"supervise:{name}", args=[grouped(receipt.code)]) for name in ("receipt_page", "ask_again"))
    shown = client.get(page).content.decode()
    assert REASON in shown
    assert again in shown
    assert client.get(again).url == page
    assert client.post(again).url == page
    assert again not in client.get(page).content.decode()
    assert client.post(again).status_code == 409
    assert SetAside.objects.exclude(asked_again_at=None).count() == 1


def test_a_receipt_that_was_made_up_asks_nothing_again(client) -> None:
    message = a_message()
    set_aside(message, reason=REASON, by=a_handler(message.body))
    assert client.post(reverse("supervise:ask_again", args=["7K4Q-2XWD-93BN"])).status_code == 404
    assert SetAside.objects.standing().exists()


def test_the_queue_marks_what_a_writer_asked_for_again(client) -> None:
    message = a_message()
    by = a_handler(message.body)
    set_aside(message, reason=REASON, by=by)
    ask_again(message, by=RESIDENT)
    client.force_login(by)
    page = client.get(reverse("respond:queue"), headers={"accept-language": "en"}).content.decode()
    assert "The writer asked again" in page
