"""The public log: its newest entries, what it is, and all of it to take away."""

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from massline.ledger.forms import ProofForm
from massline.ledger.keys import KeyRefused
from massline.ledger.queries import check_proof, download_lines, log_key, newest_checkpoint, stretch
from massline.tlog.checkpoint import BadCheckpoint
from massline.tlog.folder import fetch_from
from massline.tlog.layout import CHECKPOINT
from massline.tlog.verify import MissingFile

ENTRIES_PER_PAGE = 30

KINDS: dict[str, Promise] = {
    "advice.declined": _("Somebody decided otherwise than past cases advise, and said why"),
    "advice.followed": _("Somebody followed what past cases advise"),
    "appeal.answered": _("An appeal against the hiding of a message was decided"),
    "attachment.withdrawn": _("A file of a reply or a note was taken back"),
    "body.added": _("A public body was added"),
    "body.removed": _("A public body that was entered by mistake was removed"),
    "body.abolished": _("A public body was abolished; another one answers in its place"),
    "body.moved": _("A public body was put under another one"),
    "body.succeeded": _("What an abolished body had in hand went to its successor"),
    "calendar.set": _("The working days of a year were entered"),
    "call.answered": _("A call was answered"),
    "call.opened": _("A call was opened"),
    "case.asked_later": _("Writers were asked weeks later whether it is still solved"),
    "case.escalated": _("An overdue case was put before the body above"),
    "case.extended": _("A body took more time for a case, and said why"),
    "case.paused": _("A body waits for somebody: the clock of a case stands still"),
    "case.resumed": _("The clock of a case goes on"),
    "case.handed_over": _("A case was handed over to another body"),
    "case.handed_back": _("A body handed a case back: what it takes did not come with it"),
    "case.corrected": _("The topic of a case was corrected"),
    "case.joined": _("Messages joined a case"),
    "case.left": _("A message was taken out of a case, and the writer was told why"),
    "case.merged": _("Two cases became one"),
    "case.opened": _("A case was opened"),
    "case.part_done": _("A body did its part in another body's case"),
    "case.shared": _("A body was asked for its part in a case"),
    "note.written": _("Staff wrote a note about a case"),
    "case.reopened": _("A case was reopened: not solved, says the resident"),
    "case.settled": _("A case was settled: solved, says the resident"),
    "case.split": _("A part of a case became a case of its own"),
    "case.taken_back": _("The merging or splitting of cases was taken back"),
    "case.urged": _("A body above urged a case"),
    "duty.set": _("It was said which body answers for a topic"),
    "edition.published": _("Analysts published an edition of a call's themes"),
    "hot_matters.found": _("Hot matters were looked for among what came to a body"),
    "link.given": _("A member of staff was given a link to choose a password"),
    "message.set_aside_taken_back": _("A body took back that a message needs no case"),
    "message.asked_again": _("A writer said that her message needs a case after all"),
    "message.erased": _("The words of a message were erased; their fingerprint stays"),
    "message.hidden": _("The words of a message were hidden"),
    "message.linked": _("A writer told the desk of an earlier message"),
    "message.published": _("A message was published"),
    "message.received": _("A message was received"),
    "message.set_aside": _("A body said that a message needs no case, and why"),
    "message.unlinked": _("A writer took back what told the desk of an earlier message"),
    "message.unhidden": _("The words of a hidden message show again"),
    "messages.advised": _("Topics and bodies were advised for new messages"),
    "messages.imported": _("A file of messages was imported"),
    "messages.placed": _("New messages were put into themes"),
    "messages.passed_on": _("Messages to an abolished body went to its successor"),
    "outlines.set": _("The outlines of areas for maps were entered"),
    "rating.counted": _("A resident's rating was counted"),
    "rating.said_later": _("A resident said weeks later whether it is still solved"),
    "rating.words_erased": _("The words of a rating were erased together with its writer's message"),
    "removal.appealed": _("A writer appealed against the hiding of her message"),
    "removal.asked": _("Staff asked that a message be hidden or erased"),
    "removal.declined": _("A second person declined to hide or erase a message"),
    "reply.published": _("A reply was published"),
    "role.given": _("A role was given to a member of staff"),
    "router.trained": _("What past cases teach about topics and bodies was learnt anew"),
    "run.recorded": _("Themes were found"),
    "run.requested": _("A run over the messages of a call was asked for"),
    "topic.set": _("A topic and its days were entered"),
    "theme.carried": _("An analyst did an act of an earlier run again in the newest one"),
    "theme.merged": _("An analyst merged two themes"),
    "theme.moved": _("An analyst moved messages to another theme"),
    "theme.proposed": _("An analyst proposed an act of an earlier run again"),
    "theme.renamed": _("An analyst renamed a theme"),
    "theme.set_aside": _("An analyst set an act of an earlier run aside"),
    "theme.split": _("An analyst split a theme"),
    "theme.undone": _("An analyst took an act on a theme back"),
}
"""Each kind of entry in words. A test finds every kind that is appended anywhere."""


def entries(request: HttpRequest) -> HttpResponse:
    """The newest entries, and how to check them."""
    before = request.GET.get("before", "")
    shown = stretch(before, ENTRIES_PER_PAGE)
    lines = [(entry, KINDS.get(entry.kind, entry.kind)) for entry in shown.entries]
    try:
        log = {
            "checkpoint": newest_checkpoint(),
            "key": log_key(),
            "address": request.build_absolute_uri(reverse("ledger:entries")),
        }
    except (KeyRefused, BadCheckpoint):
        log = {}
    return render(request, "ledger/entries.html", {"before": before, "older": shown.older, "lines": lines, **log})


def download(request: HttpRequest) -> StreamingHttpResponse:
    """All numbered entries as JSON lines, oldest first."""
    response = StreamingHttpResponse(download_lines(), content_type="application/jsonl; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="log.jsonl"'
    return response


def proof(request: HttpRequest) -> HttpResponse:
    """Check a proof: in the browser, without asking us; where it cannot, on this site."""
    form = ProofForm(request.POST, request.FILES) if request.method == "POST" else ProofForm()
    try:
        ours = log_key()
    except KeyRefused:
        ours = ""
    context: dict[str, object] = {"form": form, "ours": ours}
    if form.is_valid():
        context["found"] = check_proof(form.cleaned_data["proof"], form.cleaned_data["text"], ours=ours)
    return render(request, "ledger/proof.html", context, status=422 if form.errors else 200)


def published_file(request: HttpRequest, path: str) -> HttpResponse:
    """A file of the log as C2SP tlog-tiles has it. Tiles never change and may be kept for ever; the checkpoint may not."""
    try:
        content = fetch_from(Path(settings.LOG_ROOT), path)
    except MissingFile as missing:
        raise Http404 from missing
    is_checkpoint = path == CHECKPOINT
    response = HttpResponse(
        content, content_type="text/plain; charset=utf-8" if is_checkpoint else "application/octet-stream"
    )
    response["Cache-Control"] = "no-cache" if is_checkpoint else "public, max-age=31536000, immutable"
    response["Access-Control-Allow-Origin"] = "*"
    return response
