"""The body above looks after a case."""

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from massline.respond.forms.cases import VersionedForm
from massline.respond.forms.fields import reason_field
from massline.respond.rules import LONGEST_URGING

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

NOT_URGED: "dict[str, _StrPromise]" = {
    "own": _("Only a body above the one that owes the answer can do this."),
    "reason": _("Say what you want to see done, and why now."),
    "days": _("Write a number of working days that is allowed."),
    "before": _("Your body has done so already; it can be done once until the case is reopened."),
}


class UrgeForm(VersionedForm):
    """Within how many working days it shall be answered, and why."""

    days = forms.IntegerField(
        label=_("To be answered within so many working days"),
        min_value=1,
        max_value=LONGEST_URGING,
        initial=3,
        help_text=_("Counted from today. The day that was promised to the writer stays as it is."),
    )
    reason = reason_field(
        _("What shall be done, and why now"),
        hint=_("Everybody can read it, in the name of your body."),
        missing=_("Say what you want to see done, and why now."),
        rows=2,
    )
