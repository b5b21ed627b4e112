"""Files to attach, and why one is taken back."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from massline.files.checking import Checked, checked
from massline.files.kinds import KINDS, FileRefused
from massline.respond.forms.fields import reason_field
from massline.respond.uploading import largest

NOT_ATTACHED = {
    "empty": gettext_lazy("“%(name)s” is empty. Choose it again, or save it anew first."),
    "large": gettext_lazy("“%(name)s” is larger than %(largest)s MB. Make it smaller, or send it in parts."),
    "kind": gettext_lazy(
        "“%(name)s” is neither a picture (JPEG, PNG, WEBP) nor a document (PDF, OFD, XLSX, DOCX, ODS, ODT), whatever its name "
        "says. Save it as one of these."
    ),
    "broken": gettext_lazy("“%(name)s” cannot be read to its end. Open it, save it anew, and choose it again."),
    "pixels": gettext_lazy("The picture “%(name)s” has too many pixels. Make it smaller first."),
    "macros": gettext_lazy("“%(name)s” holds a program (macros). Save it without, or as PDF."),
    "many": gettext_lazy(
        "“%(name)s” is not attached: %(most)s files are the most. Take one off first, or put several into one document."
    ),
    "disk": gettext_lazy(
        "“%(name)s” is not attached: this server has no room left for files. Tell who runs it; your text is kept."
    ),
}


def _hint() -> str:
    hint = _(
        "Pictures, PDF, OFD, XLSX, DOCX, ODS or ODT: %(most)s at most, each up to %(largest)s MB. Pictures lose the place and "
        "time that a camera wrote into them; documents go out as they are. Call a file what it shows: some hear its name."
    )
    return hint % {"most": settings.ATTACHMENTS_MOST, "largest": settings.ATTACHMENT_MB}


class FilesInput(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:  # noqa: ANN401 - as Django has it
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class FilesField(forms.Field):
    """Files, looked at by their content: at most as many as a reply may have. Each that is refused is named, with why."""

    widget = FilesInput(attrs={"multiple": True, "accept": ",".join(f".{ending}" for ending in [*KINDS, "jpeg"])})

    def __init__(self, *, explained: bool = False) -> None:
        hint = lazy(_hint, str)() if explained else ""
        super().__init__(required=False, label=gettext_lazy("Attachments"), help_text=hint)

    def clean(self, value: Sequence[UploadedFile[bytes]] | None) -> list[Checked]:
        found, refusals = look_at(value or [])
        if refusals:
            raise ValidationError(refusals)
        return found


def look_at(files: Sequence[UploadedFile[bytes]]) -> tuple[list[Checked], list[str]]:
    """What can be attached of these, and why the others cannot, in the reader's words."""
    found: list[Checked] = []
    refusals: list[str] = []
    for place, file in enumerate(files):
        try:
            found.append(_looked_at(file, place))
        except FileRefused as refused:
            refusals.append(not_attached(refused))
    return found, refusals


def _looked_at(file: UploadedFile[bytes], place: int) -> Checked:
    name = str(file.name)
    if place >= settings.ATTACHMENTS_MOST:
        raise FileRefused(name, "many")
    content = file.read()
    if (file.size or 0) > len(content):  # no more of it was read
        raise FileRefused(name, "large")
    return checked(content, name, largest=largest())


def not_attached(refused: FileRefused) -> str:
    facts = {"largest": settings.ATTACHMENT_MB, "most": settings.ATTACHMENTS_MOST}
    return str(NOT_ATTACHED[refused.why]) % {"name": refused.name, **facts}


class FilesForm(forms.Form):
    """Files for a reply; they travel with its form, and are looked at before anything else happens."""

    attach = FilesField(explained=True)

    def __init__(self, refusals: Sequence[str] = ()) -> None:
        super().__init__({} if refusals else None, auto_id="FilesForm_%s")
        for refusal in refusals:
            self.add_error("attach", refusal)


class WithdrawForm(forms.Form):
    """A file is taken back."""

    reason = reason_field(
        gettext_lazy("Why it is taken back"),
        hint=gettext_lazy(
            "It stands where the file stood; whoever reads the reply reads it. The file itself is thrown away."
        ),
        missing=gettext_lazy("Say why. What vanishes without a reason is not believed."),
    )
