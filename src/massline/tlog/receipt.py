"""What the sender of a message keeps: the entry that was promised, the salt of its digest, and, once it is in, the proof."""

import base64
import hashlib
import json
from dataclasses import dataclass

from .checkpoint import BadCheckpoint, Checkpoint, VerifierKey, read_checkpoint, read_key
from .merkle import leaf_hash, verify_inclusion

FORMAT = "massline-receipt-1"


class BadReceipt(ValueError):
    """A receipt that cannot be read, or that does not say what it is held to say."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Where the entry stood in the log of this checkpoint (a signed note), and the hashes that lead there."""

    index: int
    checkpoint: str
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """An entry that a log has promised to hold. proof: None until the entry had its number."""

    key: VerifierKey
    entry: bytes
    salt: str
    proof: Proof | None = None

    def check_text(self, text: str) -> None:
        """Raises BadReceipt unless this text is the one whose digest was logged.

        Forms send a line break as two characters, files mostly as one, and nobody sees which: both are tried."""
        logged = json.loads(self.entry)["data"].get("digest")
        lines = text.replace("\r\n", "\n")
        if logged not in [digest(one, self.salt) for one in (text, lines, lines.replace("\n", "\r\n"))]:
            raise BadReceipt("This text is not the one that was logged. Every space and line break counts.")

    def check_proof(self) -> Checkpoint:
        """The checkpoint whose log holds the entry, by the receipt alone. Raises BadReceipt, BadCheckpoint, BadProof."""
        if self.proof is None:
            raise BadReceipt("The receipt was made before the entry had its number. Fetch it again from its page.")
        checkpoint = read_checkpoint(self.proof.checkpoint.encode(), self.key)
        verify_inclusion(
            self.proof.hashes,
            leaf_hash(self.entry),
            index=self.proof.index,
            size=checkpoint.size,
            root_hash=checkpoint.root,
        )
        return checkpoint


def digest(text: str, salt: str) -> str:
    """Salted SHA-256 of a text, in hexadecimal: of salt, a line break and the text in UTF-8."""
    return hashlib.sha256(f"{salt}\n{text}".encode()).hexdigest()


def write_receipt(receipt: Receipt) -> str:
    """A JSON object that `read_receipt` reads."""
    facts: dict[str, object] = {
        "format": FORMAT,
        "key": str(receipt.key),
        "entry": receipt.entry.decode(),
        "salt": receipt.salt,
    }
    if receipt.proof:
        facts |= {
            "index": receipt.proof.index,
            "checkpoint": receipt.proof.checkpoint,
            "proof": [base64.b64encode(one).decode() for one in receipt.proof.hashes],
        }
    return json.dumps(facts, ensure_ascii=False, indent=1)


def read_receipt(text: str | bytes) -> Receipt:
    """Raises BadReceipt, or BadCheckpoint for a key that is none."""
    try:
        facts = json.loads(text)
        json.dumps(facts, ensure_ascii=False).encode()  # JSON can say half a character (\ud800), which no text holds
        if facts["format"] != FORMAT:
            raise BadReceipt(f"The receipt has the format {facts['format']!r}; this program reads {FORMAT!r}.")
        entry = facts["entry"].encode()
        if not isinstance(json.loads(entry)["data"], dict):
            raise TypeError
        hashes = tuple(base64.b64decode(one, validate=True) for one in facts.get("proof", ()))
        proof = Proof(int(facts["index"]), str(facts["checkpoint"]), hashes) if "proof" in facts else None
        return Receipt(read_key(str(facts["key"])), entry, str(facts["salt"]), proof)
    except (BadReceipt, BadCheckpoint):
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadReceipt(
            "This is no receipt of a public log, or a part of it is missing. Fetch it again from its page."
        ) from error
