"""Everybody who asked for it is told of each step: once, by whichever worker comes first."""

import logging
import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, connection, transaction
from django.db.models import DateTimeField, F, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import get_language

from massline.beat import LEASE
from massline.gather.models import Message
from massline.respond.letters import letter
from massline.respond.models import Case, Following, Notice
from massline.respond.post import hand_in
from massline.respond.rules import NoticeKind
from massline.respond.sealing import mark, seal
from massline.respond.slips import Slip, left_behind, slip
from massline.rights import Actor, require

SENT_AT_ONCE = 100  # notices that a worker takes in hand by one statement
_log = logging.getLogger(__name__)


@transaction.atomic
def follow(thing: Message | Case, *, address: str, by: Actor) -> bool:
    """Somebody wishes to be told of each step; the address is asked first. False where it was asked before. Raises NotAllowed."""
    require(by, "respond.follow", thing.body.path)
    now, name = timezone.now(), type(thing).__name__.lower()
    wish = Following(sealed=seal(address), mark=mark(address, f"{name} {thing.pk}"), asked_at=now)
    wish.language = get_language() or ""
    setattr(wish, name, thing)
    try:
        with transaction.atomic():
            wish.save(force_insert=True)
    except IntegrityError:
        return False
    Notice.objects.create(following=wish, kind=NoticeKind.CONFIRM, at=now, not_before=now)
    return True


def confirm(following: Following, *, by: Actor) -> None:
    """The address says yes itself: from now on each step is told. Raises NotAllowed."""
    require(by, "respond.confirm", "")
    Following.objects.filter(pk=following.pk, confirmed_at=None).update(confirmed_at=timezone.now())


@transaction.atomic
def stop_following(following: Following, *, by: Actor) -> None:
    """No more letters: the wish, its address and what waits to be sent are gone. Raises NotAllowed."""
    require(by, "respond.stop_following", "")
    Following.objects.filter(pk=following.pk).delete()


def tell(cases: Sequence[int], kind: NoticeKind) -> int:
    """Queue a letter for everybody who follows these cases, within the transaction of the step. Returns how many.

    Two statements, in which the database copies: no row comes here, however many follow (docs/reference/benchmarks.md)."""
    if not cases:
        return 0
    wishes = Following.objects.confirmed()
    by_message = wishes.filter(message__case_message__case__in=cases).annotate(now_in=F("message__case_message__case"))
    led_on = wishes.filter(case__isnull=False).annotate(now_in=Coalesce("case__merged_into", "case"))
    return _queue(by_message, kind) + _queue(led_on.filter(now_in__in=cases), kind)


def _queue(wishes: QuerySet[Following], kind: NoticeKind) -> int:
    """A letter for each of these wishes, about the case that it is `now_in`; Django's own insert would fetch all first."""
    now = timezone.now()
    same: dict[str, Value] = {"kind": Value(str(kind)), "token": Value(""), "tries": Value(0)}
    same |= {name: Value(now, output_field=DateTimeField()) for name in ("at", "not_before")}
    wanted, given = wishes.order_by("pk").values_list("pk", "now_in", *same.values()).query.sql_with_params()
    table, *columns = map(connection.ops.quote_name, [Notice._meta.db_table, "following_id", "case_id", *same])
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({', '.join(columns)}) {wanted}", given)
        return cursor.rowcount


def send_notices(*, by: Actor, most: int = 1_000) -> int:
    """Send what waits, some at a time and about so many at most; returns how many letters went out. Any number of workers may do
    so at once.

    Each letter is in the hands of one worker, for as long as it may take (`beat.LEASE`); of one that dies another takes them
    over. That a letter went is written down in the last moment before the mail server can have it. Raises NotAllowed."""
    require(by, "respond.send_notices", "")
    _take_back_unsent()
    sent = 0
    while sent < most and (held := _take_some()):
        with get_connection() as mail, slip(held[0].token) as paper:
            sent += sum(_send(notice, mail, paper) for notice in held)
    return sent


def _take_back_unsent() -> None:
    """What a worker marked just before it died, and had not sent yet, waits again: its slip tells it."""
    for token, handed_over in left_behind():
        marked = Notice.objects.filter(token=token, sent_at__isnull=False).order_by("-pk")[:1]  # they go in this order
        for key in marked.values_list("pk", flat=True):
            if key != handed_over:
                Notice.objects.filter(pk=key, token=token).update(sent_at=None, not_before=timezone.now())


@transaction.atomic
def _take_some() -> list[Notice]:
    """The next ones, the oldest first; those that another worker takes at this moment are passed over."""
    now, token = timezone.now(), secrets.token_hex(16)
    waiting = Notice.objects.waiting(now).order_by("not_before", "pk")
    keys = list(waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)[:SENT_AT_ONCE])
    taken = Notice.objects.filter(pk__in=keys)
    taken.update(token=token, not_before=now + LEASE, tries=F("tries") + 1)
    return list(taken.select_related("following", "case").order_by("pk"))


class _TakenOver(OSError):
    """Another worker has the letter by now: this one was too slow."""


def _send(notice: Notice, mail: BaseEmailBackend, paper: Slip) -> bool:
    """Hand one letter to the mail server. What it refuses is tried again later, each time after twice as long."""
    held = Notice.objects.filter(pk=notice.pk, token=notice.token)
    late = timezone.now() > notice.not_before - LEASE / 2
    if late and held.filter(sent_at=None).update(not_before=timezone.now() + LEASE) != 1:
        return False  # a slow worker finds that another one has it by now

    def at_last() -> None:
        if held.filter(sent_at=None).update(sent_at=timezone.now()) != 1:
            raise _TakenOver
        paper.note(notice.pk)

    try:
        if text := letter(notice):
            hand_in(text, mail, at_last=at_last)
        else:
            at_last()
    except _TakenOver:
        mail.close()
        return False
    except OSError as problem:  # smtplib's errors are such
        _log.warning("Notice %s was not sent: %s", notice.pk, type(problem).__name__)
        held.update(sent_at=None, not_before=timezone.now() + LEASE * 2**notice.tries)
        mail.close()
        return False
    return True


def forget_unconfirmed(*, by: Actor) -> int:
    """Wishes that nobody confirmed within a week are gone, with their addresses. Returns how many. Raises NotAllowed."""
    require(by, "respond.forget_unconfirmed", "")
    old = Following.objects.filter(confirmed_at=None, asked_at__lt=timezone.now() - timedelta(days=7))
    return old.delete()[1].get(Following._meta.label, 0)
