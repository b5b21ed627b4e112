"""What a resident may type: her receipt, her verdict, and why she wants a case looked at again."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from massline.gather.models import Message
from massline.gather.queries import message_of
from massline.gather.rules import ReceiptMistyped, read_receipt

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

LONGEST_WORDS = 2000  # characters


def _receipt_code(label: "_StrPromise") -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=_("Twelve characters, such as 7K4Q-2XWD-93BM. Small letters, spaces and dashes do not matter."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": _("Type the code from your receipt.")},
    )


class ReceiptForm(forms.Form):
    """A code as somebody reads it from paper. Whatever read_receipt finds wrong is raised to the view, which explains it."""

    code = _receipt_code(_("Receipt code"))

    def read(self) -> str:
        """The code itself. Raises ReceiptMistyped."""
        return read_receipt(self.cleaned_data["code"])


class LinkForm(ReceiptForm):
    """The receipt of an earlier message of the same writer. Adds to its errors what is wrong with the code."""

    code = _receipt_code(_("Receipt code of the earlier message"))

    def earlier(self) -> Message | None:
        """The message that the receipt opens; None, with an error at the field, where there is none."""
        try:
            found = message_of(self.read())
        except ReceiptMistyped:
            self.add_error("code", _("A character of this code is mistyped. Compare it with your receipt."))
            return None
        if found is None:
            self.add_error("code", _("No message has this code. Compare it with your receipt."))
        return found


class FollowForm(forms.Form):
    """Where letters shall go."""

    address = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("It is kept sealed, for these letters only, and forgotten when you want no more of them."),
        max_length=200,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Write the address that the letters shall go to."),
            "invalid": _("This is no e-mail address. It looks like name@example.com."),
        },
    )


class ReplyBound(forms.Form):
    """A form about one reply: when a newer one has come meanwhile, it is the newer one that counts."""

    reply = forms.IntegerField(widget=forms.HiddenInput)


class RatingForm(ReplyBound):
    """The writer's verdict on a reply."""

    solved = forms.TypedChoiceField(
        label=_("Is the matter solved?"),
        choices=[("yes", _("Yes, it is solved")), ("no", _("No, it is not solved"))],
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
        error_messages={"required": _("Choose yes or no: only you can say it.")},
    )
    satisfied = forms.TypedChoiceField(
        label=_("Are you satisfied with how it was answered?"),
        choices=[("yes", _("Satisfied")), ("no", _("Not satisfied")), ("", _("I would rather not say"))],
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
        empty_value=None,
        required=False,
    )
    words = forms.CharField(
        label=_("In your own words"),
        help_text=_("Only the body that answered and those above it read this."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST_WORDS,
        required=False,
    )


class LaterForm(ReplyBound):
    """Weeks later: is it still solved?"""

    solved = forms.TypedChoiceField(
        label=_("Is it still solved?"),
        choices=[("yes", _("Yes, it still is")), ("no", _("No, not any more"))],
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
        error_messages={"required": _("Choose yes or no: only you can say it.")},
    )
    reason = forms.CharField(
        label=_("If not: what is wrong again?"),
        help_text=_("Everybody can read it; telephone numbers and the like are masked."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST_WORDS,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """A "no" needs a word: whoever looks again must know what at."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("solved") is False and not given.get("reason"):
            self.add_error("reason", _("Write in a few words what is wrong again."))
        return given


class ReopenForm(ReplyBound):
    """Why the body above shall look again."""

    reason = forms.CharField(
        label=_("What is still not right?"),
        help_text=_("Everybody can read it; telephone numbers and the like are masked."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST_WORDS,
        error_messages={"required": _("Write in a few words what is still not right.")},
    )
