"""Fields that more than one form of the desk has."""

from typing import TYPE_CHECKING

from django import forms

from massline.bodies.models import Body

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class BodyChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice of bodies in the order of the tree, each with its level."""

    def label_from_instance(self, body: Body) -> str:
        return f"{body} · {body.get_level_display()}"


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
