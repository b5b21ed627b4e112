"""What of the desk to show."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django import forms
from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from massline.bodies.models import Body
from massline.respond.forms.fields import BodyChoice
from massline.rights import Actor

Row = TypeVar("Row", bound=Model)
CASE_FILTERS: dict[str, str | Promise] = {
    "open": _("Cases to answer"),
    "overdue": _("Overdue"),
    "very_late": _("Very late"),
    "soon": _("Due soon"),
    "shared": _("Cases to help with"),
    "urged": _("Urged by a body above"),
    "reopened": _("Reopened"),
    "escalated": _("Put before the body above"),
    "answered": _("Answered cases"),
    "settled": _("Solved cases"),
}
MESSAGE_FILTERS: dict[str, str | Promise] = {
    "new": _("New messages"),
    "waiting": _("Waiting to be published"),
}


class DeskFilter(forms.Form):
    """Which part of the desk to show. What cannot be read counts as not given: an address never breaks."""

    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[("", pgettext_lazy("everything on the desk", "All")), *CASE_FILTERS.items(), *MESSAGE_FILTERS.items()],
    )
    body = BodyChoice(label=_("Body"), required=False, queryset=Body.objects.none(), to_field_name="code")

    words = forms.CharField(
        label=_("Words or a number"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )

    def __init__(self, data: Mapping[str, Any], *, actor: Actor) -> None:
        super().__init__(data)
        self.fields["body"].queryset = Body.objects.within(actor.body_path)  # type: ignore[attr-defined]
        self.fields["body"].empty_label = _("All bodies")  # type: ignore[attr-defined]
        self.is_valid()

    @property
    def chosen(self) -> str:
        """The name of the filter, "" for the overview."""
        return self.cleaned_data.get("show") or ""

    @property
    def shown_cases(self) -> str:
        """The filter of cases: all of the desk where words are looked for, else those to answer."""
        return self.chosen or ("any" if self.asked else "open")

    @property
    def asked(self) -> list[str]:
        """Words to look for, each of which has to stand there; at most five."""
        return str(self.cleaned_data.get("words") or "").split()[:5]

    @property
    def chosen_words(self) -> str | Promise:
        return {**CASE_FILTERS, **MESSAGE_FILTERS}[self.chosen]

    def narrowed(self, rows: QuerySet[Row]) -> QuerySet[Row]:
        """Of these the chosen body's, and those of the bodies under it."""
        return rows.filter(body__path__startswith=self.path) if self.path else rows

    @property
    def chosen_body(self) -> Body | None:
        """The body that the list is narrowed to; None: all."""
        body: Body | None = self.cleaned_data.get("body")
        return body

    @property
    def path(self) -> str:
        """Root of what is shown; "" does not narrow."""
        return self.chosen_body.path if self.chosen_body else ""


class ViewForm(forms.Form):
    """A name for a part of the desk."""

    name = forms.CharField(
        label=_("Name of the view"),
        max_length=40,
        error_messages=dict.fromkeys(
            ("required", "max_length"), _("Write a name of at most 40 characters for this view.")
        ),
    )

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="ViewForm_%s")

    def given(self) -> str:
        """The name as typed, "" for none and for one that is too long."""
        self.full_clean()
        return str(self.cleaned_data.get("name") or "").strip()
