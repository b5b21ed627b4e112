"""The page that checks a proof: what it says on this site, where a browser cannot check by itself."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.builders import a_receipt

from massline.ledger.actions import append, sequence
from massline.ledger.forms import LARGEST_PROOF
from massline.ledger.queries import check_proof, log_key

pytestmark = pytest.mark.django_db
WORDS = "老井没水了。\r\n天天去河里挑。"


@pytest.fixture
def proof(client) -> dict:
    """The file of a receipt, as its page gives it, in a log of some entries."""
    receipt = a_receipt(text=WORDS)
    for number in range(20):
        append("message.received", {"message": number})
    sequence()
    return json.loads(client.get(f"/receipt/{receipt.code}/proof.json").content)


def check(client, content: object, text: str = ""):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return client.post("/log/proof/", {"proof": SimpleUploadedFile("receipt.json", body), "text": text})


def said(answer) -> dict[str, str]:
    found = answer.context["found"]
    return {name: getattr(found, name) for name in ("readable", "ours", "included", "signed", "text")}


def test_a_proof_holds_to_the_letter_whatever_line_breaks_the_words_came_with(client, proof) -> None:
    for words in (WORDS, WORDS.replace("\r\n", "\n")):
        assert set(said(check(client, proof, words)).values()) == {"yes"}
    assert said(check(client, proof, WORDS + "。"))["text"] == "no"
    assert said(check(client, proof))["text"] == "unknown"


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"entry": lambda entry: entry.replace("received", "hidden")}, {"included": "no", "signed": "yes"}),
        ({"index": lambda index: index + 1}, {"included": "no", "signed": "yes"}),
        ({"proof": lambda hashes: hashes[:-1]}, {"included": "no"}),
        ({"proof": lambda hashes: [*hashes, hashes[0]]}, {"included": "no"}),
        ({"checkpoint": lambda note: note.replace("\n2", "\n3", 1)}, {"signed": "no", "included": "unknown"}),
        ({"checkpoint": lambda note: note[: len(note) // 2]}, {"signed": "no", "included": "unknown"}),
        ({"salt": lambda salt: salt[::-1]}, {"included": "yes", "text": "no"}),
        ({"key": lambda key: key.replace("+", "+0", 1)}, {"readable": "no"}),
        ({"format": lambda text: text + "0"}, {"readable": "no"}),
        ({"entry": lambda entry: entry[:-1]}, {"readable": "no"}),
    ],
)
def test_what_was_changed_about_a_proof_is_told(client, proof, changes: dict, wrong: dict[str, str]) -> None:
    forged = proof | {name: change(proof[name]) for name, change in changes.items()}
    found = said(check(client, forged, WORDS))
    assert {name: found[name] for name in wrong} == wrong


def test_a_proof_of_another_log_and_one_without_a_number_are_told_from_a_broken_one(client, proof) -> None:
    assert check_proof(json.dumps(proof).encode(), "", ours="town.example/log+00000000+AAAA").ours == "no"
    assert check_proof(json.dumps(proof).encode(), "", ours="").ours == "unknown"
    early = {name: value for name, value in proof.items() if name not in ("index", "checkpoint", "proof")}
    found = said(check(client, early, WORDS))
    assert (found["readable"], found["included"], found["signed"], found["text"]) == (
        "yes",
        "unknown",
        "unknown",
        "yes",
    )
    assert log_key() in client.get("/log/proof/").content.decode()


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe\x00", b"[]", b"null", b'{"format": 7}', b"[" * 20_000])
def test_a_file_that_is_none_gets_a_sentence(client, content: bytes) -> None:
    answer = check(client, content)
    assert answer.status_code == 200
    assert said(answer)["readable"] == "no"
    assert "这不是凭据文件" in answer.content.decode()


def test_no_file_an_empty_one_and_one_far_too_large_are_sent_back(client) -> None:
    assert client.post("/log/proof/", {}).status_code == 422
    assert check(client, b"").status_code == 422
    too_large = check(client, b" " * (LARGEST_PROOF + 1))
    assert too_large.status_code == 422
    assert "文件太大" in too_large.content.decode()


def test_what_stands_in_a_proof_is_shown_as_text(client, proof) -> None:
    entry = json.dumps({"at": "<script>", "data": {}, "kind": "<script>alert(1)</script>"})
    page = check(client, proof | {"entry": entry}).content.decode()
    assert "<script>alert(1)" not in page
