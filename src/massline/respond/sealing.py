"""Addresses at rest: sealed by the installation's secret key, opened only where a letter is written."""

import hashlib
import hmac
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


def seal(address: str) -> str:
    return _box().encrypt(address.encode()).decode()


def unseal(sealed: str) -> str:
    """The address; "" where it was sealed under a key that is lost (docs/rules/receipts.md, E7)."""
    try:
        return _box().decrypt(sealed.encode()).decode()
    except InvalidToken:
        return ""


def mark(address: str, thing: str) -> str:
    """The same for the same address and thing, another one for every other thing: wishes of one person are not told together."""
    text = f"{thing} {address.strip().lower()}"
    return hmac.new(_key(settings.SECRET_KEY), text.encode(), hashlib.sha256).hexdigest()


def _box() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(urlsafe_b64encode(_key(key))) for key in keys])


def _key(secret: str) -> bytes:
    return hmac.digest(secret.encode(), b"massline addresses of followers", "sha256")
