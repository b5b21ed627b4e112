"""What may be done with a case."""

from collections.abc import Mapping
from copy import copy
from typing import TYPE_CHECKING, Any, Self

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from massline.bodies.models import Body
from massline.gather.models import Message
from massline.respond.forms.attaching import FilesField
from massline.respond.forms.fields import BodyChoice, MeansFields, reason_field
from massline.respond.markup import plain
from massline.respond.models import PAUSE_KINDS, Case
from massline.respond.queries import goes_down, hand_over_choices, helpers
from massline.respond.rules import LONGEST_PAUSE, longest_extension

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LONGEST_REPLY = 20_000  # characters
NOT_HANDED_BACK: "dict[str, _StrPromise]" = {
    "nobody": _("Nobody handed it to you with means that could be missing."),
    "reason": _("Say what is missing. The other body has to answer for it."),
    "waiting": _("Its clock stands still. Let it go on first."),
}


class VersionedForm(forms.Form):
    """A form about a case as it stood when the page was opened."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, data: Mapping[str, Any] | None = None, *, case: Case) -> None:
        super().__init__(data, initial={"version": case.version}, auto_id=f"{type(self).__name__}_%s")

    def about(self, case: Case) -> Self:
        """The same words in a form about the case as it stands now."""
        data: Any = copy(self.data)  # of a QueryDict with every box that was ticked
        data["version"] = str(case.version)
        return type(self)(data, case=case)


class HandOverForm(MeansFields, VersionedForm):
    """Another body shall answer."""

    to = BodyChoice(
        label=_("To which body"),
        queryset=Body.objects.none(),
        to_field_name="code",
        empty_label=_("Choose a body"),
        error_messages={
            "required": _("Choose the body that shall answer."),
            "invalid_choice": _(
                "This body cannot get the case: it has it, or had it before. Choose another, or reply."
            ),
        },
    )
    reason = reason_field(
        _("Reason"),
        hint=_("Everybody can read it. The due day stays: handing over buys no time."),
        missing=_("Say why the other body is the right one. The writer will read it."),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, case: Case) -> None:
        super().__init__(data, case=case)
        self.case = case
        self.fields["to"].queryset = hand_over_choices(case)  # type: ignore[attr-defined]
        self.order_fields(["version", "to", "reason", "means", "means_words"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if to := given.get("to"):
            self.check(to, is_down=goes_down(self.case.body, to))
        return dict(given)


class HandBackForm(VersionedForm):
    """The case goes back to the body that handed it over: what it takes is missing."""

    reason = reason_field(
        _("What is missing"),
        hint=_("Everybody can read it. Say what it takes, what came with the case, and what your body has."),
        missing=_("Say what is missing. The other body has to answer for it."),
        rows=2,
    )


class ReplyForm(VersionedForm):
    """The body's public answer."""

    text = forms.CharField(
        label=_("Reply"),
        help_text=_(
            "It is published at once in the name of your body, and cannot be changed. Say what was done, or by when."
        ),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=LONGEST_REPLY,
        error_messages={"required": _("Write the reply, then publish it.")},
    )

    def clean_text(self) -> str:
        """Words without markup. Where it had some, the writer first sees what is left."""
        typed: str = self.cleaned_data["text"]
        if (words := plain(typed)) == typed:
            return typed
        data: Any = copy(self.data)
        data["text"] = words
        self.data = data
        raise forms.ValidationError(
            _("The text came with HTML tags, which no page shows. They were taken out. Read it again, then publish it.")
        )


class PauseForm(VersionedForm):
    """The clock stands still while the body waits."""

    kind = forms.ChoiceField(
        label=_("Whom you wait for"),
        choices=PAUSE_KINDS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whom you wait for. There is no other ground for a pause.")},
    )
    days = forms.IntegerField(
        label=_("Working days at most"),
        min_value=1,
        max_value=LONGEST_PAUSE,
        initial=5,
        help_text=_("Then the clock goes on by itself; sooner if you say so."),
    )
    reason = reason_field(
        _("What you wait for"),
        hint=_("Everybody can read it. Say what is missing, and how the writer can send it."),
        missing=_("Say what you wait for. The writer will read it."),
    )


class ResumeForm(VersionedForm):
    """What was waited for has come."""


class ExtendForm(VersionedForm):
    """More working days for a reply, once."""

    reason = reason_field(
        _("Why it takes longer"),
        hint=_("Everybody can read it. Say what is left to do, and by when."),
        missing=_("Say why it takes longer. The writer will read it."),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, case: Case) -> None:
        super().__init__(data, case=case)
        self.most = longest_extension(case.promised_days)
        self.fields["days"] = forms.IntegerField(label=_("Working days more"), min_value=1, max_value=self.most)
        self.order_fields(["version", "days", "reason"])


class JoinForm(VersionedForm):
    """More messages for a case; the page offers those of the same theme."""

    messages = forms.ModelMultipleChoiceField(
        queryset=Message.objects.filter(case_message=None),
        error_messages={
            "required": _("Choose at least one message."),
            "invalid_choice": _("One of these was taken meanwhile. Look again."),
        },
    )


class LeaveForm(VersionedForm):
    """One message of a case belongs elsewhere."""

    message = forms.ModelChoiceField(
        label=_("Number of the message"),
        queryset=Message.objects.none(),
        widget=forms.NumberInput,
        error_messages={
            "required": _("Write the number of the message."),
            "invalid_choice": _("No message of this number is in the case."),
        },
    )
    reason = reason_field(
        _("Why it belongs elsewhere"),
        hint=_("Everybody can read it, the writer first. The message lies with its body again."),
        missing=_("Say why. The writer will read it."),
        rows=2,
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, case: Case) -> None:
        super().__init__(data, case=case)
        self.fields["message"].queryset = Message.objects.filter(cases=case)  # type: ignore[attr-defined]


class ShareForm(VersionedForm):
    """Another body has a part to do."""

    to = BodyChoice(
        label=_("Which body"),
        queryset=Body.objects.none(),
        to_field_name="code",
        empty_label=_("Choose a body"),
        error_messages={
            "required": _("Choose the body that shall help."),
            "invalid_choice": _("This body has the case, or has a part in it already. Choose another."),
        },
    )
    reason = reason_field(
        _("What it shall do"),
        hint=_("Everybody can read it. You stay responsible, and you alone reply."),
        missing=_("Say what the other body shall do."),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, case: Case) -> None:
        super().__init__(data, case=case)
        self.fields["to"].queryset = helpers(case)  # type: ignore[attr-defined]


class NoteForm(forms.Form):
    """Something written down for the desks that work on a case."""

    text = forms.CharField(
        label=_("Note"),
        help_text=_("Only the desks that work on this case read it. It is never changed."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=5_000,
        error_messages={"required": _("Write something first.")},
    )
    attach = FilesField()

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: MultiValueDict[str, UploadedFile[bytes]] | None = None,
        *,
        needs_words: bool = True,
    ) -> None:
        """needs_words: files alone are not enough."""
        super().__init__(data, files, auto_id="NoteForm_%s")
        if files and not needs_words:
            self.fields["text"].required = False
