"""What a resident may type."""

import secrets
from datetime import date, datetime
from typing import Any

from django import forms
from django.core import signing
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from massline.bodies.models import Body
from massline.face.language import language_of
from massline.gather.grounds import FOR_STAFF, GROUND_NAMES
from massline.gather.models import Call
from massline.gather.queries import areas_of, calls_for
from massline.gather.rules import LONGEST_MESSAGE, MessageRefused, check_length, storable

LONGEST_TITLE = 100  # characters
_NUMBER_SALT = "gather.say"


def new_number(call: Call) -> str:
    """A number for one form, signed for its call: who sends it again gets the same receipt, and nobody can make one up."""
    return signing.dumps([call.ref, secrets.token_urlsafe(16)], salt=_NUMBER_SALT)


class WholeText(forms.CharField):
    """A text that is kept as it came: nothing is cut, and what no database stores is left out instead of refused."""

    def to_python(self, value: Any) -> str:  # noqa: ANN401  (Django's own signature)
        return storable(super().to_python(value) or "")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """No `maxlength`: browsers cut what is pasted beyond it, in silence."""
        return {key: value for key, value in super().widget_attrs(widget).items() if key != "maxlength"}


class AreaField(forms.ModelChoiceField[Body]):
    """Places in the order of the tree, those of a township set in under it."""

    def label_from_instance(self, obj: Body) -> str:
        return "\u3000" * max(0, obj.depth - self.top_depth - 1) + str(obj)

    top_depth = 0


class SayForm(forms.Form):
    """What somebody wants to say to a call. No name, no account."""

    text = WholeText(
        label=gettext_lazy("What do you want to say?"),
        help_text=gettext_lazy(
            "Say what is the matter, and where. Write as you speak. Please leave out names and telephone numbers; "
            "what looks like one is covered before anybody reads it here."
        ),
        widget=forms.Textarea(attrs={"rows": 8}),
        strip=False,
        error_messages={"required": gettext_lazy("Write a few words, then send again.")},
    )
    title = WholeText(
        label=gettext_lazy("In a few words"),
        max_length=LONGEST_TITLE,
        required=False,
        error_messages={
            "max_length": gettext_lazy(
                "This has %(show_value)d characters; %(limit_value)d is the most. Shorten it, or put it into your message."
            )
        },
    )
    area = AreaField(
        label=gettext_lazy("Which place is it about?"),
        queryset=Body.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=gettext_lazy("All of it, or I do not know"),
        error_messages={
            "invalid_choice": gettext_lazy("This place is not part of the call. Choose one from the list.")
        },
    )
    number = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, typed: QueryDict | None = None, *, call: Call, area: str = "") -> None:
        """area: code of the place to begin with; one that the call does not ask about counts as none."""
        super().__init__(None if typed is None else typed.dict(), initial={"area": area})
        self.call = call
        places = self.fields["area"]
        assert isinstance(places, AreaField)  # noqa: S101  (for the type checker)
        places.queryset, places.top_depth = areas_of(call), call.body.depth
        self.fields["number"].initial = new_number(call)

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        try:
            check_length(text)
        except MessageRefused as refused:
            raise forms.ValidationError(_length_in_words(refused.length)) from refused
        return text

    def clean_number(self) -> str:
        """Raises when the number is not one that this call's form was given; the form that comes back has a new one."""
        number: str = self.cleaned_data["number"]
        try:
            ref, _random = signing.loads(number, salt=_NUMBER_SALT)
        except signing.BadSignature:
            ref = ""
        if ref != self.call.ref:
            self.data = {**self.data, "number": new_number(self.call)}
            raise forms.ValidationError(
                _("This page was too old, or was changed on its way. Your text is still here: please send it again.")
            )
        return number


class CallSelect(forms.Select):
    """A choice among calls, each title marked with the language it is in."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401  (Django's own signature)
        option = super().create_option(*args, **kwargs)
        option["attrs"]["lang"] = language_of(str(option["label"]))
        return option


class VisitForm(forms.Form):
    """What a member of staff writes down at a resident's door, often without a network: its number is made in the browser."""

    call = forms.ModelChoiceField(
        label=gettext_lazy("To which call"),
        queryset=Call.objects.none(),
        to_field_name="ref",
        empty_label=None,
        widget=CallSelect,
        error_messages={
            "required": gettext_lazy("No call of yours is open now. Keep the words, and send them when one opens."),
            "invalid_choice": gettext_lazy("This call takes no messages any more. Choose one that is open."),
        },
    )
    area = AreaField(
        label=gettext_lazy("Where"),
        queryset=Body.objects.none(),
        to_field_name="code",
        empty_label=None,
        error_messages={"invalid_choice": gettext_lazy("This place is not yours. Choose one from the list.")},
    )
    text = WholeText(
        label=gettext_lazy("What the resident said"),
        help_text=gettext_lazy("In her own words. Read it back to her before you send it, and give her the receipt."),
        widget=forms.Textarea(attrs={"rows": 8}),
        strip=False,
        error_messages={"required": gettext_lazy("Write a few words, then send again.")},
    )
    said_on = forms.DateField(
        label=gettext_lazy("On which day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    key = forms.RegexField(r"^[\w-]{16,64}$", widget=forms.HiddenInput)

    def __init__(self, typed: QueryDict | None = None, *, body: Body, now: datetime) -> None:
        """body: whose visit it is; the places are this one and those under it. now: its day is filled in."""
        super().__init__(typed, initial={"key": secrets.token_urlsafe(16), "said_on": now.date(), "area": body.code})
        call, area = self.fields["call"], self.fields["area"]
        assert isinstance(call, forms.ModelChoiceField)  # noqa: S101  (for the type checker)
        assert isinstance(area, AreaField)  # noqa: S101  (for the type checker)
        call.queryset = calls_for(body, now)
        area.queryset, area.top_depth = Body.objects.within(body.path), body.depth - 1
        self.now = now

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        try:
            check_length(text)
        except MessageRefused as refused:
            raise forms.ValidationError(_length_in_words(refused.length)) from refused
        return text

    def clean_said_on(self) -> date | None:
        """A day to come is the fault of a telephone's clock: then it counts as said when it arrived."""
        day: date | None = self.cleaned_data["said_on"]
        return day if day and day <= self.now.date() else None


class RemovalForm(forms.Form):
    """Staff ask that a message be hidden or erased."""

    ground = forms.ChoiceField(
        label=gettext_lazy("On which ground"),
        help_text=gettext_lazy("These are all there are. Criticism is none, nor is rudeness."),
        choices=[(ground.key, ground.name) for ground in FOR_STAFF],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose a ground. If none fits, the message stays as it is.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "Everybody can read it, in the name of your body. Say what kind of words these are; do not repeat them."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        error_messages={"required": gettext_lazy("Say why. The writer will read it, and may appeal.")},
    )
    copies = forms.BooleanField(required=False)

    def __init__(self, typed: QueryDict | None = None, *, copies: int = 0) -> None:
        """copies: how many other messages say the very same."""
        super().__init__(typed)
        _offer_copies(self, copies)


class RemovalFilter(forms.Form):
    """Which hidden and erased messages to list. What cannot be read counts as not given: an address never breaks."""

    month = forms.DateField(required=False, input_formats=["%Y-%m"])
    ground = forms.ChoiceField(required=False, choices=GROUND_NAMES)

    @property
    def narrowed(self) -> dict[str, object]:
        """Conditions on removals."""
        self.is_valid()
        month, ground = self.cleaned_data.get("month"), self.cleaned_data.get("ground")
        in_month = {"decided_at__year": month.year, "decided_at__month": month.month} if month else {}
        return {**in_month, **({"ground": ground} if ground else {})}


DECISIONS: dict[str, list[tuple[str, Promise]]] = {
    "hide": [("remove", gettext_lazy("Hide the words")), ("show", gettext_lazy("Let them show"))],
    "erase": [("remove", gettext_lazy("Erase the words for good")), ("show", gettext_lazy("Let them show"))],
    "appeal": [("remove", gettext_lazy("Keep the words hidden")), ("show", gettext_lazy("Show the words again"))],
}
"""What can be decided, by step; who may only show words again chooses nothing."""


class DecisionForm(forms.Form):
    """What somebody decides about a hiding, and why."""

    decision = forms.ChoiceField(
        label=gettext_lazy("What do you decide?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what you decide.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Why you decide so"),
        help_text=gettext_lazy("Everybody can read it, in the name of your body."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        error_messages={"required": gettext_lazy("Say why. Everybody can read it.")},
    )
    copies = forms.BooleanField(required=False)

    def __init__(self, typed: QueryDict | None = None, *, step: str, reason: str = "", copies: int = 0) -> None:
        """step: a key of DECISIONS, or `show`. reason: what was typed before. copies: how many others wait for the same."""
        super().__init__(typed, initial={"reason": reason})
        if step in DECISIONS:
            self.fields["decision"].choices = DECISIONS[step]  # type: ignore[attr-defined]
        else:
            del self.fields["decision"]
        _offer_copies(self, copies)


class AppealForm(forms.Form):
    """The writer has a hiding looked at again."""

    words = WholeText(
        label=gettext_lazy("Why it should show again"),
        help_text=gettext_lazy("You need not give a reason. Only those who decide read it."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        required=False,
    )


def _offer_copies(form: forms.Form, copies: int) -> None:
    """The box that lets one act hold for all messages that say the very same; none where there are none."""
    if not copies:
        del form.fields["copies"]
        return
    words = ngettext(
        "Also the %(n)s other message that says exactly the same",
        "Also the %(n)s other messages that say exactly the same",
        copies,
    )
    form.fields["copies"].label = words % {"n": copies}
    form.fields["copies"].help_text = _("Each keeps its own entry in the public log, and each writer her own appeal.")


def _length_in_words(length: int) -> str:
    if not length:
        return _("Write a few words, then send again.")
    too_many = length - LONGEST_MESSAGE
    return ngettext(
        "Your message is %(too_many)s character too long; %(most)s is the most. Shorten it, or send it in two parts.",
        "Your message is %(too_many)s characters too long; %(most)s is the most. Shorten it, or send it in two parts.",
        too_many,
    ) % {"too_many": f"{too_many:,}", "most": f"{LONGEST_MESSAGE:,}"}
