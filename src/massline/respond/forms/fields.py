"""Fields that more than one form of the desk has."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.forms.renderers import BaseRenderer
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from massline.bodies.models import Body
from massline.respond.models import MEANS
from massline.respond.rules import Means, MeansKind, MeansMissing, check_means

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

MOST_LISTED = 40
"""Bodies. A list of more is long to read and heavy to send, twice on the page of a case; then the name or the code is typed."""
MOST_LISTED_TWICE = 25
"""Bodies, in the second list of a page."""
MOST_NAMED = 6
"""Bodies that are told where several have what was typed in their names."""


class BodyInput(forms.Select):
    """A list of bodies, or, where there are too many, a line to type a name or a code into. One query, unless `offer` was told
    which there are."""

    offered: list[Body] | None = None
    most = MOST_LISTED

    def use_required_attribute(self, initial: object) -> bool:
        """Django would look at the first choice, by a query of its own."""
        return not self.is_hidden

    def render(
        self,
        name: str,
        value: Any,  # noqa: ANN401 - as Django has it
        attrs: dict[str, Any] | None = None,
        renderer: BaseRenderer | None = None,
    ) -> Any:  # noqa: ANN401
        choices: Any = self.choices
        bodies = list(choices.queryset[: MOST_LISTED + 1]) if self.offered is None else self.offered
        if len(bodies) > min(self.most, MOST_LISTED):
            line = forms.TextInput({**self.attrs, "placeholder": _("Name or code"), "autocomplete": "off"})
            return line.render(name, value, attrs, renderer)
        empty = [("", choices.field.empty_label)] if choices.field.empty_label is not None else []
        listed = forms.Select(self.attrs, [*empty, *map(choices.choice, bodies)])
        listed.is_required = self.is_required
        return listed.render(name, value, attrs, renderer)


class BodyChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice of bodies in the order of the tree, each with its level: by its code, its name, or a part that no other has."""

    widget = BodyInput

    def offer(self, bodies: Sequence[Body], *, without: Collection[Body], most: int = MOST_LISTED) -> None:
        """These, which were read before, but for some; MOST_LISTED + 1 of them stand for any number. most: that are listed."""
        self.widget.most = most
        few = len(bodies) <= MOST_LISTED
        self.widget.offered = [body for body in bodies if body not in without] if few else list(bodies)

    def label_from_instance(self, body: Body) -> str:
        return f"{body} · {body.get_level_display()}"

    def to_python(self, value: Any) -> Body | None:  # noqa: ANN401 - whatever was sent
        typed = str(value or "").strip()[:200]
        if not typed:
            return None
        found = self._called(typed) if "\0" not in typed else []
        if len(found) == 1:
            return found[0]
        if found:
            named = "; ".join(f"{body} ({body.code})" for body in found[:MOST_NAMED])
            words = _("Several bodies have this in their names: %(named)s. Write the code of one.")
            raise ValidationError(words % {"named": named}, code="several")
        raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params={"value": value})

    def _called(self, typed: str) -> list[Body]:
        """Who has this code; else this name; else this in its name. At most three queries."""
        bodies: Any = self.queryset
        for asked in (
            Q(code=typed),
            Q(name=typed) | Q(name_en__iexact=typed),
            Q(name__icontains=typed) | Q(name_en__icontains=typed),
        ):
            if found := list(bodies.filter(asked)[: MOST_NAMED + 1]):
                return found
        return []


NO_MEANS_NAMED: "dict[str, _StrPromise]" = {
    "none": gettext_lazy("It goes down: to a body under yours, or of a lower level. Say what goes with it."),
    "words": gettext_lazy("Say how much, from whom and by when; or why what the other body has is enough."),
    "both": gettext_lazy("Either something goes with it, or what the other body has is enough: choose one of the two."),
}


class MeansFields(forms.Form):
    """What goes with a case that is handed over. Needed where it goes down; who gets it may say that it is missing."""

    means = forms.MultipleChoiceField(
        label=gettext_lazy("What goes with it"),
        help_text=gettext_lazy("Needed when the case goes down. A body that lacks what it takes may hand it back."),
        choices=MEANS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    means_words = forms.CharField(
        label=gettext_lazy("How much, from whom, by when"),
        help_text=gettext_lazy(
            "Everybody can read it. If nothing goes with it: why what the other body has is enough."
        ),
        required=False,
        max_length=1000,
    )

    @property
    def named(self) -> Means:
        """What was chosen and written."""
        kinds = self.cleaned_data.get("means") or []
        return Means(frozenset(map(MeansKind, kinds)), self.cleaned_data.get("means_words") or "")

    def check(self, to: Body, *, is_down: bool) -> None:
        """Say at the field what is missing."""
        try:
            check_means(self.named, to.code, is_down=is_down)
        except MeansMissing as missing:
            self.add_error("means_words" if missing.why == "words" else "means", NO_MEANS_NAMED[missing.why])


def reason_field(
    label: "_StrPromise", *, hint: "_StrPromise", missing: "_StrPromise", rows: int = 3
) -> forms.CharField:
    """Why somebody does what she does, for everybody to read."""
    return forms.CharField(
        label=label,
        help_text=hint,
        widget=forms.Textarea(attrs={"rows": rows}),
        max_length=2000,
        error_messages={"required": missing},
    )
