"""The verbs of gathering."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from massline.beat import beating
from massline.bodies.models import Body
from massline.bodies.queries import above
from massline.engine.mask import mask
from massline.gather.grounds import GROUNDS
from massline.gather.models import ArrivingFile, ArrivingRow, Call, Message, MessageTerms, Removal
from massline.gather.queries import who_decides
from massline.gather.rules import (
    CallNotOpen,
    Channel,
    ImportUnderWay,
    ImportUnfinished,
    Outcome,
    RemovalRefused,
    RemovalState,
    check_length,
    receipt_code,
    receipt_digest,
    storable,
    submission_of,
)
from massline.ledger.actions import append, append_together
from massline.ledger.rules import digest
from massline.people.models import User
from massline.rights import Actor, require
from massline.terms import keep

BATCH = 1_000  # rows that are written in one transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What somebody said, and by which way it came; what every channel turns its input into."""

    text: str
    title: str = ""
    channel: Channel = Channel.WEB
    area: Body | None = None
    said_at: datetime | None = None
    sender: str = ""
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the writer keeps. `is_new` is False where the same form was sent before."""

    message: Message
    code: str
    is_new: bool


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: rows added, rows that were there already, ids that were there with another text (left alone)."""

    added: int
    already: int
    changed: list[str]


@transaction.atomic
def open_call(call: Call, *, by: Actor) -> Call:
    """Publish an invitation to speak in the name of a body. Raises NotAllowed, ValidationError."""
    require(by, "gather.open_call", call.body.path)
    call.full_clean()
    call.save(force_insert=True)
    span = {"opens": call.opens_at.isoformat(), "closes": call.closes_at.isoformat()}
    append("call.opened", {"call": call.ref, "body": call.body.code, "title": call.title, **span})
    return call


@transaction.atomic
def answer_call(call: Call, *, text: str, by: Actor) -> None:
    """Say what came of a call. Raises NotAllowed."""
    require(by, "gather.answer_call", call.body.path)
    call.answer, call.answered_at = text, timezone.now()
    call.save(update_fields=["answer", "answered_at"])
    append("call.answered", {"call": call.ref, "answer": digest(text, call.ref)})


def receive_message(call: Call, words: Words, *, by: Actor, submission: str = "") -> Receipt:
    """Take in what somebody said and hand out a receipt.

    submission: the form's own number; the same words with the same number again give the same receipt and add nothing.
    Raises CallNotOpen, MessageRefused, NotAllowed."""
    require(by, "gather.receive_message", call.body.path)
    return _take_in(call, words, submission)


def record_visit(call: Call, words: Words, *, by: Actor, key: str) -> Receipt:
    """Take in what a resident said at her door to a member of staff of words.area, and hand out a receipt for her.

    key: made where it was written, perhaps without a network: sent twice, it gives the same receipt and adds nothing.
    Raises CallNotOpen, MessageRefused, NotAllowed."""
    require(by, "gather.record_visit", (words.area or call.body).path)
    return _take_in(call, replace(words, channel=Channel.VISIT), f"visit {by.public_name} {key}")


def _take_in(call: Call, words: Words, submission: str) -> Receipt:
    """The message, stored and logged, and its receipt; of a submission that came before, the same."""
    now = timezone.now()
    if not call.is_open(now):
        raise CallNotOpen(call.ref, call.state(now))
    message = _message(call, words, received_at=now)
    form = submission or secrets.token_hex(16)
    sent = submission_of(form, call.ref, message.body.code, message.title, message.text)
    code = receipt_code(sent, settings.SECRET_KEY)
    message.receipt_digest = receipt_digest(code, settings.SECRET_KEY)
    try:
        with transaction.atomic():
            message.save(force_insert=True)
            keep(MessageTerms, [message], new=True)
            _log_received(message)
    except IntegrityError:
        return Receipt(Message.objects.get(receipt_digest=message.receipt_digest), code, is_new=False)
    return Receipt(message, code, is_new=True)


def _message(call: Call, words: Words, *, received_at: datetime) -> Message:
    """A message as it will be stored: the words as they came, and the masked ones that are shown. Raises MessageRefused."""
    text, title = storable(words.text), storable(words.title)
    check_length(text)
    shown, shown_title = mask(text), mask(title)
    return Message(
        call=call,
        body=(words.area or call.body).heir,
        channel=words.channel,
        title=title[:500],
        text=text,
        shown_title=shown_title.text[:500],
        shown_text=shown.text,
        masked_kinds=sorted({*shown.kinds, *shown_title.kinds}),
        said_at=words.said_at,
        received_at=received_at,
        published_at=received_at if call.publish_at_once else None,
        sender=words.sender,
        source_id=words.source_id,
    )


def _log_received(message: Message) -> None:
    facts = {"message": message.pk, "call": message.call.ref, "digest": digest(message.text, message.salt)}
    published = [("message.published", facts)] if message.published_at else []
    message.entry = append_together(("message.received", {**facts, "channel": message.channel}), *published)[0]
    # Every message comes through here, and a plain statement is sooner done than what the ORM makes of it.
    with connection.cursor() as cursor:
        cursor.execute("UPDATE gather_message SET entry_id = %s WHERE id = %s", [message.entry.pk, message.pk])


@transaction.atomic
def publish_message(message: Message, *, by: Actor) -> bool:
    """Show a waiting message, personal data masked. False where it was published before. Raises NotAllowed."""
    require(by, "gather.publish_message", message.body.path)
    first = Message.objects.filter(pk=message.pk, published_at=None).update(published_at=timezone.now()) == 1
    if first:
        facts = {"message": message.pk, "call": message.call.ref, "digest": digest(message.text, message.salt)}
        append("message.published", facts)
    return first


@transaction.atomic
def pass_on(messages: QuerySet[Message], *, body: Body, to: Body, by: Actor) -> int:
    """Messages to a body lie with another one from now on, and so does what that body was to decide about hidings.

    Returns how many messages there were. Docs: docs/rules/bodies.md. Raises NotAllowed."""
    require(by, "gather.pass_on", body.path)
    passed = messages.filter(body=body).update(body=to)
    Removal.objects.filter(state=RemovalState.ASKED, decider=body).update(decider=to)
    Removal.objects.filter(outcome="", appeal_decider=body).update(appeal_decider=to)
    append("messages.passed_on", {"from": body.code, "to": to.code, "messages": passed})
    return passed


@transaction.atomic
def ask_removal(message: Message, *, ground: str, reason: str, by: User, also: Iterable[Message] = ()) -> Removal:
    """Ask that a message be hidden or erased, on one of the grounds that staff have. Source: docs/rules/hiding.md.

    Others' personal data go from view at once; all else shows until a second person has decided. also: messages that say the
    same; each has its removal and its entry, all or none. Raises NotAllowed, RemovalRefused."""
    asked = {}
    for each in sorted([message, *also], key=lambda one: one.pk):  # so that of two who do it at once one waits
        require(by, "gather.ask_removal", each.body.path)
        asked[each.pk] = _ask_removal(each, ground=ground, reason=reason, by=by)
    return asked[message.pk]


def _ask_removal(message: Message, *, ground: str, reason: str, by: User) -> Removal:
    rule = GROUNDS.get(ground)
    if rule is None or rule.by_writer or by.body is None:
        raise RemovalRefused(message.pk, "ground")
    if not reason.strip():
        raise RemovalRefused(message.pk, "reason")
    _lock(message)
    if message.erased_at or (message.ground and not rule.erases):
        raise RemovalRefused(message.pk, "hidden")
    asked = Removal(message=message, ground=ground, reason=reason, body=by.body, asked_by=by, asked_role=by.role)
    asked.asked_at, asked.state = timezone.now(), RemovalState.ASKED
    asked.decider = by.body if rule.alone else who_decides(message, by.body)
    try:
        with transaction.atomic():
            asked.save(force_insert=True)
    except IntegrityError:
        raise RemovalRefused(message.pk, "asked") from None
    append("removal.asked", {**_facts(asked), "reason": digest(reason, asked.salt)})
    if rule.alone:
        _change(asked, state=RemovalState.DONE, decided_at=asked.asked_at)
        _take_away(asked)
    return asked


@transaction.atomic
def decide_removal(removal: Removal, *, agree: bool, reason: str, by: User, also: Iterable[Removal] = ()) -> Removal:
    """A second person hides or erases what was asked for, or declines it. also: those of messages that say the same, each
    with its entry, all or none. Raises NotAllowed, RemovalRefused."""
    for each in sorted([removal, *also], key=lambda one: one.message_id):
        require(by, "gather.decide_removal", _place(each.decider))
        _decide_removal(each, agree=agree, reason=reason, by=by)
    return removal


def _decide_removal(removal: Removal, *, agree: bool, reason: str, by: User) -> None:
    _check_person(removal, by, reason)
    _lock(removal.message)
    if removal.state != RemovalState.ASKED or removal.message.erased_at:
        raise RemovalRefused(removal.message_id, "decided")
    said = {"decision": reason, "decided_by": by, "decided_role": by.role, "decided_at": timezone.now()}
    _change(removal, state=RemovalState.DONE if agree else RemovalState.DECLINED, decider=by.body, **said)
    if agree:
        _take_away(removal)
    else:
        append("removal.declined", {**_facts(removal), "reason": digest(reason, removal.salt)})


@transaction.atomic
def show_again(removal: Removal, *, reason: str, by: User, also: Iterable[Removal] = ()) -> Removal:
    """Those who hid a message, or who stand above them, show it again. also: messages that say the same, all or none.

    Raises NotAllowed, RemovalRefused."""
    for each in sorted([removal, *also], key=lambda one: one.message_id):
        require(by, "gather.show_again", _place(each.decider))
        if not reason.strip():
            raise RemovalRefused(each.message_id, "reason")
        if each.state != RemovalState.DONE:
            raise RemovalRefused(each.message_id, "decided")
        _undo(each, reason, by)
    return removal


@transaction.atomic
def appeal(removal: Removal, *, words: str, by: Actor) -> Removal:
    """The writer of a hidden message asks the body above those who hid it to look again. Raises NotAllowed, RemovalRefused."""
    require(by, "gather.appeal", removal.message.body.path)
    if not removal.may_appeal or removal.decider is None:
        raise RemovalRefused(removal.message_id, "appealed")
    higher = above(removal.decider) or removal.decider
    _change(removal, appeal=storable(words), appealed_at=timezone.now(), appeal_decider=higher)
    append("removal.appealed", {**_facts(removal), "to": higher.code})
    return removal


@transaction.atomic
def decide_appeal(removal: Removal, *, keep: bool, reason: str, by: User) -> Removal:
    """Somebody who had no part in the hiding lets it stand, or shows the message again. Raises NotAllowed, RemovalRefused."""
    require(by, "gather.decide_appeal", _place(removal.appeal_decider))
    _check_person(removal, by, reason)
    if not removal.appeal_waits:
        raise RemovalRefused(removal.message_id, "decided")
    if keep:
        _change(removal, appeal_decider=by.body, **_outcome(Outcome.KEPT, reason, by))
    else:
        _change(removal, appeal_decider=by.body)
        _undo(removal, reason, by)
    facts = {**_facts(removal), "outcome": removal.outcome, "reason": digest(reason, removal.salt)}
    append("appeal.answered", {**facts, "by": by.body.code if by.body else None, "by_role": by.role})
    return removal


@transaction.atomic
def erase_own(message: Message, *, by: Actor) -> Removal:
    """The writer takes her words back, for good. Raises NotAllowed, RemovalRefused."""
    require(by, "gather.erase_own", message.body.path)
    _lock(message)
    if message.erased_at:
        raise RemovalRefused(message.pk, "erased")
    now, done = timezone.now(), RemovalState.DONE
    removal = Removal(message=message, ground="own-wish", asked_role=by.role, asked_at=now, decided_at=now, state=done)
    removal.save(force_insert=True)
    _take_away(removal)
    return removal


def _place(body: Body | None) -> str:
    return body.path if body else ""


def _check_person(removal: Removal, by: User, reason: str) -> None:
    """Raises RemovalRefused without a reason, or for somebody who took part in it before."""
    if not reason.strip():
        raise RemovalRefused(removal.message_id, "reason")
    if by.pk in (removal.asked_by_id, removal.decided_by_id):
        raise RemovalRefused(removal.message_id, "same person")


def _lock(message: Message) -> None:
    """Nobody else changes what shows of this message until the end of the transaction."""
    message.refresh_from_db(from_queryset=Message.objects.select_for_update())


def _change(removal: Removal, **changes: object) -> None:
    """Change the removal if it still stands as it was read: of two people who decide at once, the second is told.

    Raises RemovalRefused."""
    as_read = {name: getattr(removal, name) for name in ("state", "appealed_at", "outcome")}
    if Removal.objects.filter(pk=removal.pk, **as_read).update(**changes) != 1:
        raise RemovalRefused(removal.message_id, "decided")
    removal.refresh_from_db()


def _take_away(removal: Removal) -> None:
    """Words that nobody may read any more leave the columns that pages read; what is erased leaves them all, and its salt.

    What was to be looked at first shows from now on, without its words: nothing is hidden in silence."""
    message, now = removal.message, timezone.now()
    facts = {**_facts(removal), "digest": digest(message.text, message.salt)}
    gone = dict.fromkeys(("shown_text", "shown_title"), "")
    if removal.rule.erases:
        gone |= dict.fromkeys(("text", "title", "salt", "sender"), "")
    erased_at = now if removal.rule.erases else None
    shows_from = message.published_at or now
    Message.objects.filter(pk=message.pk).update(
        ground=removal.ground, erased_at=erased_at, published_at=shows_from, **gone
    )
    message.refresh_from_db()
    keep(MessageTerms, [message])
    if removal.rule.erases:
        append("message.erased", facts)
    else:
        append("message.hidden", {**facts, "reason": digest(removal.reason, removal.salt)})


def _undo(removal: Removal, reason: str, by: User) -> None:
    """The words show again, masked anew. Raises RemovalRefused."""
    message = removal.message
    _lock(message)
    _change(removal, state=RemovalState.UNDONE, **_outcome(Outcome.SHOWN, reason, by))
    shown, title = mask(message.text).text, mask(message.title).text[:500]
    back = Message.objects.filter(pk=message.pk, erased_at=None).update(ground="", shown_text=shown, shown_title=title)
    if back != 1:
        raise RemovalRefused(message.pk, "erased")
    message.refresh_from_db()
    keep(MessageTerms, [message])
    append("message.unhidden", {**_facts(removal), "reason": digest(reason, removal.salt)})


def _outcome(outcome: Outcome, reason: str, by: User) -> dict[str, object]:
    return {"outcome": outcome, "outcome_reason": reason, "outcome_by": by, "outcome_at": timezone.now()}


def _facts(removal: Removal) -> dict[str, object]:
    """Who acted, by body and role, never by name. `second`: whoever decided, where one person was not enough."""
    facts = {"message": removal.message_id, "ground": removal.ground, "role": removal.asked_role}
    facts["body"] = removal.body.code if removal.body else None
    if removal.decided_role and removal.decider:
        facts |= {"second_role": removal.decided_role, "second_body": removal.decider.code}
    return facts


def import_messages(call: Call, rows: Iterable[list[Words]], *, source: str, by: Actor) -> Imported:
    """Bring the rows of a file into a call, all or none. Rows whose id is there already are left alone.

    All rows wait unseen until the last is read; then the file is accepted as a whole, and they become messages, each batch in a
    transaction of its own. Killed before, nothing was imported; killed after, `continue_imports` brings in the rest.
    rows: batches, each row with a `source_id`. source: digest of the file, for the log.
    Raises NotAllowed, ImportUnderWay, ImportUnfinished, and what `rows` raises."""
    require(by, "gather.import_messages", call.body.path)
    file = _begin(call)
    try:
        with beating(partial(_hold, file)):
            imported = _read_in(file, rows, source)
    except BaseException:
        _drop(file)
        raise
    try:
        with beating(partial(_hold, file)):
            _bring_in(file)
    except Exception as problem:
        raise ImportUnfinished(call.ref, file.rows.count()) from problem
    return imported


def continue_imports(*, by: Actor) -> int:
    """Bring in what accepted files still hold whose import ended before its end, and forget files that were not accepted.

    Returns how many there were. Raises NotAllowed."""
    require(by, "gather.continue_imports", "")
    left = list(ArrivingFile.objects.left(timezone.now()).select_related("call"))
    return sum(_continue(file) for file in left)


def _begin(call: Call) -> ArrivingFile:
    """Raises ImportUnderWay."""
    before = ArrivingFile.objects.left(timezone.now()).filter(call=call).select_related("call").first()
    if before:
        _continue(before)
    try:
        with transaction.atomic():
            return ArrivingFile.objects.create(call=call, token=secrets.token_hex(16), beat_at=timezone.now())
    except IntegrityError:
        raise ImportUnderWay(call.ref) from None


def _continue(file: ArrivingFile) -> bool:
    """Take over a file that was left. False where somebody else has done so."""
    silent, file.token = file.token, secrets.token_hex(16)
    if ArrivingFile.objects.filter(pk=file.pk, token=silent).update(token=file.token, beat_at=timezone.now()) != 1:
        return False
    with beating(partial(_hold, file)):
        if file.accepted_at:
            _bring_in(file)
        else:
            _drop(file)
    return True


def _hold(file: ArrivingFile) -> None:
    """Give a sign of life. Raises ImportUnderWay where the file is another's by now."""
    if ArrivingFile.objects.filter(pk=file.pk, token=file.token).update(beat_at=timezone.now()) != 1:
        raise ImportUnderWay(file.call.ref)


def _read_in(file: ArrivingFile, rows: Iterable[list[Words]], source: str) -> Imported:
    """Let all rows wait; with the last of them the file is accepted. Memory does not grow with the rows."""
    call, now, added, already = file.call, timezone.now(), 0, 0
    changed: list[str] = []
    seal = hashlib.sha256(f"{source}\n".encode())  # as ledger.rules.digest over the lines of all digests
    for batch in rows:
        known = _known(call, batch)
        fresh = [_message(call, words, received_at=now) for words in batch if words.source_id not in known]
        with transaction.atomic():
            _hold(file)
            ArrivingRow.objects.bulk_create(ArrivingRow(file=file, message=_fields(message)) for message in fresh)
        for message in fresh:
            seal.update(f"{chr(10) if added else ''}{digest(message.text, message.salt)}".encode())
            added += 1
        already += len(batch) - len(fresh)
        changed += [w.source_id for w in batch if known.get(w.source_id, w.text) != w.text]
    _accept(file, {"call": call.ref, "messages": added, "file": source, "digest": seal.hexdigest()})
    return Imported(added, already, changed)


@transaction.atomic
def _accept(file: ArrivingFile, facts: Mapping[str, object]) -> None:
    """From here on every row will be a message, whatever happens. A file that brings nothing leaves no entry."""
    _hold(file)
    file.accepted_at = timezone.now()
    file.save(update_fields=["accepted_at"])
    if facts["messages"]:
        append("messages.imported", dict(facts))


def _bring_in(file: ArrivingFile) -> None:
    """Make messages of the rows that still wait. Raises ImportUnderWay."""
    while rows := list(file.rows.order_by("pk")[:BATCH]):
        with transaction.atomic():
            _hold(file)
            messages = Message.objects.bulk_create(Message(call=file.call, **row.message) for row in rows)
            keep(MessageTerms, messages, new=True)
            ArrivingRow.objects.filter(pk__in=[row.pk for row in rows]).delete()
    file.delete()


def _drop(file: ArrivingFile) -> None:
    """Forget a file that was not accepted. One that is another's by now is left alone."""
    with suppress(ImportUnderWay):
        while keys := list(file.rows.order_by("pk").values_list("pk", flat=True)[:BATCH]):
            with transaction.atomic():
                _hold(file)
                ArrivingRow.objects.filter(pk__in=keys).delete()
        ArrivingFile.objects.filter(pk=file.pk, token=file.token, accepted_at=None).delete()


def _fields(message: Message) -> dict[str, object]:
    """What a row must keep to become this message."""
    kept = (field.attname for field in Message._meta.concrete_fields if field.attname not in ("id", "call_id"))
    return {name: getattr(message, name) for name in kept}


def _known(call: Call, batch: list[Words]) -> Mapping[str, str]:
    """Ids of this batch that the call has already, and their texts."""
    ids = [words.source_id for words in batch]
    return dict(Message.objects.filter(call=call, source_id__in=ids).values_list("source_id", "text"))
