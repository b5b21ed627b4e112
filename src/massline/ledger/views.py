"""The public log: its newest entries, what it is, and all of it to take away."""

from collections.abc import Iterator

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from massline.ledger.models import Entry
from massline.ledger.queries import head, links
from massline.ledger.rules import to_line

ENTRIES_PER_PAGE = 30

KINDS: dict[str, Promise] = {
    "body.added": _("A public body was added"),
    "body.removed": _("A public body that was entered by mistake was removed"),
    "calendar.set": _("The working days of a year were entered"),
    "call.answered": _("A call was answered"),
    "call.opened": _("A call was opened"),
    "case.escalated": _("An overdue case was put before the body above"),
    "case.handed_over": _("A case was handed over to another body"),
    "case.opened": _("A case was opened"),
    "case.reopened": _("A case was reopened: not solved, says the resident"),
    "case.settled": _("A case was settled: solved, says the resident"),
    "link.given": _("A member of staff was given a link to choose a password"),
    "message.published": _("A message was published"),
    "message.received": _("A message was received"),
    "messages.imported": _("A file of messages was imported"),
    "rating.counted": _("A resident's rating was counted"),
    "reply.published": _("A reply was published"),
    "role.given": _("A role was given to a member of staff"),
    "run.recorded": _("Themes were found"),
    "run.requested": _("A run over the messages of a call was asked for"),
}
"""Each kind of entry in words. A test finds every kind that is appended anywhere."""


def entries(request: HttpRequest) -> HttpResponse:
    """The newest entries, and how to check them."""
    size, last = head()
    page = Paginator(Entry.objects.newest_first(), ENTRIES_PER_PAGE).get_page(request.GET.get("page"))
    lines = [(entry, KINDS.get(entry.kind, entry.kind)) for entry in page]
    return render(request, "ledger/entries.html", {"size": size, "last": last, "page": page, "lines": lines})


def download(request: HttpRequest) -> StreamingHttpResponse:
    """The whole log as JSON lines, oldest first; `ledger.rules.verify` checks it."""
    lines: Iterator[str] = map(to_line, links())
    response = StreamingHttpResponse(lines, content_type="application/jsonl; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="log.jsonl"'
    return response
