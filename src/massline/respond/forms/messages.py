"""What becomes of a message that is in no case yet."""

from django import forms
from django.utils.translation import gettext_lazy as _

from massline.respond.forms.fields import reason_field


class TakeForm(forms.Form):
    """A message becomes a case."""

    title = forms.CharField(
        label=_("The matter in a few words"),
        help_text=_("Everybody reads it. Say what and where; no names, no telephone numbers."),
        max_length=200,
        error_messages={"required": _("Write a few words that say what this is about.")},
    )


class SetAsideForm(forms.Form):
    """A message needs no case."""

    reason = reason_field(
        _("Why it needs no case"),
        hint=_(
            "Everybody can read it, in the name of your body. Say what the writer can do instead. Criticism is no reason."
        ),
        missing=_("Say why. The writer will read it, and may ask again."),
    )
