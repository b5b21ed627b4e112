"""Files of replies and notes: bad ones first, then who may open which, and what becomes of them."""

import errno
import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from tests.builders import a_case, a_handler, a_leader, a_message, an_analyst, an_inspector, an_outsider

from massline.files import shelf as shelves
from massline.files.checking import Checked, checked
from massline.files.kinds import FileRefused
from massline.files.tests.made import PDF, PROGRAM, SCRIPT, SHEET, a_bomb, a_picture
from massline.gather.actions import ask_removal, show_again
from massline.ledger.models import Entry
from massline.people.models import User
from massline.respond.actions import (
    attach,
    clear_attachments,
    hand_over,
    publish_reply,
    share,
    take_off,
    withdraw_attachment,
    write_note,
)
from massline.respond.models import Attachment, Case, Note, shelf
from massline.respond.rules import AttachmentGone, WrongState
from massline.respond.tests.county import County
from massline.rights import SYSTEM, NotAllowed

pytestmark = pytest.mark.django_db
TEXT = "路灯周三修好了，照片在下面。"


@pytest.fixture(autouse=True)
def _own_shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ATTACHMENTS", str(tmp_path / "shelf"))


@pytest.fixture
def here() -> County:
    return County()


@pytest.fixture
def at_desk(here: County, client: Client) -> Client:
    client.force_login(here.handler)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def address(name: str, *keys: int) -> str:
    return reverse(f"respond:{name}", args=keys)


def a_file(content: bytes = PDF, name: str = "计划.pdf") -> Checked:
    return checked(content, name, largest=10_000_000)


def sent(content: bytes = PDF, name: str = "计划.pdf") -> SimpleUploadedFile:
    """As a browser sends it: what it says of the kind is not believed."""
    return SimpleUploadedFile(name, content, "image/jpeg")


def replied_with(here: County, *files: Checked) -> tuple[Case, list[Attachment]]:
    case = here.case()
    kept = attach(case, files or [a_file()], by=here.handler)
    publish_reply(case, text=TEXT, by=here.handler, version=0, attached=[one.pk for one in kept])
    return case, kept


def content_of(response: Any) -> bytes:
    return b"".join(response.streaming_content)


# --- what cannot be attached


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "empty.pdf", "is empty"),
        (bytes(1_000_001), "large.pdf", "is larger than 1 MB"),
        (PROGRAM, "lamp.jpg", "is neither a picture"),
        (SCRIPT, "lamp.svg", "is neither a picture"),
        (b"<html><script>alert(1)</script>", "plan.pdf", "is neither a picture"),
        (a_bomb(), "bomb.png", "has too many pixels"),
    ],
)
def test_a_file_that_cannot_be_attached_is_named_and_nothing_of_it_is_kept_and_no_word_lost(
    here: County, at_desk: Client, monkeypatch: pytest.MonkeyPatch, content: bytes, name: str, said: str
) -> None:
    monkeypatch.setattr(settings, "ATTACHMENT_MB", 1)
    case = here.case()
    for way in ("reply", "attach", "keep_draft", "fill_in", "coach") if content == PROGRAM else ("reply",):
        page = at_desk.post(address(way, case.pk), {"text": TEXT, "version": 0, "attach": [sent(content, name)]})
        assert page.status_code == 422
        assert TEXT in page.content.decode()
        assert f"“{name}” {said}" in page.content.decode()
        assert "<script>alert" not in page.content.decode()
    assert not Attachment.objects.exists()
    assert not case.replies.exists()
    assert not list(Path(settings.ATTACHMENTS).glob("??/*"))


def test_a_file_of_the_largest_size_goes_and_one_byte_more_does_not(
    here: County, at_desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "ATTACHMENT_MB", 1)
    case, full = here.case(), PDF[:-6] + bytes(1_000_000 - len(PDF)) + PDF[-6:]
    for content, status in ((full, 200), (full[:9] + b"x" + full[9:], 422)):
        answer = at_desk.post(address("attach", case.pk), {"text": "", "version": 0, "attach": [sent(content)]})
        assert answer.status_code == status
    assert Attachment.objects.get().size == len(full) == 1_000_000


def test_of_twenty_files_those_go_that_there_is_room_for_and_the_others_are_named(
    here: County, at_desk: Client
) -> None:
    case = here.case()
    files = [sent(PDF + b"%%EOF" * number, f"{number}.pdf") for number in range(20)]
    page = at_desk.post(address("attach", case.pk), {"text": TEXT, "version": 0, "attach": files})
    assert page.status_code == 422
    assert page.content.decode().count("files are the most") == 20 - settings.ATTACHMENTS_MOST
    assert Attachment.objects.waiting().count() == settings.ATTACHMENTS_MOST
    assert page.content.decode().count('name="attachments"') == settings.ATTACHMENTS_MOST
    again = at_desk.post(address("attach", case.pk), {"text": TEXT, "version": 0, "attach": [sent(PDF, "one.pdf")]})
    assert again.status_code == 422
    assert Attachment.objects.waiting().count() == settings.ATTACHMENTS_MOST


def test_the_same_file_twice_is_attached_once(here: County, at_desk: Client) -> None:
    case = here.case()
    for _ in range(2):
        at_desk.post(address("attach", case.pk), {"text": TEXT, "version": 0, "attach": [sent(), sent()]})
    assert Attachment.objects.count() == 1
    assert len(list(Path(settings.ATTACHMENTS).glob("??/*"))) == 1


@pytest.mark.parametrize(
    ("name", "shown"),
    [("../../../etc/passwd", "passwd.pdf"), ("路\0灯.pdf", "路灯.pdf"), ("灯" * 300 + ".pdf", "灯" * 96 + ".pdf")],
)
def test_a_name_is_only_shown_and_leads_nowhere(here: County, at_desk: Client, name: str, shown: str) -> None:
    case = here.case()
    file = sent()
    file.__dict__["_name"] = name  # Django's own cleaning left out
    (kept,) = attach(case, [a_file(PDF, name)], by=here.handler)
    assert kept.name == shown
    assert at_desk.post(address("attach", case.pk), {"text": "", "attach": [file]}).status_code == 200
    (place,) = Path(settings.ATTACHMENTS).glob("??/*")
    assert place.name == hashlib.sha256(PDF).hexdigest()


def test_a_full_disk_is_told_and_the_text_is_kept(
    here: County, at_desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shelves.os, "fsync", full)
    case = here.case()
    page = at_desk.post(address("reply", case.pk), {"text": TEXT, "version": 0, "attach": [sent()]})
    assert (page.status_code, TEXT in page.content.decode()) == (422, True)
    assert "no room left" in page.content.decode()
    note = at_desk.post(address("write_note", case.pk), {"text": "给同事", "attach": [sent()]})
    assert (note.status_code, "给同事" in note.content.decode()) == (422, True)
    assert not Attachment.objects.exists()
    assert not Note.objects.exists()
    assert not case.replies.exists()


def test_of_who_is_not_signed_in_no_byte_is_kept_in_memory(here: County) -> None:
    held = {}
    for user in (here.handler, AnonymousUser()):
        request = RequestFactory().post("/", {"text": TEXT, "attach": [sent(), sent(SHEET, "表.xlsx")]})
        request.user = user
        held[user] = [len(file.read()) for file in request.FILES.getlist("attach")]
        assert request.POST["text"] == TEXT
    assert list(held.values()) == [[len(PDF), len(SHEET)], [0, 0]]


def test_a_closed_case_takes_no_file_and_what_was_typed_is_kept(here: County, at_desk: Client) -> None:
    case = here.answered()
    for way in ("reply", "attach"):
        page = at_desk.post(address(way, case.pk), {"text": TEXT, "version": 0, "attach": [sent()]})
        assert page.status_code == 409
        assert TEXT in page.content.decode()
    with pytest.raises(WrongState):
        attach(Case.objects.get(pk=case.pk), [a_file()], by=here.handler)
    assert not Attachment.objects.exists()


def test_nobody_from_elsewhere_attaches_or_takes_off_anything(here: County, client: Client) -> None:
    case = here.case()
    (kept,) = attach(case, [a_file()], by=here.handler)
    for actor in here.strangers():
        with pytest.raises(NotAllowed):
            attach(case, [a_file()], by=actor)  # type: ignore[arg-type]
        with pytest.raises(NotAllowed):
            take_off(kept, by=actor)  # type: ignore[arg-type]
    client.force_login(an_outsider())
    for way in (address("attach", case.pk), address("reply", case.pk), address("write_note", case.pk)):
        assert client.post(way, {"text": TEXT, "version": 0, "attach": [sent()]}).status_code == 404
    client.logout()
    assert client.post(address("attach", case.pk), {"text": TEXT, "attach": [sent()]}).status_code == 302
    assert Attachment.objects.count() == 1


# --- a file goes out with a reply


def test_files_go_out_with_the_reply_and_the_log_has_their_digests(
    here: County, at_desk: Client, client: Client
) -> None:
    case = here.case()
    files = [sent(a_picture(), "路灯修好了.JPEG"), sent(SHEET, "费用.xlsx")]
    assert at_desk.post(address("reply", case.pk), {"text": TEXT, "version": 0, "attach": files}).status_code == 302
    picture, sheet = Attachment.objects.order_by("pk")
    entry = Entry.objects.newest_first().filter(kind="reply.published")[0].data
    assert picture.digest in entry
    assert sheet.digest in entry
    at_desk.logout()
    page = client.get(case.get_absolute_url()).content.decode()
    for one in (picture, sheet):
        assert f'href="{address("attachment", one.pk)}"' in page
        assert one.name in page
    assert f'src="{address("preview", picture.pk)}"' in page
    assert here.handler.public_name not in page
    got = client.get(address("attachment", sheet.pk))
    assert content_of(got) == SHEET
    assert hashlib.sha256(SHEET).hexdigest() == sheet.digest


def test_what_is_attached_first_waits_beside_the_text_and_can_be_taken_off(here: County, at_desk: Client) -> None:
    case = here.case()
    page = at_desk.post(address("attach", case.pk), {"text": TEXT, "version": 0, "attach": [sent()]}).content.decode()
    kept = Attachment.objects.get()
    assert TEXT in page
    assert f'name="attachments" value="{kept.pk}"' in page
    page = at_desk.post(address("take_off", case.pk, kept.pk), {"text": TEXT, "version": 0}).content.decode()
    assert (TEXT in page, kept.name in page) == (True, False)
    assert not Attachment.objects.exists()


def test_only_what_stood_beside_the_reply_goes_out_with_it(here: County, at_desk: Client) -> None:
    """In another window something was attached, or taken off, that this page does not show."""
    case = here.case()
    shown, unseen = attach(case, [a_file(), a_file(SHEET, "草稿.xlsx")], by=here.handler)
    gone = {"text": TEXT, "version": 0, "attachments": [shown.pk, 10**15]}
    page = at_desk.post(address("reply", case.pk), gone)
    assert page.status_code == 422
    assert "taken off meanwhile" in page.content.decode()
    assert not case.replies.exists()
    sent_so = {"text": TEXT, "version": 0, "attachments": [str(shown.pk), "x", "9" * 40]}
    assert at_desk.post(address("reply", case.pk), sent_so).status_code == 302
    assert list(Attachment.objects.public()) == [shown]
    assert unseen in Attachment.objects.waiting()


def test_two_handlers_at_once_lose_nothing_and_publish_only_their_own(here: County, at_desk: Client) -> None:
    case, colleague = here.case(), a_handler(here.township)
    (mine,) = attach(case, [a_file()], by=here.handler)
    (hers,) = attach(case, [a_file(SHEET, "她的.xlsx")], by=colleague)
    with pytest.raises(AttachmentGone):
        publish_reply(Case.objects.get(pk=case.pk), text="x", by=colleague, version=0, attached=[mine.pk])
    assert at_desk.get(address("attachment", hers.pk)).status_code == 404
    publish_reply(Case.objects.get(pk=case.pk), text="先答", by=colleague, version=0, attached=[hers.pk])
    page = at_desk.post(
        address("reply", case.pk), {"text": TEXT, "version": 0, "attachments": mine.pk, "attach": [sent()]}
    )
    assert page.status_code == 409
    assert TEXT in page.content.decode()
    assert list(Attachment.objects.public()) == [hers]
    assert mine in Attachment.objects.waiting()


# --- who may open it


def readers(here: County) -> dict[str, User | None]:
    return {
        "anybody": None,
        "outsider": an_outsider(),
        "department": a_handler(here.department),
        "analyst": an_analyst(here.county),
        "colleague": a_handler(here.township),
        "inspector": an_inspector(here.county),
        "leader": a_leader(here.county),
        "handler": here.handler,
    }


def opened_by(one: Attachment, people: dict[str, User | None]) -> set[str]:
    """Who gets this file, at any of its addresses."""
    found = set()
    for name, user in people.items():
        client = Client()
        if user:
            client.force_login(user)
        status = {client.get(address(way, one.pk)).status_code for way in ("attachment", "preview")}
        assert status in ({200}, {404})
        found |= {name} if status == {200} else set()
    return found


DESKS = {"colleague", "inspector", "leader", "handler"}


def a_lamp(name: str = "路灯.jpg") -> Checked:
    return a_file(a_picture(), name)


def test_before_it_is_published_only_who_attached_it_opens_it(here: County) -> None:
    case, people = here.case(), readers(here)
    (kept,) = attach(case, [a_lamp()], by=here.handler)
    assert opened_by(kept, people) == {"handler"}
    publish_reply(case, text=TEXT, by=here.handler, version=0, attached=[kept.pk])
    assert opened_by(kept, people) == set(people)


def test_what_is_kept_for_colleagues_is_opened_by_the_desks_of_the_case_and_by_nobody_else(here: County) -> None:
    case, people = here.case(), readers(here)
    write_note(case, text="", body=here.township, by=here.handler, files=[a_lamp()])
    kept = Attachment.objects.get()
    assert opened_by(kept, people) == DESKS
    share(Case.objects.get(pk=case.pk), to=here.department, reason="看线路", by=here.handler, version=0)
    assert opened_by(kept, people) == DESKS | {"department"}
    publish_reply(Case.objects.get(pk=case.pk), text=TEXT, by=here.handler, version=1)
    assert opened_by(kept, people) == DESKS | {"department"}
    public = Client().get(case.get_absolute_url()).content.decode()
    assert kept.name not in public
    assert f"/attachments/{kept.pk}/" not in public
    assert kept.digest not in Entry.objects.newest_first().filter(kind="note.written")[0].data


def test_with_the_words_of_its_writer_hidden_a_file_closes_and_opens_again_with_them(here: County) -> None:
    case, (kept,) = replied_with(here, a_lamp())
    people = readers(here)
    removal = ask_removal(case.messages.get(), ground="others-data", reason="写了邻居家", by=here.handler)
    assert opened_by(kept, people) == DESKS
    page = Client(headers={"accept-language": "en"}).get(case.get_absolute_url()).content.decode()
    assert "does not show any more" in page
    assert kept.name not in page
    assert Client().get(f"/api/cases/{case.pk}").json()["replies"][0]["attachments"] == []
    show_again(removal, reason="看错了", by=here.handler)
    assert opened_by(kept, people) == set(people)


def test_one_of_many_writers_hidden_closes_nothing(here: County) -> None:
    case, (kept,) = replied_with(here, a_lamp())
    other = a_message(here.call, area=here.township)
    case.case_messages.create(message=other)
    ask_removal(other, ground="others-data", reason="写了邻居家", by=here.handler)
    assert "anybody" in opened_by(kept, readers(here))


def test_the_api_tells_of_each_file_what_its_page_does(here: County, client: Client) -> None:
    case, (kept,) = replied_with(here)
    (told,) = client.get(f"/api/cases/{case.pk}").json()["replies"][0]["attachments"]
    facts = {"name": "计划.pdf", "media_type": "application/pdf", "size": len(PDF), "sha256": kept.digest}
    assert told == {**facts, "address": address("attachment", kept.pk)}


# --- how it is served


def test_a_document_is_saved_and_a_picture_shown_and_neither_is_taken_for_anything_else(
    here: County, client: Client
) -> None:
    _case, (document, picture) = replied_with(here, a_file(), a_lamp())
    served = {one: client.get(address("attachment", one.pk)) for one in (document, picture)}
    for one, answer in served.items():
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Type"] == one.kind.media_type
        assert answer["Content-Security-Policy"].startswith("default-src 'none'")
        assert "sandbox" in answer["Content-Security-Policy"]
        assert int(answer["Content-Length"]) == one.size == len(content_of(answer))
    assert served[document]["Content-Disposition"].startswith("attachment;")
    assert served[picture]["Content-Disposition"].startswith("inline;")
    assert "filename*=utf-8''%E8%B7%AF%E7%81%AF.jpg" in served[picture]["Content-Disposition"]


def test_what_a_browser_has_is_not_sent_again_while_it_may_still_be_read(here: County, client: Client) -> None:
    case, (kept,) = replied_with(here)
    first = client.get(address("attachment", kept.pk), headers={"accept-encoding": "gzip"})
    assert content_of(first) == PDF
    again = client.get(address("attachment", kept.pk), headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    withdraw_attachment(kept, reason="写了别人的电话", by=here.handler)
    assert client.get(address("attachment", kept.pk), headers={"if-none-match": first["ETag"]}).status_code == 404


def test_no_address_lists_files_or_takes_anything_but_a_number(here: County, client: Client) -> None:
    _case, (kept,) = replied_with(here)
    for path in ("/attachments/", f"/attachments/{kept.digest}/", "/attachments/../1/", f"/attachments/{kept.pk + 1}/"):
        assert client.get(path).status_code == 404
    assert client.get(address("preview", kept.pk)).status_code == 404  # a document has none
    assert client.post(address("attachment", kept.pk)).status_code == 405


def test_a_file_that_the_disk_lost_leaves_the_pages_as_they_are_and_they_say_so(here: County, at_desk: Client) -> None:
    case, (kept,) = replied_with(here)
    for place in Path(settings.ATTACHMENTS).glob("??/*"):
        place.unlink()
    assert at_desk.get(address("attachment", kept.pk)).status_code == 404
    for page in (case.get_absolute_url(), address("desk_case", case.pk)):
        assert "The file is missing here" in at_desk.get(page).content.decode()


# --- taken back, and cleared away


def test_a_published_file_is_taken_back_with_a_reason_in_public_and_in_the_log(here: County, at_desk: Client) -> None:
    case, (kept, other) = replied_with(here, a_file(), a_file(SHEET, "费用.xlsx"))
    assert address("withdraw", kept.pk) in at_desk.get(address("desk_case", case.pk)).content.decode()
    assert at_desk.post(address("withdraw", kept.pk), {"reason": " "}).status_code == 422
    assert at_desk.post(address("withdraw", kept.pk), {"reason": "写了别人的电话"}).status_code == 302
    page = Client(headers={"accept-language": "en"}).get(case.get_absolute_url()).content.decode()
    assert "was taken back" in page
    assert "写了别人的电话" in page
    assert kept.name not in page
    assert other.name in page
    entry = Entry.objects.newest_first().filter(kind="attachment.withdrawn")[0].data
    assert kept.digest in entry
    assert "电话" not in entry
    assert at_desk.get(address("withdraw", kept.pk)).status_code == 404
    with pytest.raises(AttachmentGone):
        withdraw_attachment(kept, reason="再撤", by=here.handler)


def test_nobody_from_elsewhere_takes_a_file_back(here: County) -> None:
    _case, (kept,) = replied_with(here)
    for actor in here.strangers():
        with pytest.raises(NotAllowed):
            withdraw_attachment(kept, reason="x", by=actor)  # type: ignore[arg-type]
        if isinstance(actor, User) and actor.pk:
            client = Client()
            client.force_login(actor)
            assert client.post(address("withdraw", kept.pk), {"reason": "x"}).status_code == 404
    assert Attachment.objects.standing().get() == kept


def a_while(**more: float) -> dict[str, Any]:
    return {"now": timezone.now() + timedelta(**more), "by": SYSTEM}


def cleared(**more: float) -> int:
    """As the worker does it, so much later than now."""
    (Path(settings.ATTACHMENTS) / "cleared").unlink(missing_ok=True)
    return clear_attachments(**a_while(**more))


def test_files_of_nothing_are_cleared_away_and_those_of_something_never(here: County) -> None:
    _case, (public, back) = replied_with(here, a_lamp(), a_file())
    write_note(here.case(), text="", body=here.township, by=here.handler, files=[a_file(SHEET, "表.xlsx")])
    open_case = here.case()
    (waiting, dropped) = attach(open_case, [a_file(PDF + b"%%EOF"), a_file(PDF + b"\n%%EOF")], by=here.handler)
    take_off(dropped, by=here.handler)
    withdraw_attachment(back, reason="写了别人的电话", by=here.handler)
    assert cleared(minutes=1) == 0
    assert cleared(days=30) == 2  # the one taken off, the one taken back
    kept = Attachment.objects.standing()
    assert all(shelf().has(one.digest) for one in kept)
    assert kept.count() == 3
    assert shelf().has(public.preview)
    publish_reply(open_case, text="没用上", by=here.handler, version=0)
    assert cleared(days=1) == 0
    assert cleared(days=30) == 1
    assert not Attachment.objects.filter(pk=waiting.pk).exists()
    with pytest.raises(NotAllowed):
        clear_attachments(now=timezone.now(), by=here.handler)


def test_one_content_that_two_cases_hold_stays_while_one_of_them_holds_it(here: County) -> None:
    _one, (first,) = replied_with(here)
    _two, (second,) = replied_with(here)
    withdraw_attachment(first, reason="发错了", by=here.handler)
    assert cleared(days=30) == 0
    assert shelf().has(second.digest)


# --- notes


def test_a_note_takes_files_with_words_or_without_and_says_nothing_in_public(here: County, at_desk: Client) -> None:
    case = here.case()
    write = address("write_note", case.pk)
    assert at_desk.post(write, {"text": "", "attach": [sent()]}).status_code == 302
    assert at_desk.post(write, {"text": "现场照片", "attach": [sent(a_picture(), "现场.jpg")]}).status_code == 302
    page = at_desk.get(address("desk_case", case.pk)).content.decode()
    assert "计划.pdf" in page
    assert "现场.jpg" in page
    assert at_desk.post(write, {"text": ""}).status_code == 422
    bad = at_desk.post(write, {"text": "给同事", "attach": [sent(PROGRAM, "a.jpg")]})
    assert (bad.status_code, "给同事" in bad.content.decode()) == (422, True)
    assert Note.objects.count() == 2


def test_a_body_that_helps_hands_its_part_in_with_a_file(here: County, client: Client) -> None:
    case, helper = here.case(), a_handler(here.department)
    share(case, to=here.department, reason="看线路", by=here.handler, version=0)
    client.force_login(helper)
    part = address("finish_part", case.pk)
    assert client.post(part, {"text": "", "attach": [sent()]}).status_code == 422
    assert client.post(part, {"text": "线路查过了", "attach": [sent()]}).status_code == 302
    assert Attachment.objects.get().note.text == "线路查过了"


def test_a_case_handed_on_leaves_no_file_behind_that_somebody_else_could_publish(here: County) -> None:
    case = here.case()
    (kept,) = attach(case, [a_file()], by=here.handler)
    hand_over(case, to=here.department, reason="归他们管", by=here.handler, version=0)
    receiver = a_handler(here.department)
    with pytest.raises(AttachmentGone):
        publish_reply(Case.objects.get(pk=case.pk), text="x", by=receiver, version=1, attached=[kept.pk])
    assert opened_by_none(kept, receiver)


def opened_by_none(one: Attachment, user: User) -> bool:
    client = Client()
    client.force_login(user)
    return client.get(address("attachment", one.pk)).status_code == 404


def test_a_case_of_another_county_is_no_way_in(here: County, at_desk: Client) -> None:
    elsewhere = a_case()
    keeper = a_handler(elsewhere.body)
    write_note(elsewhere, text="内部", body=elsewhere.body, by=keeper, files=[a_file()])
    assert at_desk.get(address("attachment", Attachment.objects.get().pk)).status_code == 404


def test_too_many_are_refused_by_the_verb_itself(here: County) -> None:
    files = [a_file(PDF + b"%%EOF" * number) for number in range(settings.ATTACHMENTS_MOST + 1)]
    with pytest.raises(FileRefused) as refused:
        attach(here.case(), files, by=here.handler)
    assert refused.value.why == "many"
    assert not Attachment.objects.exists()
