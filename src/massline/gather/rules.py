"""What makes a receipt code, and what a message may be. Source: docs/rules/receipts.md."""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum

from stdnum.iso7064 import mod_37_36

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
CODE_LENGTH = 12  # eleven characters carry 55 bits, the last one checks them
LONGEST_MESSAGE = 100_000  # characters
_ALIKE = str.maketrans("ILO", "110")


class Channel(StrEnum):
    """By which way a message came."""

    WEB = "web"
    API = "api"
    HOTLINE = "hotline"
    VISIT = "visit"
    MEETING = "meeting"
    PAPER = "paper"
    EMAIL = "email"
    FILE = "file"


class ReceiptMistyped(ValueError):
    """The code's length or check character is wrong: it was never given out."""

    def __init__(self, typed: str, problem: str, *, code: str) -> None:
        """code: what was typed, without spaces and dashes, in capitals, O read as 0, I and L as 1."""
        super().__init__(f"{typed!r} is not a receipt code: {problem}.")
        self.typed, self.problem, self.code = typed, problem, code


class CallNotOpen(ValueError):
    """The call takes no messages now."""

    def __init__(self, ref: str, state: str) -> None:
        super().__init__(f"The call {ref} is {state}; it takes no messages.")
        self.ref, self.state = ref, state


class MessageRefused(ValueError):
    """A message with no words, or too long to be one."""

    def __init__(self, length: int) -> None:
        super().__init__(f"A message has 1 to {LONGEST_MESSAGE} characters; this one has {length}.")
        self.length = length


class ImportUnderWay(RuntimeError):
    """Another file is on its way into this call."""

    def __init__(self, ref: str) -> None:
        super().__init__(
            f"Another file is being imported into the call {ref}. Wait until it has ended, then run this again."
        )
        self.ref = ref


class ImportUnfinished(RuntimeError):
    """A file was accepted, but not all of its rows are messages yet."""

    def __init__(self, ref: str, waiting: int) -> None:
        super().__init__(
            f"The file was accepted whole, but {waiting:,} of its rows are not in the call {ref} yet. "
            "A worker brings them in (massline worker), and so does the next import into this call."
        )
        self.ref, self.waiting = ref, waiting


class RemovalState(StrEnum):
    """Where the hiding or erasing of a message stands."""

    ASKED = "asked"  # the words still show, until a second person decides
    DONE = "done"
    DECLINED = "declined"
    UNDONE = "undone"  # the words show again


class Outcome(StrEnum):
    """How a hiding was looked at again: after an appeal, or by whoever hid it."""

    KEPT = "kept"
    SHOWN = "shown"


class RemovalRefused(ValueError):
    """A message cannot be hidden, erased or shown again like this. `why` is one of WHY_REFUSED."""

    def __init__(self, message: int, why: str) -> None:
        super().__init__(f"Message {message}: {WHY_REFUSED[why]}. Nothing was changed.")
        self.message, self.why = message, why


WHY_REFUSED = {
    "reason": "a reason is missing, which everybody could read",
    "ground": "there is no such ground for those who ask; docs/rules/hiding.md lists all of them",
    "asked": "somebody has asked for this before, and a decision is awaited",
    "hidden": "its words do not show any more",
    "decided": "this was decided before",
    "same person": "whoever asked or decided before cannot be the second person",
    "appealed": "an appeal can be made once, while the message is hidden",
    "erased": "what was erased cannot be brought back",
}


def is_about(names: Iterable[str], text: str) -> bool:
    """Whether a text names the body that is called by one of these names."""
    return any(name and name.casefold() in text.casefold() for name in names)


def storable(text: str) -> str:
    """The text as it came, without what no database stores: NUL goes, half a surrogate pair becomes a question mark."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def check_length(text: str) -> None:
    """Raises MessageRefused for a text that shows nothing (spaces and invisible characters only), or that is too long."""
    if len(text) > LONGEST_MESSAGE:
        raise MessageRefused(len(text))
    if all(unicodedata.category(character)[0] in "CZ" for character in text):
        raise MessageRefused(0)


def submission_of(form: str, *words: str) -> str:
    """One submission: the form's own number and what was said. The same form with other words is another message.

    A browser's "back" shows a form that was sent, with its number: what is written then must not be lost."""
    return hashlib.sha256("\x00".join((form, *words)).encode("utf-8", "replace")).hexdigest()


def receipt_code(submission: str, key: str) -> str:
    """The code for one submission: the same submission always gives the same code, and nobody without the key can guess it.

    submission: the form's own number, or a random one. key: the installation's secret. 12 characters of ALPHABET."""
    number = int.from_bytes(hmac.digest(key.encode(), f"receipt {submission}".encode(), "sha256"))
    letters = ""
    for _ in range(CODE_LENGTH - 1):
        number, place = divmod(number, len(ALPHABET))
        letters += ALPHABET[place]
    return letters + str(mod_37_36.calc_check_digit(letters, ALPHABET))


def receipt_digest(code: str, key: str) -> str:
    """What is stored instead of the code, so that no reader of the database can speak for the writer. 64 hex digits."""
    return hmac.digest(key.encode(), f"digest {code}".encode(), "sha256").hex()


def read_receipt(typed: str) -> str:
    """A code as somebody typed it (small letters, spaces, dashes, O for 0, I or L for 1) -> the code. Raises ReceiptMistyped.

    The check character is ISO 7064 MOD 37,36 in its form for 32 characters (hybrid MOD 33,32): it catches every single wrong
    character and nearly every pair of characters that changed places."""
    code = re.sub(r"[\s\-–—]", "", typed).upper().translate(_ALIKE)
    if len(code) != CODE_LENGTH:
        raise ReceiptMistyped(typed, f"it has {len(code)} characters, not {CODE_LENGTH}", code=code)
    if strange := sorted(set(code) - set(ALPHABET)):
        raise ReceiptMistyped(typed, f"{', '.join(strange)} is never used in a code", code=code)
    if mod_37_36.checksum(code, ALPHABET) != 1:
        raise ReceiptMistyped(typed, "its check character does not fit; one character was mistyped", code=code)
    return code


def grouped(code: str) -> str:
    """As it is shown and read aloud: three groups of four."""
    return "-".join(code[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def sender_seed(ref: str, key: str) -> int:
    """Keys the hashes of one call's senders: nobody without `key` can make them, and in two calls the same person differs."""
    return int.from_bytes(hmac.digest(key.encode(), f"senders {ref}".encode(), "sha256")[:8])
