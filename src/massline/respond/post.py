"""The way of a letter to the mail server, with a word from us in the last moment.

A mail server has a letter once it has its last line, and says so a moment later: who dies between the two can write nothing
down. So it is written down just before that line goes out. Why so: docs/decisions/0031-letters-only-to-who-says-yes.md."""

import smtplib
from collections.abc import Callable

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend

END = b"\r\n.\r\n"  # of the words of a letter; no command ends so (RFC 5321, 4.1.1.4)


class _ToldAtLast(smtplib.SMTP):
    """at_last: called when all but the letter itself has been said. Where it raises, the letter does not go."""

    at_last: Callable[[], None] | None = None

    def send(self, s: bytes | str) -> None:  # type: ignore[override]
        if self.at_last and isinstance(s, bytes) and s.endswith(END):
            try:
                self.at_last()
            except BaseException:
                self.close()  # in the middle of a letter nothing else can be said; the server forgets what has no end
                raise
        super().send(s)


class _ToldAtLastByTls(_ToldAtLast, smtplib.SMTP_SSL):
    """The same, where the server wants TLS at once."""


class Post(EmailBackend):
    """Letters by SMTP, each of which can be marked in the last moment before the server has it."""

    @property
    def connection_class(self) -> type[_ToldAtLast]:
        return _ToldAtLastByTls if self.use_ssl else _ToldAtLast


def hand_in(letter: EmailMessage, mail: BaseEmailBackend, *, at_last: Callable[[], None]) -> None:
    """Send a letter; `at_last` is called once, just before the mail server can have it. Raises what it raises, and OSError."""
    letter.connection = mail
    if not isinstance(mail, Post):
        at_last()
    else:
        mail.open()
        assert isinstance(mail.connection, _ToldAtLast)  # noqa: S101 - `connection_class` says so
        mail.connection.at_last = at_last
    letter.send()
