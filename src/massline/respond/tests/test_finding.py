"""Words are found by an index that knows what stands, and nothing else; what is frequent is found too."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.builders import a_call, a_case, a_handler, a_message, a_receipt, an_outsider

from massline.gather.actions import Words, ask_removal, decide_removal, erase_own, import_messages, show_again
from massline.gather.models import Message, MessageTerms
from massline.respond.actions import open_case, publish_reply
from massline.respond.models import Case, CaseTerms, ReplyTerms
from massline.respond.queries import Search, finding
from massline.respond.tests.county import County
from massline.rights import OPERATOR, RESIDENT
from massline.terms import keep

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> County:
    return County()


def known() -> dict[str, list[int]]:
    """Which rows the index knows under words that the tests use."""
    indexes = {"messages": MessageTerms, "cases": CaseTerms, "replies": ReplyTerms}
    words = ("路灯", "坏了", "修好", "lamp", "13812345678")
    return {
        f"{name} {word}": sorted(index._default_manager.filter(terms__holds=word).values_list("pk", flat=True))
        for name, index in indexes.items()
        for word in words
    }


def found(case_or_none: Case, *words: str) -> bool:
    return case_or_none in Search(words).cases(Case.objects.all()).rows


def test_what_an_act_wrote_is_found_at_once_wherever_it_stands(here: County) -> None:
    case = open_case(here.message(), title="Street lamp by the bridge", by=here.handler)
    publish_reply(case, text="已修好，周一验收", by=here.handler, version=case.version)
    for words in (["路灯"], ["灯坏"], ["LAMP"], ["bridge", "路灯"], ["修好"], ["验收", "lamp", "巷口"], [str(case.pk)]):
        assert found(case, *words), words
    for words in (["水管"], ["路灯", "水管"], ["13812345678"], ["灯路"], ["?!"], ["amp"]):
        assert not found(case, *words), words


def test_an_erased_word_is_gone_from_the_index(here: County) -> None:
    message = here.message()
    assert MessageTerms.objects.filter(terms__holds="路灯").exists()
    erase_own(message, by=RESIDENT)
    assert not MessageTerms.objects.exists()


def test_a_hidden_word_is_found_by_nobody_until_it_shows_again(here: County) -> None:
    message, case = here.message(), None
    case = a_case(message, title="一件事", by=here.handler)
    asked = ask_removal(message, ground="others-data", reason="写了别人的住址", by=here.handler)
    assert not found(case, "路灯")
    show_again(asked, reason="没有写", by=here.handler)
    assert found(case, "路灯")


def test_a_removal_that_was_declined_takes_no_word_away(here: County) -> None:
    message = here.message()
    asked = ask_removal(message, ground="violence", reason="威胁", by=here.handler)
    decide_removal(asked, agree=False, reason="没有威胁", by=a_handler(here.county))
    assert message in Search(["路灯"]).messages(Message.objects.all()).rows


def test_rows_of_a_file_are_found(here: County) -> None:
    rows = [[Words(text=f"第{number}盏路灯坏了", source_id=str(number)) for number in range(3)]]
    import_messages(here.call, rows, source="file", by=OPERATOR)
    assert Search(["路灯"]).messages(Message.objects.all()).rows.count() == 3


def test_building_the_index_anew_changes_nothing(here: County) -> None:
    """What the verbs keep is what stands in the tables."""
    case = here.answered()
    erase_own(here.message(), by=RESIDENT)
    a_message(a_call(publish_at_once=False), "the lamp is broken")
    before = known()
    call_command("rebuild_search")
    assert known() == before
    assert before["messages 路灯"] == [case.messages.get().pk]


def test_an_index_that_knows_nothing_or_the_wrong_thing_is_mended_by_building_it_anew(here: County) -> None:
    case = here.answered()
    before = known()
    MessageTerms.objects.all().delete()
    keep(CaseTerms, [Case(pk=case.pk + 1000, title="水管")])
    call_command("rebuild_search")
    assert known() == before
    assert not CaseTerms.objects.filter(terms__holds="水管").exists()


def test_only_what_is_given_is_searched(here: County) -> None:
    case = here.case()
    for stranger in (an_outsider(), a_handler(here.department)):
        assert not Search(["路灯"]).cases(Case.objects.on_desk_of(stranger)).rows.exists()
    assert found(case, "路灯")


@pytest.mark.parametrize("few", [0, 1])
def test_frequent_words_are_found_too_and_it_is_said_that_there_may_be_more(
    here: County, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the index finds and what reading finds is the same; of a word that few replies hold, these are followed."""
    lamps = [here.case(), here.case()]
    leaks = [a_receipt(here.call, "水管漏水了", area=here.township).message for _ in range(2)]
    pipe, other = (a_case(leak, title="一件事", by=here.handler) for leak in leaks)
    publish_reply(pipe, text="路灯旁的水管修好了", by=here.handler, version=pipe.version)
    asked = [["路灯"], ["水管"], ["路灯", "水管"], ["巷口", "路灯"], ["漏水", str(pipe.pk)]]
    by_index = [set(Search(words).cases(Case.objects.order_by("-pk")).rows) for words in asked]
    monkeypatch.setattr(finding, "FEW", few)
    read = [Search(words).cases(Case.objects.order_by("-pk")) for words in asked]
    assert [set(one.rows) for one in read] == by_index == [{*lamps, pipe}, {pipe, other}, {pipe}, {*lamps}, {pipe}]
    assert [one.is_all for one in read] == [False] * 4 + [True]  # a number that nobody wrote is not frequent
    assert not Search(["路灯"]).messages(Message.objects.order_by("pk")).is_all


def test_the_page_says_when_it_did_not_look_through_everything(
    here: County, client, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.case()
    client.force_login(here.handler)
    assert "very many texts" not in client.get("/desk/?words=路灯", headers={"accept-language": "en"}).content.decode()
    monkeypatch.setattr(finding, "FEW", 0)
    assert "very many texts" in client.get("/desk/?words=路灯", headers={"accept-language": "en"}).content.decode()


def test_a_search_of_the_desk_asks_at_most_twenty_times(here: County, client, django_assert_max_num_queries) -> None:
    for _ in range(3):
        here.answered()
    client.force_login(here.handler)
    for words in ("路灯", "路灯+修好", "1", "bridge+巷口"):
        with django_assert_max_num_queries(20):
            client.get(f"/desk/?words={words}")


def test_a_search_for_frequent_words_asks_no_more_often_the_more_words_there_are(
    here: County, client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And reads the cases of the desk, by their keys: who asks which texts hold the words has all texts of the house read."""
    monkeypatch.setattr(finding, "FEW", 0)
    for _ in range(3):
        here.answered()
    client.force_login(here.handler)
    counted = []
    for words in ("路灯", "路灯+巷口", "路灯+巷口+坏了", "路灯+巷口+坏了+三天"):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/desk/?words={words}&show=any").status_code == 200
        counted.append(len(asked))
        read = [one["sql"] for one in asked if "LIKE" in one["sql"] and "respond_casemessage" in one["sql"]]
        assert read
        assert all(sql.startswith('SELECT "respond_case"."id"') for sql in read)
    assert max(counted) <= min(20, counted[0] + 2)  # a second word is asked of two indexes


@pytest.mark.parametrize(
    ("keys", "part"),
    [([], 0), ([7], 0), ([3, 9], 0), (range(1, 2000, 4), 1 / 4), ([*range(9000, 9999, 4), *range(1, 1000, 4)], 1 / 4)],
)
def test_how_thick_a_word_lies_is_told_wherever_a_database_begins(keys: list[int], part: float) -> None:
    assert finding._part_of_all(keys) == pytest.approx(part)
