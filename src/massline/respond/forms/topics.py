"""What an operator enters about a topic: its name, its days, and who answers for it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from massline.bodies.models import Body
from massline.respond.forms.fields import BodyChoice
from massline.respond.models import Topic

LONGEST_DAYS = 250  # working days: a year


def _days(label: Any, hint: Any = "", *, required: bool = True) -> forms.IntegerField:  # noqa: ANN401 - lazy sentences
    return forms.IntegerField(label=label, help_text=hint, required=required, min_value=1, max_value=LONGEST_DAYS)


class TopicForm(forms.ModelForm):  # type: ignore[type-arg]
    """A topic. Its code is chosen once: what was learnt knows it by that."""

    class Meta:
        model = Topic
        fields = (
            *("code", "name", "name_en", "words"),
            *("take_days", "answer_days", "resolve_days", "very_late_days", "retired"),
        )

    code = forms.SlugField(
        label=_("Code"),
        max_length=40,
        help_text=_("Latin letters, digits and hyphens. It stays when the name changes."),
    )
    name = forms.CharField(label=_("Name of the topic"), max_length=100)
    name_en = forms.CharField(label=_("English name"), max_length=100, required=False)
    words = forms.CharField(
        label=_("Words that tell it"),
        help_text=_("With spaces between them. They are gone by until past cases teach."),
        required=False,
        max_length=1_000,
    )
    take_days = _days(_("Working days until it is taken"))
    answer_days = _days(
        _("Working days until the first answer"), _("Left empty, each body's own promise counts."), required=False
    )
    resolve_days = _days(_("Working days until it is resolved"))
    very_late_days = _days(_("Working days after which what is late is very late"))
    body = BodyChoice(
        label=_("Who answers for it"),
        queryset=Body.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("The body of the place"),
    )
    area = BodyChoice(
        label=_("Elsewhere in one area"),
        queryset=Body.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("No area"),
        help_text=_("Choose an area and, below, who answers there; one at a time."),
    )
    area_body = BodyChoice(
        label=_("Who answers in that area"),
        queryset=Body.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("As everywhere"),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, instance: Topic) -> None:
        elsewhere = instance.duties.filter(area=None).select_related("body").first() if instance.pk else None
        initial = {"body": elsewhere.body.code} if elsewhere else {}
        super().__init__(data, instance=instance, initial=initial, auto_id="TopicForm_%s")
        for name in ("body", "area", "area_body"):
            self.fields[name].queryset = Body.objects.standing()  # type: ignore[attr-defined]
        if instance.pk:
            del self.fields["code"]
        self.order_fields([*self.Meta.fields[:-1], "body", "area", "area_body", "retired"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        answer, resolve = given.get("answer_days"), given.get("resolve_days")
        if answer and resolve and resolve < answer:
            self.add_error("resolve_days", _("Nothing is resolved before it is answered: give at least as many days."))
        return dict(given)
