"""Every `{{ form }}` of the product: labels, hints, errors with a summary that leads to them. Set as FORM_RENDERER."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_noop

# Django's own sentences that tell nobody how to go on. Listed here so that our translations, English included, replace them.
DJANGO_SENTENCES = (
    gettext_noop("This field is required."),
    gettext_noop("Enter a valid date."),
    gettext_noop("Enter a whole number."),
    gettext_noop("Enter a valid value."),
    gettext_noop("Select a valid choice. That choice is not one of the available choices."),
)


class FaceBoundField(BoundField):
    """A field whose control carries the design's class."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        named = {**(widget or self.field.widget).attrs, **attrs}
        attrs["class"] = f"{named['class']} ds-input" if "class" in named else "ds-input"
        return attrs


class FaceFormRenderer(TemplatesSetting):
    """Templates of this app first, Django's for the rest. Order: summary of errors, hidden fields, fields as declared."""

    form_template_name = "face/form.html"
    field_template_name = "face/parts/field.html"
    bound_field_class = FaceBoundField
