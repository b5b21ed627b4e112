"""A letter is written down as sent in the last moment before the mail server can have it: not earlier, not later."""

import socketserver
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.utils import timezone
from tests.builders import a_receipt

from massline.respond.actions import confirm, follow, open_case, send_notices, telling
from massline.respond.models import Following, Notice
from massline.respond.post import END, Post, hand_in
from massline.respond.slips import Slip, left_behind, slip
from massline.respond.tests.county import County
from massline.rights import RESIDENT, SYSTEM


class Server(socketserver.ThreadingTCPServer):
    """A mail server that keeps whole letters, and refuses them where `answer` says so."""

    daemon_threads, block_on_close = True, False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.kept: list[bytes] = []
        self.cut_short = threading.Event()
        self.answer = b"250 kept"


class _Talk(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        for line in iter(self.rfile.readline, b""):
            verb = line[:4].upper()
            self.wfile.write({b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}.get(verb, b"250 ok\r\n"))
            if verb == b"DATA":
                self._letter()
            if verb == b"QUIT":
                return

    def _letter(self) -> None:
        words = b""
        while not words.endswith(END):
            line = self.rfile.readline()
            if not line:
                self.server.cut_short.set()
                return
            words += line
        if self.server.answer.startswith(b"250"):
            self.server.kept.append(words)
        self.wfile.write(self.server.answer + b"\r\n")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield running
        running.shutdown()


def way_to(server: Server) -> Post:
    return Post(host="127.0.0.1", port=server.server_address[1], username="", password="", use_tls=False)


def a_letter(text: str = "hello") -> EmailMessage:
    return EmailMessage("subject", text, "from@example.com", ["to@example.com"])


@pytest.fixture
def waiting(settings: Any, server: Server) -> Notice:
    """One letter that waits, and the way to the server."""
    settings.MAIL = {"EMAIL_HOST": "localhost"}
    here = County()
    message = a_receipt(here.call, "灯不亮", area=here.township).message
    follow(message, address="wang@example.com", by=RESIDENT)
    confirm(Following.objects.get(), by=RESIDENT)
    Notice.objects.update(sent_at=timezone.now())
    open_case(message, title="路灯", by=here.handler)
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "massline.respond.post.Post", "127.0.0.1"
    settings.EMAIL_PORT, settings.EMAIL_USE_TLS = server.server_address[1], False
    return Notice.objects.get(sent_at=None)


@pytest.mark.parametrize("text", ["hello", "a line\n.\nof one dot", "最后一行是点\n.", "x" * 100_000])
def test_when_it_is_written_down_the_server_has_nothing_yet_and_then_all(server: Server, text: str) -> None:
    had: list[int] = []
    with way_to(server) as mail:
        for _ in range(2):
            hand_in(a_letter(text), mail, at_last=lambda: had.append(len(server.kept)))
    assert had == [0, 1]
    assert len(server.kept) == 2


def test_a_worker_that_dies_in_the_last_moment_has_sent_nothing(server: Server) -> None:
    def die() -> None:
        raise SystemExit

    with pytest.raises(SystemExit), way_to(server) as mail:
        hand_in(a_letter(), mail, at_last=die)
    assert server.cut_short.wait(60)
    assert server.kept == []


@pytest.mark.django_db
def test_a_letter_that_the_server_took_is_never_sent_again_though_its_worker_died_at_once(
    server: Server, waiting: Notice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken_and_dead(letter: EmailMessage, mail: Post, **how: Any) -> None:
        hand_in(letter, mail, **how)
        raise SystemExit

    monkeypatch.setattr(telling, "hand_in", taken_and_dead)
    with pytest.raises(SystemExit):
        send_notices(by=SYSTEM)
    monkeypatch.undo()
    Notice.objects.update(not_before=timezone.now())  # what the dead one had in hand is free again
    assert send_notices(by=SYSTEM) == 0
    assert len(server.kept) == 1


@pytest.mark.django_db
def test_a_letter_that_was_marked_by_a_worker_which_died_before_it_went_is_sent_by_the_next(
    server: Server, waiting: Notice, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = Slip.note

    def die(self: Slip, key: int) -> None:
        if key:  # the mark is in the database by now
            raise SystemExit
        note(self, key)

    monkeypatch.setattr(Slip, "note", die)
    with pytest.raises(SystemExit):
        send_notices(by=SYSTEM)
    monkeypatch.undo()
    waiting.refresh_from_db()
    assert (waiting.sent_at is not None, len(server.kept)) == (True, 0)
    assert [send_notices(by=SYSTEM) for _ in range(3)] == [1, 0, 0]
    assert len(server.kept) == 1


@pytest.mark.django_db
def test_a_slip_is_nobodys_while_its_worker_lives_and_gone_once_it_was_asked() -> None:
    with slip("living") as paper:
        paper.note(7)
        assert list(left_behind()) == []
    assert list(left_behind()) == []
    dead = slip("dead")
    dead.__enter__().note(8)
    dead.__exit__(SystemExit, SystemExit(), None)
    assert list(left_behind()) == [("dead", 8)]
    assert list(left_behind()) == []


@pytest.mark.django_db
def test_slips_lie_where_nobody_else_may_write(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with slip("mine"):
        (folder,) = tmp_path.iterdir()
        assert folder.stat().st_mode & 0o077 == 0
    folder.chmod(0o777)
    with pytest.raises(PermissionError, match=str(folder)), slip("mine"):
        pass


@pytest.mark.django_db
def test_a_letter_that_the_server_refused_waits_again(server: Server, waiting: Notice) -> None:
    server.answer = b"451 try again later"
    assert send_notices(by=SYSTEM) == 0
    waiting.refresh_from_db()
    assert waiting.sent_at is None
    assert waiting.not_before > timezone.now()
    server.answer = b"250 kept"
    Notice.objects.update(not_before=timezone.now())
    assert send_notices(by=SYSTEM) == 1
    assert len(server.kept) == 1


@pytest.mark.django_db
def test_a_slow_worker_whose_letter_another_one_took_sends_nothing(server: Server, waiting: Notice) -> None:
    (held,) = telling._take_some()
    Notice.objects.update(token="of another worker")
    with way_to(server) as mail, slip(held.token) as paper:
        assert telling._send(held, mail, paper) is False
        hand_in(a_letter(), mail, at_last=lambda: None)  # the way is open again
    assert len(server.kept) == 1
    waiting.refresh_from_db()
    assert waiting.sent_at is None
