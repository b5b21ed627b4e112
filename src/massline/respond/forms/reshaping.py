"""Two cases become one, or one two."""

import re
from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from massline.respond.forms.cases import VersionedForm
from massline.respond.forms.fields import reason_field
from massline.respond.models import Case

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

NOT_RESHAPED: "dict[str, _StrPromise]" = {
    "reason": _("Say why. The writers will read it."),
    "same": _("This is the case that you have open. Write the number of the other one."),
    "elsewhere": _("No case of this number is on your desk."),
    "closed": _("The other case is answered already. Only open cases are merged."),
    "later": _("The other case is due later, and merging buys no time. Open that one, and merge it into this."),
    "down": _(
        "The other case is with a body lower down. Open that one, and merge it into this; or hand this one over."
    ),
    "answered": _(
        "This case was answered before; its answer stays with it. Open the other one, and merge it into this."
    ),
    "waiting": _("A clock stands still. Let it go on first."),
    "shared": _("Other bodies still have a part to do in this case."),
    "messages": _("Write numbers of messages that are in this case; one at least has to stay."),
    "undone": _("It was taken back before, or cannot be any more: what happened later comes first."),
}
_NUMBER = re.compile(r"\d{1,10}")


class MergeForm(VersionedForm):
    """The case goes on in another one."""

    into = forms.ModelChoiceField(
        label=_("Number of the other case"),
        help_text=_("It goes on; this one leads to it. It has to be due on the same day or earlier."),
        queryset=Case.objects.all(),
        widget=forms.NumberInput,
        error_messages={
            "required": _("Write the number of the case that goes on."),
            "invalid_choice": NOT_RESHAPED["elsewhere"],
        },
    )
    reason = reason_field(
        _("Why both are one matter"),
        hint=_("Everybody can read it, and it can be taken back. Writers find the case by their receipts as before."),
        missing=_("Say why. The writers will read it."),
        rows=2,
    )


class SplitForm(VersionedForm):
    """A part of the case becomes a case of its own."""

    messages = forms.CharField(
        label=_("Numbers of the messages that go"),
        help_text=_("With spaces or commas between them, such as 12, 15. One at least has to stay."),
        max_length=2_000,
        error_messages={"required": _("Write the number of one message at least.")},
    )
    title = forms.CharField(
        label=_("The new matter in a few words"),
        max_length=200,
        error_messages={"required": _("Write a few words that say what this is about.")},
    )
    reason = reason_field(
        _("Why it is a matter of its own"),
        hint=_("Everybody can read it, and it can be taken back. The due day stays: splitting buys no time."),
        missing=_("Say why. The writers will read it."),
        rows=2,
    )

    def clean_messages(self) -> list[int]:
        """Every run of digits is a number, whatever stands between them; none at all is refused by the act."""
        return [int(number) for number in _NUMBER.findall(self.cleaned_data["messages"])]


class TakeBackForm(VersionedForm):
    """What was merged or split shall be as it was."""

    reshaping = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=2**63 - 1)
