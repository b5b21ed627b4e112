"""The proof of a receipt, checked by the browser alone: nothing is sent, and no network is needed."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.house import House
from tests.journeys.person import Person

pytestmark = pytest.mark.journey
OUTCOMES = """() => Object.fromEntries([...document.querySelectorAll("[data-check]")].filter(part => !part.hidden)
    .map(part => [part.dataset.check, part.dataset.outcome]))"""


def checks(resident: Person, proof: dict[str, Any]) -> dict[str, str]:
    file = {"name": "receipt.json", "mimeType": "application/json", "buffer": json.dumps(proof).encode()}
    resident.page.evaluate("document.getElementById('results').hidden = true")
    resident.page.set_input_files("input[name=proof]", file)
    resident.page.get_by_role("button", name=resident.word("Check it")).press("Enter")
    resident.page.locator("#results:not([hidden])").wait_for()
    found: dict[str, str] = resident.page.evaluate(OUTCOMES)
    return found


def test_a_proof_is_checked_without_a_network_and_a_forged_one_is_told(
    somebody: Callable[..., Person], house: House
) -> None:
    resident = somebody(language="zh-CN", size=(390, 844))
    proof = resident.page.request.get(f"{house.url}/receipt/{house.receipt}/proof.json").json()
    resident.opens("/log/proof/")
    assert not resident.page.locator("#results").is_visible()
    resident.page.context.set_offline(True)
    found = checks(resident, proof)
    # A browser without Ed25519 says that it could not check the signature.
    assert found.pop("signed") in ("yes", "unknown")
    assert found == {"readable": "yes", "included": "yes", "where": "browser"}
    assert checks(resident, proof | {"index": proof["index"] ^ 1})["included"] == "no"
    assert checks(resident, proof | {"key": proof["key"][:-8]})["readable"] == "no"
