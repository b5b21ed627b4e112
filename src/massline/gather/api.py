"""Calls and messages for programs."""

from datetime import datetime

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from ninja import Field, Router, Schema, Status
from ninja.errors import ValidationError
from ninja.params.functions import Query

from massline.bodies.models import Body
from massline.gather import actions
from massline.gather.models import Call, CallQuerySet, Message
from massline.gather.queries import areas_of, calls_in_order, newest_messages, voices, with_published
from massline.gather.rules import Channel
from massline.rights import RESIDENT

router = Router(tags=["gather"])


class BodyOut(Schema):
    code: str
    name: str
    name_en: str


class CallOut(Schema):
    """A call. `state`: open, closed or answered."""

    ref: str
    title: str
    question: str
    body: BodyOut
    opens_at: datetime
    closes_at: datetime
    state: str = Field(alias="stands")
    messages: int = Field(alias="published")
    answer: str
    answered_at: datetime | None


class CallsOut(Schema):
    """A page of calls, open ones first. `next`: number of the next page, or null."""

    items: list[CallOut]
    next: int | None


class AreaOut(Schema):
    """A place that a message to the call may name."""

    code: str
    name: str
    name_en: str


class OneCallOut(CallOut):
    people: int
    areas: list[AreaOut]


class MessageOut(Schema):
    """A published message, personal data masked. `body`: code of the body that it came to.

    `hidden`: the ground on which its words were hidden or erased (docs/rules/hiding.md), "" where they show."""

    id: int
    title: str = Field(alias="shown_title")
    text: str = Field(alias="shown_text")
    hidden: str = Field(alias="ground")
    channel: str
    body: str = Field(alias="body.code")
    said_at: datetime | None
    received_at: datetime


class MessagesOut(Schema):
    """Messages, the latest to come first. `next`: give it as `before` to go on, or null."""

    items: list[MessageOut]
    next: int | None


class MessageIn(Schema):
    """What somebody says. Nobody asks who."""

    text: str = Field(description="1 to 100,000 characters")
    title: str = Field("", max_length=100)
    area: str = Field("", description="code of one of the call's areas, if the message is about one place")
    submission: str = Field(
        "",
        description="a random number of your own, 16 characters or more: sent again, the same message gives the same receipt",
        pattern="^$|^.{16,200}$",
    )


class ReceiptOut(Schema):
    """What the writer keeps. `code` opens the page at `address`; whoever has it speaks for the writer."""

    code: str
    message: int
    published: bool
    address: str


@router.get("/calls", response=CallsOut, summary="Calls, open ones first")
def list_calls(
    request: HttpRequest, page: int = Query(1, ge=1, le=10_000), limit: int = Query(20, ge=1, le=100)
) -> object:
    start = (page - 1) * limit
    found = with_published(_calls()[start : start + limit + 1])
    return {"items": found[:limit], "next": page + 1 if len(found) > limit else None}


@router.get("/calls/{slug:ref}", response=OneCallOut, summary="One call, and the places in it")
def read_call(request: HttpRequest, ref: str) -> object:
    (call,) = with_published([get_object_or_404(_calls(), ref=ref)])
    call.people, call.areas = voices(call).people, list(areas_of(call))  # type: ignore[attr-defined]
    return call


@router.get("/calls/{slug:ref}/messages", response=MessagesOut, summary="A call's published messages")
def list_messages(
    request: HttpRequest,
    ref: str,
    before: int | None = Query(None, ge=1, lt=2**63),
    limit: int = Query(50, ge=1, le=200),
) -> object:
    call = get_object_or_404(Call.objects.public(timezone.now()), ref=ref)
    messages = newest_messages(call).order_by("-pk")
    found = list((messages.filter(pk__lt=before) if before else messages)[: limit + 1])
    return {"items": found[:limit], "next": found[limit - 1].pk if len(found) > limit else None}


@router.post(
    "/calls/{slug:ref}/messages",
    response={201: ReceiptOut, 200: ReceiptOut},
    summary="Say something; 201 with a receipt, 200 where the same was sent before",
)
def post_message(request: HttpRequest, ref: str, said: MessageIn) -> Status[object]:
    call = get_object_or_404(Call.objects.public(timezone.now()).select_related("body"), ref=ref)
    words = actions.Words(text=said.text, title=said.title, channel=Channel.API, area=_area(call, said.area))
    receipt = actions.receive_message(call, words, by=RESIDENT, submission=said.submission)
    return Status(201 if receipt.is_new else 200, _receipt(request, receipt.message, receipt.code))


def _calls() -> CallQuerySet:
    return calls_in_order(timezone.now())


def _area(call: Call, code: str) -> Body | None:
    """Raises ValidationError for a place that is not the call's."""
    area = areas_of(call).filter(code=code).first() if code else None
    if code and area is None:
        problem = f"{code!r} is no area of this call. Its areas stand at /api/calls/{call.ref}; or leave it out."
        raise ValidationError([{"loc": ("body", "area"), "msg": problem}])
    return area


def _receipt(request: HttpRequest, message: Message, code: str) -> dict[str, object]:
    address = request.build_absolute_uri(reverse("supervise:receipt_page", args=[code]))
    return {"code": code, "message": message.pk, "published": message.published_at is not None, "address": address}
