"""Receipts and the scoreboard for programs."""

from datetime import date, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema

from massline.gather.queries import message_of
from massline.gather.rules import grouped, read_receipt
from massline.supervise import queries
from massline.supervise.passing import hand_overs
from massline.supervise.rules import HandOvers, Rate

router = Router(tags=["supervision"])
COUNTS = ("out", "got", "sent_back", "came_back", "often", "longest")  # of hand-overs


class RateOut(Schema):
    """A share with the number of answers behind it. `value`, `low` and `high` are null where nobody answered yet."""

    yes: int
    n: int
    value: float | None
    low: float | None
    high: float | None


class HandOversOut(Schema):
    """How cases went from and to one body. passed: of the cases that left its hands, those that went to another body. often:
    cases it has, or had, that were handed over more than once; longest: the most hand-overs that one of them went through."""

    passed: RateOut
    out: int
    got: int
    sent_back: int
    came_back: int
    often: int
    longest: int


class LineOut(Schema):
    """One body on the scoreboard: its own cases, without those of bodies under it."""

    body: str
    name: str
    name_en: str
    level: str
    response: RateOut
    resolution: RateOut
    satisfaction: RateOut
    open_cases: int
    overdue: int
    hand_overs: HandOversOut


class AnswerOut(Schema):
    """The latest reply to the matter, and what the writer said of it (null: nothing yet)."""

    body: str
    text: str
    published_at: datetime
    solved: bool | None
    satisfied: bool | None


class ReceiptOut(Schema):
    """Where a message stands. `step`: received, published, taken, replied or said. `case` and `reply_due` are null before it is
    taken. `hidden`: the ground on which nobody else can read it, or which erased it; "" where it shows."""

    code: str
    call: str
    text: str
    hidden: str
    received_at: datetime
    published_at: datetime | None
    step: str
    case: int | None
    body: str
    reply_due: date | None
    reply: AnswerOut | None
    may_rate: bool
    may_reopen: bool


@router.get("/receipts/{code}", response=ReceiptOut, url_name="receipt", summary="Where a message stands")
def read(request: HttpRequest, response: HttpResponse, code: str) -> ReceiptOut:
    """With the code of its receipt, as the writer has it: small letters, dashes, O for 0 and I for 1 do not matter."""
    response["Cache-Control"], response["X-Robots-Tag"] = "no-store, private", "noindex"
    read_code = read_receipt(code)
    message = message_of(read_code)
    if message is None:
        raise Http404
    now = queries.standing(message)
    return ReceiptOut(
        code=grouped(read_code),
        call=message.call.ref,
        text=message.text,
        hidden=message.ground,
        received_at=message.received_at,
        published_at=message.published_at,
        step=now.step.name.lower(),
        case=now.case.pk if now.case else None,
        body=(now.case or message).body.code,
        reply_due=now.case.reply_due if now.case else None,
        reply=_answer(now),
        may_rate=now.may_rate,
        may_reopen=now.may_reopen,
    )


@router.get("/scoreboard", response=list[LineOut], url_name="scoreboard", summary="Every body's three rates")
def scoreboard(request: HttpRequest) -> list[LineOut]:
    """In the order of the administration; this is no ranking."""
    lines = queries.scoreboard(timezone.localdate())
    known = hand_overs([line.body.pk for line in lines])
    return [_line(line, known[line.body.pk]) for line in lines]


def _answer(now: queries.Standing) -> AnswerOut | None:
    if now.reply is None:
        return None
    return AnswerOut(
        body=now.reply.body.code,
        text=now.reply.text,
        published_at=now.reply.published_at,
        solved=now.rating.is_solved if now.rating else None,
        satisfied=now.rating.satisfied if now.rating else None,
    )


def _line(line: queries.Line, passed: HandOvers) -> LineOut:
    return LineOut(
        body=line.body.code,
        name=line.body.name,
        name_en=line.body.name_en,
        level=line.body.level,
        response=_rate(line.rates.response),
        resolution=_rate(line.rates.resolution),
        satisfaction=_rate(line.rates.satisfaction),
        open_cases=line.open_cases,
        overdue=line.overdue,
        hand_overs=HandOversOut(passed=_rate(passed.passed), **{name: getattr(passed, name) for name in COUNTS}),
    )


def _rate(rate: Rate) -> RateOut:
    low, high = rate.interval or (None, None)
    return RateOut(yes=rate.yes, n=rate.n, value=rate.value, low=low, high=high)
