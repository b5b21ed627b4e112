"""Receipts: read as they were written, and whatever is forged, cut or foreign refused in a sentence."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from massline.tlog.receipt import BadReceipt, Proof, Receipt, digest, read_receipt, write_receipt
from massline.tlog.tests.trees import KEY, MemoryLog, numbered
from massline.tlog.verify import REFUSALS, find_entry

ENTRY = json.dumps(
    {"at": "2026-11-22", "data": {"digest": digest("老井没水了。", "salt")}, "kind": "message.received"}
).encode()


@pytest.fixture(scope="module")
def receipt() -> Receipt:
    log = MemoryLog([*numbered(40), ENTRY, *numbered(30)])
    found = find_entry(log.fetch, KEY, ENTRY)
    return Receipt(KEY, ENTRY, "salt", Proof(found.index, log.files["checkpoint"].decode(), tuple(found.proof)))


def test_a_receipt_is_read_as_it_was_written_with_and_without_proof(receipt: Receipt) -> None:
    assert read_receipt(write_receipt(receipt)) == receipt
    promised = Receipt(KEY, ENTRY, "salt")
    assert read_receipt(write_receipt(promised)) == promised
    with pytest.raises(BadReceipt, match="Fetch it again"):
        promised.check_proof()


def test_a_receipt_alone_proves_its_entry_and_its_text(receipt: Receipt) -> None:
    assert receipt.check_proof().size == 71
    receipt.check_text("老井没水了。")
    for other in ("老井没水了", "老井没水了。 ", ""):
        with pytest.raises(BadReceipt, match="not the one that was logged"):
            receipt.check_text(other)


@given(st.data())
def test_a_receipt_with_any_character_changed_never_proves_another_entry(receipt: Receipt, data: st.DataObject) -> None:
    written = write_receipt(receipt)
    at = data.draw(st.integers(0, len(written) - 1))
    forged = written[:at] + data.draw(st.characters()) + written[at + 1 :]
    with suppress(BadReceipt, *REFUSALS):
        read = read_receipt(forged)
        read.check_proof()
        assert read.entry == ENTRY


@pytest.mark.parametrize("field", ["key", "entry", "salt", "checkpoint"])
def test_a_receipt_that_holds_half_a_character_is_refused(receipt: Receipt, field: str) -> None:
    facts = json.loads(write_receipt(receipt))
    for written in (json.dumps(facts | {field: facts[field] + "\ud800"}), json.dumps(facts | {"unknown": "\ud800"})):
        with pytest.raises(BadReceipt, match="Fetch it again"):
            read_receipt(written)


@given(st.integers(min_value=0))
def test_a_receipt_that_is_cut_off_is_refused(receipt: Receipt, at: int) -> None:
    written = write_receipt(receipt)
    with pytest.raises((BadReceipt, *REFUSALS)):
        read_receipt(written[: at % len(written)])


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_anything_else_is_refused(found: bytes | str) -> None:
    with pytest.raises((BadReceipt, *REFUSALS)):
        read_receipt(found)


@pytest.mark.parametrize(
    "spoilt",
    [
        {"format": "other"},
        {"key": "x"},
        {"entry": "[]"},
        {"entry": '{"data": 3}'},
        {"proof": ["!"]},
        {"proof": 7},
        {"index": None},
        {"checkpoint": None},
    ],
)
def test_a_receipt_with_a_part_of_another_kind_is_refused(receipt: Receipt, spoilt: dict[str, object]) -> None:
    written = json.dumps({**json.loads(write_receipt(receipt)), **spoilt})
    with pytest.raises((BadReceipt, *REFUSALS)):
        read_receipt(written).check_proof()
