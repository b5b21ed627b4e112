"""Cases for programs: what their public pages say."""

from datetime import date, datetime

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Field, Router, Schema

from massline.gather.models import Message
from massline.respond.models import Attachment, Case, Reply
from massline.respond.queries import replies_of

router = Router(tags=["cases"])


class OwnerOut(Schema):
    """The body that owns, or owned, a case."""

    code: str
    name: str
    name_en: str


class TurnOut(Schema):
    """The time during which one body owned the case, and how it came to it. sender: who handed it over or back, null where nobody
    did. means: what went with it (money, staff, authority, equipment; own: what the body has is enough)."""

    body: OwnerOut
    kind: str
    reason: str = Field(alias="shown_reason")
    sender: OwnerOut | None
    means: list[str] = Field(alias="kinds_of_means")
    means_words: str
    began_at: datetime
    ended_at: datetime | None
    reply_due: date


class AttachmentOut(Schema):
    """A file that went out with a reply. sha256: of its content, in hexadecimal, as the public log has it."""

    name: str
    media_type: str = Field(alias="kind.media_type")
    size: int
    sha256: str = Field(alias="digest")
    address: str = Field(alias="get_absolute_url")


class ReplyOut(Schema):
    """A body's public answer."""

    body: OwnerOut
    text: str
    published_at: datetime
    attachments: list[AttachmentOut]

    @staticmethod
    def resolve_attachments(reply: Reply) -> list[Attachment]:
        """Those that everybody may open now."""
        return [one for one in reply.attached if one.is_open and one.withdrawn_at is None]


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
    messages = Message.objects.public().filter(cases=case).order_by("pk")
    facts = {
        "number": case.pk,
        "messages": list(messages.values_list("pk", flat=True)),
        "turns": list(case.turns.select_related("body", "sender").order_by("pk")),
        "replies": list(replies_of(case)),
    }
    own = ("title", "state", "body", "opened_at", "promised_days", "reply_due", "reopenings")
    return CaseOut.model_validate(facts | {name: getattr(case, name) for name in own})


@router.get("/cases/{int:number}", response=CaseOut, url_name="case", summary="One public case")
def read_case(request: HttpRequest, number: int) -> CaseOut:
    return case_out(get_object_or_404(Case.objects.public().select_related("body"), pk=number))
