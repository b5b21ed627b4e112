"""Signed notes: the reference's own example, RFC 8032's vectors, and whatever is forged, cut or foreign refused."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from massline.tlog import ed25519
from massline.tlog.checkpoint import (
    BadCheckpoint,
    Checkpoint,
    VerifierKey,
    read_checkpoint,
    read_key,
    signed_text,
    write_checkpoint,
)
from massline.tlog.merkle import leaf_hash
from massline.tlog.tests.trees import KEY, SECRET

EXAMPLE_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
EXAMPLE_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
EXAMPLE_SIGNATURE = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
"""The example of golang.org/x/mod/sumdb/note, whose format C2SP signed-note is."""

RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
]
"""Section 7.1: public key, message, signature."""

POINT = Checkpoint(KEY.name, 7, leaf_hash(b"root"))


def note() -> bytes:
    return write_checkpoint(POINT, KEY, SECRET.sign).encode()


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_signatures_of_the_standard_hold_and_any_other_message_does_not(
    public: str, message: str, signature: str
) -> None:
    key, said, signed = (bytes.fromhex(one) for one in (public, message, signature))
    assert ed25519.verify(key, said, signed)
    assert not ed25519.verify(key, said + b"x", signed)
    assert not ed25519.verify(key, said, bytes(64))
    assert not ed25519.verify(key, said, signed[:-1])


@given(st.binary(max_size=200), st.integers(0, 511), st.integers(0, 3))
def test_python_alone_says_the_same_as_cryptography(message: bytes, bit: int, spoilt: int) -> None:
    secret = Ed25519PrivateKey.from_private_bytes(leaf_hash(message))
    public, signature = (
        secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw),
        bytearray(secret.sign(message)),
    )
    if spoilt:
        signature[bit // 8] ^= 1 << bit % 8
    assert ed25519.verify(public, message, bytes(signature)) == holds(public, message, bytes(signature))


def holds(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def test_the_reference_example_is_read() -> None:
    whole = f"{EXAMPLE_TEXT}\n\u2014 PeterNeumann {EXAMPLE_SIGNATURE}\n".encode()
    key = read_key(EXAMPLE_KEY)
    assert str(key) == EXAMPLE_KEY
    assert signed_text(whole, key) == EXAMPLE_TEXT


def test_a_checkpoint_is_read_as_it_was_written() -> None:
    assert read_checkpoint(note(), KEY) == POINT
    assert read_key(str(KEY)) == KEY


def test_other_signatures_beside_the_logs_own_do_no_harm() -> None:
    witness = f"\u2014 witness.example {EXAMPLE_SIGNATURE}\n".encode()
    assert read_checkpoint(note() + witness, KEY) == POINT


@given(st.integers(min_value=0), st.integers(0, 7))
def test_a_checkpoint_with_any_bit_changed_is_refused(at: int, bit: int) -> None:
    spoilt = bytearray(note())
    spoilt[at % len(spoilt)] ^= 1 << bit
    with pytest.raises(BadCheckpoint):
        read_checkpoint(bytes(spoilt), KEY)


@given(st.integers(min_value=0))
def test_a_checkpoint_that_is_cut_off_is_refused(at: int) -> None:
    with pytest.raises(BadCheckpoint):
        read_checkpoint(note()[: at % len(note())], KEY)


@given(st.binary(max_size=300))
def test_whatever_else_comes_is_refused(found: bytes) -> None:
    with pytest.raises(BadCheckpoint):
        read_checkpoint(found, KEY)


def test_a_checkpoint_of_another_key_or_another_log_is_refused() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    theirs = VerifierKey(KEY.name, other.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
    with pytest.raises(BadCheckpoint, match="not signed with the key"):
        read_checkpoint(note(), theirs)
    foreign = write_checkpoint(Checkpoint("other.example", 7, POINT.root), KEY, SECRET.sign).encode()
    with pytest.raises(BadCheckpoint, match=r"of 'other\.example', not of the log"):
        read_checkpoint(foreign, KEY)


@pytest.mark.parametrize("size", ["07", "-1", "7.0", "seven", "", "9" * 5000, "٧"])
def test_a_signed_checkpoint_whose_size_is_no_number_is_refused(size: str) -> None:
    text = POINT.text.replace("\n7\n", f"\n{size}\n")
    signature = read_signature(text)
    with pytest.raises(BadCheckpoint):
        read_checkpoint(f"{text}\n{signature}\n".encode(), KEY)


def read_signature(text: str) -> str:
    """The line that signs this text."""

    class Any(Checkpoint):
        @property
        def text(self) -> str:
            return text

    return write_checkpoint(Any(KEY.name, 0, b""), KEY, SECRET.sign).splitlines()[-1]


@pytest.mark.parametrize(
    "key",
    [
        "",
        "name",
        "name+00000000+",
        EXAMPLE_KEY[:-1],
        EXAMPLE_KEY.replace("c7", "c8"),
        EXAMPLE_KEY.replace("Peter", "P "),
        "+" + EXAMPLE_KEY,
    ],
)
def test_a_key_with_a_wrong_character_is_refused(key: str) -> None:
    with pytest.raises(BadCheckpoint, match="Copy it whole"):
        read_key(key)
