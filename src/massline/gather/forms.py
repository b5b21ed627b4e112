"""What a resident may type."""

import secrets
from typing import Any

from django import forms
from django.core import signing
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from massline.bodies.models import Body
from massline.gather.models import Call
from massline.gather.queries import areas_of
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


def _length_in_words(length: int) -> str:
    if not length:
        return _("Write a few words, then send again.")
    too_many = length - LONGEST_MESSAGE
    return ngettext(
        "Your message is %(too_many)s character too long; %(most)s is the most. Shorten it, or send it in two parts.",
        "Your message is %(too_many)s characters too long; %(most)s is the most. Shorten it, or send it in two parts.",
        too_many,
    ) % {"too_many": f"{too_many:,}", "most": f"{LONGEST_MESSAGE:,}"}
