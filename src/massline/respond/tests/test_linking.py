"""A writer links what she said before: her desk reads it, nobody else, until she takes it back."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation
from tests.builders import a_case, a_receipt, an_outsider

from massline.gather.actions import erase_own
from massline.gather.models import Message
from massline.gather.rules import grouped
from massline.ledger.models import Entry
from massline.respond.actions import forget_links, link_earlier, take_back_link
from massline.respond.models import EarlierLink
from massline.respond.queries import earlier_of
from massline.respond.rules import LINKS, LinkRefused, check_link
from massline.respond.tests.county import County
from massline.rights import RESIDENT, SYSTEM, NotAllowed

pytestmark = pytest.mark.django_db
EARLIER = "去年冬天水管也裂过一次"


class Written(County):
    """Two receipts of one writer: an earlier matter that was answered, and a new message."""

    def __init__(self) -> None:
        super().__init__()
        self.before = a_receipt(self.call, EARLIER, area=self.township)
        self.case_before = a_case(self.before.message, title="水管裂缝", by=self.handler)
        self.now = a_receipt(self.call, "水管又漏了", area=self.township)


@pytest.fixture
def here() -> Written:
    return Written()


def link(client: Any, here: Written, code: str) -> Any:
    with translation.override("en"):
        address = reverse("supervise:link", args=[grouped(here.now.code)])
        return client.post(address, {"code": code}, headers={"accept-language": "en"}, follow=True)


def desk(client: Any, here: Written, message: Message) -> str:
    client.force_login(here.handler)
    return client.get(reverse("respond:take", args=[message.pk])).content.decode()


def test_the_desk_reads_of_the_earlier_case_only_what_its_writer_links(client: Any, here: Written) -> None:
    assert "水管裂缝" not in desk(client, here, here.now.message)
    client.logout()
    assert EARLIER in link(client, here, here.before.code).content.decode()
    assert "水管裂缝" in desk(client, here, here.now.message)
    case = a_case(here.now.message, by=here.handler)
    assert "水管裂缝" in client.get(reverse("respond:desk_case", args=[case.pk])).content.decode()


def test_no_public_page_and_no_entry_says_that_one_person_wrote_both(client: Any, here: Written) -> None:
    link_earlier(here.now.message, here.before.message, by=RESIDENT)
    case = a_case(here.now.message, by=here.handler)
    for address in (here.now.message.get_absolute_url(), case.get_absolute_url(), here.case_before.get_absolute_url()):
        page = client.get(address).content.decode()
        assert not ("水管裂缝" in page and "水管又漏了" in page), address
    told = Entry.objects.get(kind="message.linked").facts
    assert told == {"message": here.now.message.pk, "links": 1}
    client.force_login(an_outsider())
    assert client.get(reverse("respond:desk_case", args=[case.pk])).status_code == 404


def test_she_takes_it_back_and_nothing_is_kept(client: Any, here: Written) -> None:
    link_earlier(here.now.message, here.before.message, by=RESIDENT)
    held = EarlierLink.objects.get()
    address = reverse("supervise:take_back_link", args=[grouped(here.now.code), held.pk])
    client.get(address)  # a link that is followed changes nothing
    assert EarlierLink.objects.exists()
    for _ in range(2):  # pressed twice
        assert EARLIER not in client.post(address, follow=True).content.decode()
    assert not EarlierLink.objects.exists()
    assert "水管裂缝" not in desk(client, here, here.now.message)
    assert Entry.objects.filter(kind="message.unlinked").count() == 1


def test_a_link_of_another_message_is_not_hers_to_take_back(client: Any, here: Written) -> None:
    link_earlier(here.now.message, here.before.message, by=RESIDENT)
    other = a_receipt(here.call, "路灯不亮")
    client.post(reverse("supervise:take_back_link", args=[grouped(other.code), EarlierLink.objects.get().pk]))
    assert EarlierLink.objects.exists()


@pytest.mark.parametrize(
    ("code", "said", "status"),
    [
        ("", "Type the code", 422),
        ("7K4Q-2XWD", "mistyped", 422),
        ("own", "receipt of this message", 409),
        ("twice", "linked already", 409),
        ("wrong letter", "mistyped", 422),
        ("unknown", "No message has this code", 422),
    ],
)
def test_a_code_that_cannot_be_linked_is_explained_and_kept(
    client: Any, here: Written, code: str, said: str, status: int
) -> None:
    if code == "twice":
        link_earlier(here.now.message, here.before.message, by=RESIDENT)
    gone = a_receipt(here.call, "写错了")
    Message.objects.filter(pk=gone.message.pk).update(receipt_digest="0" * 64)
    wrong = here.before.code[:-1] + ("3" if here.before.code[-1] != "3" else "4")
    codes = {"own": here.now.code, "twice": here.before.code, "wrong letter": wrong, "unknown": gone.code}
    typed = codes.get(code, code)
    answer = link(client, here, typed)
    assert (answer.status_code, said in answer.content.decode()) == (status, True)
    assert f'value="{typed}"' in answer.content.decode() or not typed
    assert EarlierLink.objects.count() == (code == "twice")


def test_five_are_linked_and_no_more(client: Any, here: Written) -> None:
    for _ in range(LINKS):
        link_earlier(here.now.message, a_receipt(here.call).message, by=RESIDENT)
    answer = link(client, here, here.before.code)
    assert answer.status_code == 409
    assert "5 messages are linked already" in answer.content.decode()


@pytest.mark.parametrize("erased", ["before", "now"])
def test_where_either_was_erased_nobody_is_shown_it_and_nothing_is_kept(
    client: Any, here: Written, erased: str
) -> None:
    link_earlier(here.now.message, here.before.message, by=RESIDENT)
    other = a_receipt(here.call, "路灯不亮").message
    link_earlier(other, a_receipt(here.call, "路灯也坏过").message, by=RESIDENT)
    erase_own(getattr(here, erased).message, by=RESIDENT)
    assert not earlier_of(Message.objects.filter(pk=here.now.message.pk))
    assert "水管裂缝" not in desk(client, here, here.now.message)
    assert forget_links(by=SYSTEM) == 1
    assert forget_links(by=SYSTEM) == 0
    assert [held.message for held in EarlierLink.objects.all()] == [other]
    assert Entry.objects.get(kind="message.unlinked").facts == {"message": here.now.message.pk, "links": 0}


def test_an_earlier_message_in_no_case_says_so(client: Any, here: Written) -> None:
    link_earlier(here.now.message, a_receipt(here.call, "路灯也坏了", area=here.township).message, by=RESIDENT)
    page = desk(client, here, here.now.message)
    assert "路灯也坏了" in page


def test_staff_cannot_link_for_a_writer(here: Written) -> None:
    with pytest.raises(NotAllowed):
        link_earlier(here.now.message, here.before.message, by=here.handler)
    link_earlier(here.now.message, here.before.message, by=RESIDENT)
    for by in (here.handler, RESIDENT):
        with pytest.raises(NotAllowed):
            forget_links(by=by)
    with pytest.raises(NotAllowed):
        take_back_link(here.now.message, EarlierLink.objects.get().pk, by=here.handler)
    assert EarlierLink.objects.exists()


def test_the_rule() -> None:
    check_link(2, 1, [])
    for linked, earlier, why in (([], 2, "itself"), ([1], 1, "linked"), ([3, 4, 5, 6, 7], 1, "many")):
        with pytest.raises(LinkRefused) as refused:
            check_link(2, earlier, linked)
        assert refused.value.why == why


def test_many_linked_messages_of_a_case_are_one_query(here: Written, django_assert_num_queries: Any) -> None:
    for _ in range(3):
        link_earlier(here.now.message, a_case(a_receipt(here.call).message).messages.get(), by=RESIDENT)
    with django_assert_num_queries(1):
        found = earlier_of(Message.objects.filter(pk=here.now.message.pk))
        assert all(one.case and str(one.case.body) for one in found)
