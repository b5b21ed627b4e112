"""What is done with several rows of the desk at once."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from massline.bodies.models import Body
from massline.respond.forms.fields import MOST_LISTED_TWICE, BodyChoice, MeansFields
from massline.rights import Actor

MOST_AT_ONCE = 100  # rows
_ROW = re.compile(r"[0-9]{1,18}(:[0-9]{1,9})?")  # a number, of a case with its version


class Together(StrEnum):
    """What can be done with several messages or cases at once."""

    PUBLISH = "publish"
    SET_ASIDE = "set aside"
    TAKE = "take"
    HAND_OVER = "hand over"


TOGETHER = [
    (Together.PUBLISH, _("Publish them")),
    (Together.TAKE, _("Take them into one case")),
    (Together.SET_ASIDE, _("Say that they need no case")),
]


class _Chosen(forms.Form):
    """Rows that were ticked, or all that the page showed. rows: the name of the boxes."""

    rows = ""
    all = forms.BooleanField(label=_("All on this page"), required=False)

    def __init__(self, data: Any = None) -> None:  # noqa: ANN401 - a QueryDict, or nothing
        super().__init__(data, auto_id=f"{type(self).__name__}_%s")
        self.ticked: list[str] = list(data.getlist(self.rows)) if data else []

    def clean(self) -> dict[str, Any]:
        """`ticked` are the rows that are meant."""
        if self.cleaned_data.get("all"):
            self.ticked = " ".join(self.data.getlist("shown")).split()  # type: ignore[attr-defined]
        self.ticked = [one for one in dict.fromkeys(self.ticked) if _ROW.fullmatch(one)][:MOST_AT_ONCE]
        if not self.ticked:
            raise forms.ValidationError(_("Tick the rows that you mean, above, or choose all on this page."))
        return dict(self.cleaned_data)


class MessagesTogether(_Chosen):
    """Several messages that are in no case yet."""

    rows = "messages"
    act = forms.ChoiceField(
        label=_("With the messages that are ticked"),
        choices=TOGETHER,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what to do with them.")},
    )
    title = forms.CharField(
        label=_("The matter in a few words"),
        help_text=_("Only for taking them into one case. Everybody reads it."),
        max_length=200,
        required=False,
    )
    reason = forms.CharField(
        label=_("Why they need no case"),
        help_text=_("Only for saying so. Everybody can read it beside each of them. Criticism is no reason."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("act") == Together.TAKE and not given.get("title"):
            self.add_error("title", _("Write a few words that say what this is about."))
        if given.get("act") == Together.SET_ASIDE and not str(given.get("reason") or "").strip():
            self.add_error("reason", _("Say why. The writer will read it, and may ask again."))
        return given


class CasesTogether(MeansFields, _Chosen):
    """Several cases go to another body. Each that would go down without means is refused by itself."""

    rows = "cases"
    to = BodyChoice(
        label=_("Hand over the cases that are ticked to"),
        queryset=Body.objects.none(),
        to_field_name="code",
        empty_label=_("Choose a body"),
        error_messages={"required": _("Choose the body that shall answer.")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Everybody can read it. The due day stays: handing over buys no time."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
        error_messages={"required": _("Say why the other body is the right one. The writer will read it.")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, actor: Actor) -> None:
        super().__init__(data)
        root = (actor.body_path or "")[: Body.steplen]
        self.fields["to"].queryset = Body.objects.within(root).standing()  # type: ignore[attr-defined]
        self.fields["to"].widget.most = MOST_LISTED_TWICE
        self.order_fields(["all", "to", "reason", "means", "means_words"])

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if to := given.get("to"):
            self.check(to, is_down=False)  # which of them go down is seen row by row
        return given
