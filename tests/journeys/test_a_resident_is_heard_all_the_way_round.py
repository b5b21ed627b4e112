"""The whole circle by keyboard alone: message, receipt, case, hand-over, reply, verdict, reopening, one level up, solved."""

import secrets
from collections.abc import Callable
from typing import Any

import pytest

from massline.project.demo.county import COUNTY_EN, COUNTY_ZH
from tests.journeys.person import Person

pytestmark = pytest.mark.journey
VILLAGE = {"zh-CN": "东坪村", "en-GB": "Dongping Village"}
WATER = {"zh-CN": "水利局", "en-GB": "Water Bureau"}
COUNTY = {"zh-CN": COUNTY_ZH, "en-GB": COUNTY_EN}
TEXT = "{token}：村口水管漏了三天，路上结了冰，电话13812345678。"


def figures(person: Person, body: str) -> str:
    """A body's line on the scoreboard."""
    person.opens("/scoreboard/")
    return str(person.page.get_by_role("row").filter(has_text=body).inner_text())


def test_a_message_becomes_a_case_is_answered_judged_reopened_and_solved_one_level_up(
    somebody: Callable[..., Person], way: dict[str, Any]
) -> None:
    resident, token = somebody(**way), secrets.token_hex(4)  # no other message, and no other run, says this
    matter = f"东坪村水管漏水 {token}"
    before = figures(resident, WATER[resident.language])
    receipt = speak(resident, TEXT.format(token=token))
    take_and_hand_over(somebody(**way), token, matter)
    answer(somebody(**way), "water", matter, "已派人修好，共换水管六米。")
    judge(resident, receipt, solved=False)
    assert figures(resident, WATER[resident.language]) != before
    ask_again(resident, receipt)
    answer(somebody(**way), "leader", matter, "县里已派人到场，三处漏点都换了新管。")
    judge(resident, receipt, solved=True)
    assert resident.sees(resident.word("Solved"))
    assert resident.sees(COUNTY[resident.language])


def speak(resident: Person, text: str) -> str:
    """From the front page to a receipt. Returns the code."""
    resident.opens("/")
    resident.follows(resident.word("Calls"))
    resident.follows("明年的实事，先办哪一件")
    resident.follows(resident.word("Say something"))
    resident.writes(resident.word("What do you want to say?"), text)
    resident.chooses(resident.word("Which place is it about?"), VILLAGE[resident.language])
    resident.follows(resident.word("Send and get a receipt"))
    code = str(resident.page.locator(".face-receipt__code").inner_text())
    resident.follows(resident.word("As everybody sees it, with its theme"))
    assert not resident.sees("13812345678")
    return code


def take_and_hand_over(handler: Person, token: str, matter: str) -> None:
    """The handler finds the message in her queue, takes it, and gives it to those who can mend it."""
    handler.signs_in("handler")
    handler.chooses(handler.word("Show"), handler.word("New messages"))
    handler.chooses(handler.word("Body"), VILLAGE[handler.language])
    handler.follows(handler.word("Show"))
    handler.finds(token)
    handler.writes(handler.word("The matter in a few words"), matter)
    handler.follows(handler.word("Take as a case"))
    handler.writes(handler.word("To which body"), WATER[handler.language])
    handler.writes(handler.word("Reason"), "水管归水利局管，村里没有抢修队。")
    handler.follows(handler.word("Hand over"))
    assert handler.sees(WATER[handler.language])


def answer(staff: Person, username: str, matter: str, text: str) -> None:
    staff.signs_in(username)
    staff.chooses(staff.word("Show"), staff.word("Cases to answer"))
    staff.follows(staff.word("Show"))
    staff.finds(matter)
    staff.writes(staff.word("Reply"), text)
    staff.follows(staff.word("Publish the reply"))
    assert staff.sees(text)


def judge(resident: Person, receipt: str, *, solved: bool) -> None:
    """She comes back with her receipt, typed as people type, and says what she thinks."""
    resident.opens("/receipt/")
    resident.writes(resident.word("Receipt code"), receipt.lower().replace("-", " "))
    resident.follows(resident.word("Show my message"))
    yes, no = resident.word("Yes, it is solved"), resident.word("No, it is not solved")
    resident.marks(yes if solved else f"{yes}|{no}")
    resident.follows(resident.word("Send my verdict"))


def ask_again(resident: Person, receipt: str) -> None:
    resident.opens(f"/receipt/{receipt}/")
    resident.writes(resident.word("What is still not right?"), "只修了一处，旁边还在漏。")
    resident.follows(resident.word("Reopen the case"))
    assert resident.sees(COUNTY[resident.language])
