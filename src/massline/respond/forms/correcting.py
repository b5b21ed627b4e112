"""Another topic for a case that was taken with a wrong one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from massline.respond.forms.cases import VersionedForm
from massline.respond.forms.fields import reason_field
from massline.respond.models import Case, Topic

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

NOT_CORRECTED: "dict[str, _StrPromise]" = {
    "reason": _("Say why it is another topic."),
    "same": _("The case has this topic already. Choose another one."),
    "waiting": _("Its clock stands still. Let it go on first."),
}


class CorrectForm(VersionedForm):
    """The right topic, and why."""

    topic = forms.ModelChoiceField(
        label=_("The right topic"),
        queryset=Topic.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("None of these"),
        help_text=_(
            "The day of the answer comes forward where the right topic promises it sooner. It never moves back."
        ),
    )
    reason = reason_field(
        _("Why it is another topic"),
        hint=_("Everybody can read it. It teaches the next advice."),
        missing=NOT_CORRECTED["reason"],
        rows=2,
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, case: Case) -> None:
        super().__init__(data, case=case)
        self.fields["topic"].queryset = Topic.objects.in_use()  # type: ignore[attr-defined]
        self.initial["topic"] = case.topic.code if case.topic else None
