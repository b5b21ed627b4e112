"""Every `{{ form }}` of the product: labels, hints, errors with a summary that leads to them. Set as FORM_RENDERER."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_noop

from massline.face.kept import FORM_NAME, typed_into

# Django's own sentences that tell nobody how to go on. Listed here so that our translations, English included, replace them.
DJANGO_SENTENCES = (
    gettext_noop("This field is required."),
    gettext_noop("Enter a valid date."),
    gettext_noop("Enter a whole number."),
    gettext_noop("Enter a valid value."),
    gettext_noop("Select a valid choice. That choice is not one of the available choices."),
)


class FaceBoundField(BoundField):
    """A field whose control carries the design's class, and takes back what was typed into it before a switch."""

    def value(self) -> Any:  # noqa: ANN401  (Django's own signature)
        typed = None if self.form.is_bound or self.field.disabled else typed_into(self.form)
        if typed is None:
            return super().value()
        data = self.field.widget.value_from_datadict(typed, MultiValueDict(), self.html_name)
        return self.field.prepare_value(self.field.bound_data(data, self.initial))

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

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        """A whole form also says its name, by which it is known again after a switch."""
        if template_name == self.form_template_name:
            context = {**context, "name_field": FORM_NAME, "name": type(context["form"]).__name__}
        return super().render(template_name, context, request)
