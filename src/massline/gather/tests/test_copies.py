"""One text sent many times: one act asks for all of them, one decides, one shows them again; each keeps its entry."""

import pytest
from tests.builders import a_body, a_call, a_county, a_handler, a_leader, a_message, an_outsider

from massline.gather import actions
from massline.gather.models import Message, Removal
from massline.gather.queries import copies_of, removals_alike
from massline.gather.rules import RemovalRefused, RemovalState
from massline.ledger.models import Entry

pytestmark = pytest.mark.django_db
WORDS = "谁再来收钱就打断谁的腿"
REASON, DECISION = "里面有对人的威胁", "确有威胁"


@pytest.fixture
def county():
    return a_county()


@pytest.fixture
def township(county):
    return a_body(under=county)


@pytest.fixture
def call(county):
    return a_call(county)


@pytest.fixture
def copies(call, township) -> list[Message]:
    """Three of one text; beside them one that says a word more."""
    a_message(call, WORDS + "！", area=township)
    return [a_message(call, WORDS, area=township) for _ in range(3)]


def ask_all(copies: list[Message], by) -> list[Removal]:
    """Asked for in one act; in their order."""
    first, *others = copies
    actions.ask_removal(first, ground="violence", reason=REASON, by=by, also=others)
    return list(Removal.objects.filter(message__in=copies).order_by("message"))


def of(kind: str) -> list[str]:
    return list(Entry.objects.filter(kind=kind).values_list("data", flat=True))


def states() -> set[str]:
    return set(Removal.objects.values_list("state", flat=True))


def test_only_what_says_the_very_same_in_ones_own_body_and_still_shows_is_a_copy(
    call, county, township, copies
) -> None:
    handler = a_handler(township)
    first, second, third = copies
    elsewhere = a_body(under=county)
    a_message(call, WORDS, area=elsewhere)
    a_message(a_call(county), WORDS, area=township)
    assert list(copies_of(first, handler)) == [second, third]
    assert list(copies_of(first, a_handler(elsewhere))) != [second, third]
    assert set(copies_of(first, an_outsider())) == set()
    ask_all([second], handler)
    assert list(copies_of(first, handler)) == [third]


def test_one_act_asks_one_decides_and_one_shows_again_with_an_entry_for_each(township, county, copies) -> None:
    handler, leader = a_handler(township), a_leader(county)
    first, *others = ask_all(copies, handler)
    assert list(removals_alike(first, "hide")) == others
    assert len(set(of("removal.asked"))) == 3
    actions.decide_removal(first, agree=True, reason=DECISION, by=leader, also=others)
    assert not Message.objects.readable().filter(text=WORDS).exists()
    assert Message.objects.readable().filter(text=WORDS + "！").exists()
    assert len(set(of("message.hidden"))) == 3
    first.refresh_from_db()
    assert list(removals_alike(first, "show")) == others
    actions.show_again(first, reason="再看没有威胁", by=leader, also=removals_alike(first, "show"))
    assert Message.objects.readable().filter(text=WORDS).count() == 3
    assert len(set(of("message.unhidden"))) == 3


def test_an_appeal_is_of_one_message_alone(township, county, copies) -> None:
    first, *_ = ask_all(copies, a_handler(township))
    assert not removals_alike(first, "appeal").exists()
    assert not removals_alike(first, "").exists()


def test_whoever_asked_for_all_decides_on_none(township, copies) -> None:
    handler = a_leader(township)
    ask_all(copies, handler)
    Removal.objects.update(decider=township)
    first, *others = Removal.objects.all()
    with pytest.raises(RemovalRefused):
        actions.decide_removal(first, agree=True, reason=DECISION, by=handler, also=others)
    assert states() == {RemovalState.ASKED}


def test_where_one_was_decided_meanwhile_nothing_changes(township, county, copies) -> None:
    first, second, third = ask_all(copies, a_handler(township))
    leader = a_leader(county)
    actions.decide_removal(third, agree=False, reason="没有威胁", by=leader)
    entries = Entry.objects.count()
    with pytest.raises(RemovalRefused):
        actions.decide_removal(first, agree=True, reason=DECISION, by=leader, also=[second, third])
    assert Entry.objects.count() == entries
    assert Message.objects.readable().filter(text=WORDS).count() == 3


def test_where_one_cannot_be_asked_for_none_is(township, copies) -> None:
    handler = a_handler(township)
    ask_all(copies[2:], handler)
    with pytest.raises(RemovalRefused):
        ask_all(copies, handler)
    assert Removal.objects.count() == 1


def test_the_desk_offers_the_copies_on_asking_deciding_and_showing_again(client, township, county, copies) -> None:
    handler, leader = a_handler(township), a_leader(county)
    client.force_login(handler)
    page = f"/desk/messages/{copies[0].pk}/remove/"
    assert "另外 2 条" in client.get(page).content.decode()
    client.post(page, {"ground": "violence", "reason": REASON, "copies": "on"})
    assert Removal.objects.filter(state=RemovalState.ASKED).count() == 3
    client.force_login(leader)
    place = f"/desk/removals/{Removal.objects.get(message=copies[0]).pk}/"
    assert "另外 2 条" in client.get(place).content.decode()
    client.post(place, {"decision": "remove", "reason": DECISION, "copies": "on"})
    assert states() == {RemovalState.DONE}
    client.post(place, {"reason": "再看没有威胁", "copies": "on"})
    assert states() == {RemovalState.UNDONE}


def test_without_the_box_only_the_one_is_meant_and_one_text_alone_has_no_box(client, township, county, copies) -> None:
    client.force_login(a_handler(township))
    client.post(f"/desk/messages/{copies[0].pk}/remove/", {"ground": "violence", "reason": REASON})
    assert Removal.objects.get().message == copies[0]
    alone = Message.objects.get(text=WORDS + "！")
    assert 'name="copies"' not in client.get(f"/desk/messages/{alone.pk}/remove/").content.decode()
