"""The key that the log signs with: a file that only this installation may read."""

import base64
import binascii
import os
from collections.abc import Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from massline.tlog.checkpoint import VerifierKey


class KeyRefused(Exception):
    """The log's key cannot be used as it lies there."""


def read_signer(path: Path, name: str) -> tuple[VerifierKey, Callable[[bytes], bytes]]:
    """The public key, and the function that signs. Raises KeyRefused: missing, readable by others, or no key."""
    try:
        mode, text = path.stat().st_mode, path.read_bytes()
    except OSError as error:
        raise KeyRefused(
            f"The log's key {path} cannot be read: {error.strerror}. Put it back from your backup."
        ) from error
    if mode & 0o077:
        raise KeyRefused(
            f"The log's key {path} can be read by others: whoever has it can forge the log. Run: chmod 600 {path}"
        )
    try:
        secret = Ed25519PrivateKey.from_private_bytes(base64.b64decode(text.strip(), validate=True))
    except (ValueError, binascii.Error) as error:
        raise KeyRefused(f"{path} holds no Ed25519 key. Put the log's key back from your backup.") from error
    public = secret.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return VerifierKey(name, public), secret.sign


def make_key(path: Path) -> None:
    """A new key in a new file. Raises FileExistsError: a log keeps its key."""
    secret = Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(base64.b64encode(secret) + b"\n")
