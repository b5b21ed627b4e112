"""The beginnings of replies that a body keeps."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from massline.respond.forms.cases import LONGEST_REPLY
from massline.respond.models import Template
from massline.respond.templating import FIELDS, UnknownField, check_template


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg]
    """A name and a text; a field that no case has is an error that says which there are."""

    class Meta:
        model = Template
        fields = ("name", "text")

    name = forms.CharField(
        label=gettext_lazy("Name of the template"),
        max_length=60,
        error_messages={"required": gettext_lazy("Give the template a name.")},
    )
    text = forms.CharField(
        label=gettext_lazy("Text"),
        help_text=gettext_lazy(
            "Fields in braces are filled in from the case: {title} its matter, {number} its number, {body} your body, {today} "
            "today, {due} the day by which the reply is due. All else stays as you write it."
        ),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=LONGEST_REPLY,
        error_messages={"required": gettext_lazy("Write the text of the template.")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, instance: Template) -> None:
        super().__init__(data, instance=instance, auto_id="TemplateForm_%s")

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"])
        try:
            check_template(text)
        except UnknownField as unknown:
            words = _("No case has a field {%(name)s}. You can write: %(fields)s. Without braces it stays as it is.")
            fields = " ".join(f"{{{name}}}" for name in FIELDS)
            raise forms.ValidationError(words % {"name": unknown.name, "fields": fields}) from None
        return text
