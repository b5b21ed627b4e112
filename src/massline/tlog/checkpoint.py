"""Signed checkpoints. Sources: C2SP tlog-checkpoint, C2SP signed-note; Ed25519 as in RFC 8032."""

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from . import ed25519
from .merkle import HASH_SIZE

ALGORITHM = b"\x01"  # Ed25519, in C2SP signed-note
LONGEST = 1_000_000
SIGNATURES = 100


class BadCheckpoint(ValueError):
    """A checkpoint that cannot be read, or is not signed by this log."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log: its name, how many entries it has, and their root hash."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public key of a log, and the name that it signs under."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes by which a signature names its key."""
        return hashlib.sha256(self.name.encode() + b"\n" + ALGORITHM + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(ALGORITHM + self.public).decode()}"


def read_key(text: str) -> VerifierKey:
    """A verifier key such as `town.example/log+c74f20a3+AR...`. Raises BadCheckpoint."""
    try:
        name, key_id, encoded = text.strip().split("+", 2)
        kind_and_key = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error) as error:
        raise BadCheckpoint("The key is not written as NAME+ID+KEY. Copy it whole from the log's page.") from error
    key = VerifierKey(name, kind_and_key[1:])
    if kind_and_key[:1] != ALGORITHM or len(key.public) != 32 or not _is_name(name):
        raise BadCheckpoint("The key is no Ed25519 key of a log. Copy it whole from the log's page.")
    if key.key_id.hex() != key_id:
        raise BadCheckpoint(
            "The key and its own short name disagree: a character is wrong. Copy it whole from the log's page."
        )
    return key


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(letter.isspace() for letter in name)


def write_checkpoint(checkpoint: Checkpoint, key: VerifierKey, sign: Callable[[bytes], bytes]) -> str:
    """The signed note. sign: gives the Ed25519 signature (64 bytes) of a message."""
    signature = key.key_id + sign(checkpoint.text.encode())
    return f"{checkpoint.text}\n\u2014 {key.name} {base64.b64encode(signature).decode()}\n"


def read_checkpoint(note: bytes, key: VerifierKey) -> Checkpoint:
    """The checkpoint of a signed note, once this key's signature holds. Raises BadCheckpoint."""
    text = signed_text(note, key)
    lines = text.split("\n")
    if len(lines) < 4 or lines[0] != key.name:
        raise BadCheckpoint(f"The checkpoint is of {lines[0]!r}, not of the log {key.name!r}.")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except (ValueError, binascii.Error) as error:
        raise BadCheckpoint("The checkpoint's root hash cannot be read.") from error
    if (
        not lines[1].isascii()
        or not lines[1].isdigit()
        or str(int(lines[1][:20])) != lines[1]
        or len(root) != HASH_SIZE
    ):
        raise BadCheckpoint("The checkpoint's size or root hash cannot be read.")
    return Checkpoint(lines[0], int(lines[1]), root)


def signed_text(note: bytes, key: VerifierKey) -> str:
    """The text of a note that this key has signed, its last newline included (C2SP signed-note). Raises BadCheckpoint."""
    try:
        whole = note[:LONGEST].decode()
        text, signatures = whole.rsplit("\n\n", 1)
    except ValueError as error:
        raise BadCheckpoint("The checkpoint is no signed note: it was cut off or is another file.") from error
    text += "\n"
    if not signatures.endswith("\n") or any(letter < " " and letter != "\n" for letter in whole):
        raise BadCheckpoint("The checkpoint is no signed note: it was cut off or is another file.")
    for line in signatures.split("\n")[:-1][:SIGNATURES]:
        mark, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        if mark != "\u2014" or not _is_name(name):
            raise BadCheckpoint("The checkpoint has a line among its signatures that is none.")
        signature = _signature(encoded)
        if name == key.name and signature[:4] == key.key_id:
            if not ed25519.verify(key.public, text.encode(), signature[4:]):
                raise BadCheckpoint(
                    f"The signature of {key.name} does not fit the checkpoint: it was changed or forged."
                )
            return text
    raise BadCheckpoint(f"The checkpoint is not signed with the key of {key.name} that you gave.")


def _signature(encoded: str) -> bytes:
    try:
        signature = base64.b64decode(encoded, validate=True)
    except (ValueError, binascii.Error) as error:
        raise BadCheckpoint("A signature of the checkpoint cannot be read.") from error
    if len(signature) < 5:
        raise BadCheckpoint("A signature of the checkpoint is too short.")
    return signature
