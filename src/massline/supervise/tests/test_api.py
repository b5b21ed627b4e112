"""Receipts and rates for programs."""

import pytest
from django.test import Client

from massline.gather.rules import grouped
from massline.respond.actions import open_case, publish_reply
from massline.respond.models import Reply
from massline.respond.tests.county import County
from massline.rights import RESIDENT
from massline.supervise.actions import Verdict, rate

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> County:
    return County()


def test_a_receipt_tells_where_the_message_stands(client: Client, here: County) -> None:
    receipt = here.receipt()
    address = f"/api/receipts/{receipt.code.lower()}"
    told = client.get(address).json()
    assert (told["step"], told["case"], told["reply"], told["may_rate"]) == ("published", None, None, False)
    assert told["code"] == grouped(receipt.code)
    case = open_case(receipt.message, title="路灯不亮", by=here.handler)
    told = client.get(address).json()
    assert (told["step"], told["case"], told["reply_due"]) == ("taken", case.pk, str(case.reply_due))
    publish_reply(case, text="修好了", by=here.handler, version=0)
    told = client.get(address).json()
    assert (told["step"], told["may_rate"], told["reply"]["solved"]) == ("replied", True, None)
    rate(Reply.objects.get(), receipt.message, Verdict(solved=False), by=RESIDENT)
    told = client.get(address).json()
    assert (told["step"], told["may_reopen"], told["reply"]["solved"]) == ("said", True, False)


def test_no_machine_keeps_a_receipt(client: Client, here: County) -> None:
    assert "no-store" in client.get(f"/api/receipts/{here.receipt().code}")["Cache-Control"]


def test_a_mistyped_code_is_a_problem_that_says_so(client: Client) -> None:
    response = client.get("/api/receipts/AAAA-AAAA-AAAA")
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["title"] == "ReceiptMistyped"
    assert "check character" in response.json()["detail"]


def test_a_code_that_was_never_given_out_is_not_found(client: Client, here: County) -> None:
    code = here.receipt().code
    here.call.messages.all().delete()
    assert client.get(f"/api/receipts/{code}").status_code == 404


def test_the_scoreboard_tells_no_answers_from_zero(client: Client, here: County) -> None:
    receipt = here.receipt()
    case = open_case(receipt.message, title="路灯不亮", by=here.handler)
    publish_reply(case, text="修好了", by=here.handler, version=0)
    rate(Reply.objects.get(), receipt.message, Verdict(solved=False), by=RESIDENT)
    lines = {line["body"]: line for line in client.get("/api/scoreboard").json()}
    assert list(lines) == [here.county.code, here.township.code, here.department.code]
    assert lines[here.township.code]["resolution"]["value"] == 0
    assert lines[here.township.code]["resolution"]["n"] == 1
    assert lines[here.township.code]["satisfaction"] == {"yes": 0, "n": 0, "value": None, "low": None, "high": None}
