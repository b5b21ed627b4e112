"""What becomes of a message that is in no case yet."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from massline.bodies.models import Body
from massline.respond.forms.fields import MeansFields, reason_field
from massline.respond.models import Advice, Topic


class TakeForm(forms.Form):
    """A message becomes a case."""

    title = forms.CharField(
        label=_("The matter in a few words"),
        help_text=_("Everybody reads it. Say what and where; no names, no telephone numbers."),
        max_length=200,
        error_messages={"required": _("Write a few words that say what this is about.")},
    )
    topic = forms.ModelChoiceField(
        label=_("Topic"),
        queryset=Topic.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("None of these"),
        help_text=_("It decides by which day the case is to be answered and resolved."),
    )
    why = forms.CharField(
        label=_("Why another topic than the one advised"),
        help_text=_("Only if you choose another one. Your choice teaches the next advice."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=500,
        required=False,
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        initial: Mapping[str, Any] | None = None,
        advice: Advice | None = None,
    ) -> None:
        """advice: that nobody decided about yet; what it is sure of is chosen already, and another choice needs a reason."""
        self.sure = advice.topic if advice and advice.topic_sure and advice.decided_at is None else None
        super().__init__(data, initial={**(initial or {}), "topic": self.sure.code if self.sure else None})
        topics = Topic.objects.in_use()
        self.fields["topic"].queryset = topics  # type: ignore[attr-defined]
        if not topics.exists():
            del self.fields["topic"]
        if not self.sure:
            del self.fields["why"]

    @property
    def follows(self) -> bool:
        """Whether the button was pressed that does what is advised: the fields for another choice are not read then."""
        return "follow" in self.data

    def clean(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        if self.sure and not self.follows and given.get("topic") not in (None, self.sure) and not given.get("why"):
            self.add_error("why", _("Say in a few words why it is another topic."))
        return given


class MeansForm(MeansFields):
    """What goes with a case that is handed down as advised."""

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id="MeansForm_%s")

    def is_enough(self, to: Body | None) -> bool:
        """Whether what was given can go down to this body; if not it says at the field what is missing."""
        if self.is_valid() and to is not None:
            self.check(to, is_down=True)
        return self.is_valid()


class SetAsideForm(forms.Form):
    """A message needs no case."""

    reason = reason_field(
        _("Why it needs no case"),
        hint=_(
            "Everybody can read it, in the name of your body. Say what the writer can do instead. Criticism is no reason."
        ),
        missing=_("Say why. The writer will read it, and may ask again."),
    )
