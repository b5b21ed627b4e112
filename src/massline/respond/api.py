"""Cases for programs: what their public pages say."""

from datetime import date, datetime

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema

from massline.gather.models import Message
from massline.respond.models import Case, Turn
from massline.respond.queries import replies_of

router = Router(tags=["cases"])


class OwnerOut(Schema):
    """The body that owns, or owned, a case."""

    code: str
    name: str
    name_en: str


class TurnOut(Schema):
    """The time during which one body owned the case, and how it came to it."""

    body: OwnerOut
    kind: str
    reason: str
    began_at: datetime
    ended_at: datetime | None
    reply_due: date

    @staticmethod
    def resolve_reason(turn: Turn) -> str:
        return turn.shown_reason


class ReplyOut(Schema):
    """A body's public answer."""

    body: OwnerOut
    text: str
    published_at: datetime


class CaseOut(Schema):
    """A matter that one body owes an answer."""

    number: int
    title: str
    state: str
    body: OwnerOut
    opened_at: datetime
    promised_days: int
    reply_due: date
    reopenings: int
    messages: list[int]
    turns: list[TurnOut]
    replies: list[ReplyOut]


def case_out(case: Case) -> CaseOut:
    """A case as everybody may read it: published messages only, a resident's reasons masked."""
    return CaseOut(
        number=case.pk,
        title=case.title,
        state=case.state,
        body=OwnerOut.from_orm(case.body),
        opened_at=case.opened_at,
        promised_days=case.promised_days,
        reply_due=case.reply_due,
        reopenings=case.reopenings,
        messages=list(Message.objects.public().filter(cases=case).order_by("pk").values_list("pk", flat=True)),
        turns=[TurnOut.from_orm(turn) for turn in case.turns.select_related("body").order_by("pk")],
        replies=[ReplyOut.from_orm(reply) for reply in replies_of(case)],
    )


@router.get("/cases/{int:number}", response=CaseOut, url_name="case", summary="One public case")
def read_case(request: HttpRequest, number: int) -> CaseOut:
    return case_out(get_object_or_404(Case.objects.public().select_related("body"), pk=number))
