"""Typed readers of the environment. A value that cannot be used stops the server; the error says its name and what is allowed."""

import os
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL;"
    # A receipt is a promise: FULL makes each commit reach the disk, so that a power cut takes nothing that was acknowledged.
    "PRAGMA synchronous=FULL;"
    "PRAGMA foreign_keys=ON;"
    "PRAGMA temp_store=MEMORY;"
    "PRAGMA cache_size=-65536;"  # KiB
    "PRAGMA mmap_size=268435456;"
    "PRAGMA journal_size_limit=67108864;"
)

MOST_CONNECTIONS = 16
"""To PostgreSQL, of one process: by itself the pool stops at four, and half of a web server's eight threads would wait."""

INTERPRETED = "-c jit=off"
"""To PostgreSQL: it compiles what it believes to be long, and guesses too high. Of a search of 98 ms compiling was 37."""


Default = TypeVar("Default", int, None)


def env_text(name: str, *, default: str) -> str:
    """Any text; surrounding spaces are dropped."""
    return os.environ.get(name, default).strip()


def env_bool(name: str, *, default: bool) -> bool:
    value = os.environ.get(name, str(default))
    if value not in ("True", "False"):
        raise ImproperlyConfigured(f"{name} is {value!r}. Write True or False.")
    return value == "True"


def env_int(name: str, *, default: Default, at_least: int) -> int | Default:
    """default: also None, where not to say is a choice of its own."""
    value = os.environ.get(name)
    if value is None:
        return default
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}. Write a whole number, {at_least} or more.") from None
    if number < at_least:
        raise ImproperlyConfigured(f"{name} is {value!r}. The least is {at_least}.")
    return number


def env_list(name: str, *, default: str) -> list[str]:
    """Values between commas; empty ones are dropped."""
    return [value.strip() for value in os.environ.get(name, default).split(",") if value.strip()]


def env_secret(name: str) -> str:
    """A secret from NAME or from the file that NAME_FILE names. There is no default: a public key protects nobody."""
    value = os.environ.get(name, "")
    path = os.environ.get(f"{name}_FILE", "")
    if path and not value:
        try:
            value = Path(path).read_text(encoding="utf-8").strip()
        except OSError as problem:
            raise ImproperlyConfigured(f"{name}_FILE is {path!r}, which cannot be read: {problem.strerror}.") from None
    if len(value) < 32:
        raise ImproperlyConfigured(
            f"{name} is missing or shorter than 32 characters. Make one with: "
            'python3 -c "import secrets; print(secrets.token_urlsafe(48))" '
            f"and give it in {name}, or in a file named by {name}_FILE."
        )
    return value


def env_mail(name: str) -> dict[str, Any]:
    """`smtp://USER:PASSWORD@HOST:PORT` (STARTTLS), `smtps://…` (TLS at once), `smtp+plain://…` (neither: a server on this
    machine), or empty for none: Django's settings of mail."""
    value = os.environ.get(name, "").strip()
    parts = urlsplit(value)
    if not value:
        return {}
    if parts.scheme not in ("smtp", "smtps", "smtp+plain") or not parts.hostname:
        shown = value.replace(parts.password, "***") if parts.password else value
        raise ImproperlyConfigured(f"{name} is {shown!r}. Write smtp://user:password@host:587, or leave it empty.")
    return {
        "EMAIL_BACKEND": "massline.respond.post.Post",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if parts.scheme == "smtps" else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }


def env_database(name: str, *, default: str) -> dict[str, Any]:
    """`sqlite:///FILE` (four slashes: an absolute path) or `postgresql://USER:PASSWORD@HOST:PORT/NAME`, as Django has it."""
    value = os.environ.get(name, default)
    parts = urlsplit(value)
    if parts.scheme == "sqlite" and parts.path.strip("/"):
        return _sqlite(parts.path[1:])
    if parts.scheme in ("postgres", "postgresql") and parts.path.strip("/"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "OPTIONS": {
                "pool": {"max_size": MOST_CONNECTIONS},
                "options": INTERPRETED,
                **dict(parse_qsl(parts.query)),
            },
        }
    shown = value.replace(parts.password, "***") if parts.password else value
    raise ImproperlyConfigured(
        f"{name} is {shown!r}. Write sqlite:///massline.sqlite3 or postgresql://user:password@host:5432/name."
    )


def _sqlite(path: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        # IMMEDIATE takes the write lock at once: a transaction that reads and then writes waits instead of failing half-way.
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_PRAGMAS},
    }
