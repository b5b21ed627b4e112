"""What an analyst may type in the reading room."""

from collections.abc import Mapping
from typing import Any, Self

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from massline.concentrate.models import Theme
from massline.concentrate.queries import choices_beside
from massline.concentrate.rules import LONGEST_NAME, MergeRefused, NameRefused, ThemeError
from massline.face.language import language_of

NAME: dict[str, Any] = {
    "max_length": LONGEST_NAME,
    "error_messages": {
        "required": _("Write a few words that say what these messages speak of."),
        "max_length": _("A name has 200 characters at most. Say it in fewer words."),
    },
}
REFUSED: dict[str, str | Promise] = {
    "empty": _("Write a few words that say what these messages speak of."),
    "too long": _("A name has 200 characters at most. Say it in fewer words."),
    "taken": _("Another theme has this name. Choose a different one, or merge the two."),
    "itself": _("A theme cannot be merged with itself. Choose another one."),
    "another run": _("That theme belongs to another run. Choose one of this run."),
    "its own part": _("That theme is a part of this one. Choose another one."),
    "none": _("Tick at least one message."),
    "elsewhere": _(
        "At least one of these messages does not stand in this theme any more. Look again, then choose anew."
    ),
    "all": _("These are all the messages that the theme has. To make two themes one, merge them."),
    "many": _("That is more than 2,000 messages at once. Use words that fewer of them have, or take a finer theme."),
    "undone": _("This act was taken back already."),
    "stale": _("Somebody changed a theme since you opened this page. Look at what was done, then publish."),
    "no reason": _("Say in a sentence why there is a new edition."),
    "nothing new": _("Nothing is new since the last edition."),
    "later": _("Something later rests on this act. Take that back first."),
}
"""Why the reading room refuses something, by the word that the error carries."""


NOT_CARRIED: dict[str, str | Promise] = {
    "already so": _("This run has it so by itself; nothing is left to do."),
    "not found": _("No theme of this run holds more than half of the same messages. Look for them, and decide anew."),
    "gone": _("None of these messages stands in a theme of this run."),
    "renamed later": _("The theme got another name later; that one is proposed."),
    "taken": _("Another theme of this run has this name by now."),
    "all": _("These are all the messages that the theme has in this run. It can be merged."),
    "itself": _("Both are one theme in this run."),
    "its own part": _("In this run the second is a part of the first."),
    "carried": _("This act was done again, set aside or taken back already."),
}
"""Why an act of an earlier run is not done again."""


class ThemeForm(forms.Form):
    """A form about a theme as it stood when the page was opened."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, data: Mapping[str, Any] | None = None, *, theme: Theme) -> None:
        super().__init__(data, initial={"version": theme.version}, auto_id=f"{type(self).__name__}_%s")

    def about(self, theme: Theme) -> Self:
        """The same words in a form about the theme as it stands now."""
        return type(self)({**dict(self.data.items()), "version": theme.version}, theme=theme)

    def refuse(self, error: ThemeError) -> None:
        """Say what the action refused, at the field that can mend it."""
        at_fault = {NameRefused: "name", MergeRefused: "into"}.get(type(error))
        self.add_error(at_fault if at_fault in self.fields else None, str(REFUSED[error.reason]))


class RenameForm(ThemeForm):
    """Another name."""

    name = forms.CharField(
        label=_("New name"), help_text=_("Everybody reads it. Say the matter, name no persons."), **NAME
    )


class ThemeSelect(forms.Select):
    """Names of themes in the language that they are written in."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 - Django's own signature
        option = super().create_option(*args, **kwargs)
        if option["value"]:
            option["attrs"]["lang"] = language_of(str(option["label"]))
        return option


class ThemeChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice of themes; a finer one stands behind a dash."""

    widget = ThemeSelect

    def label_from_instance(self, theme: Theme) -> str:
        return f"— {theme.label}" if theme.parent_id else theme.label


class MergeForm(ThemeForm):
    """Two themes become one."""

    into = ThemeChoice(
        label=_("Merge into"),
        help_text=_("All its messages, copies and statements go there. Each writer counts once."),
        queryset=Theme.objects.none(),
        empty_label=_("Choose a theme"),
        error_messages={
            "required": _("Choose the theme that takes this one in."),
            "invalid_choice": _("This theme cannot be chosen any more. Choose another one."),
        },
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, theme: Theme) -> None:
        super().__init__(data, theme=theme)
        self.fields["into"].queryset = choices_beside(theme)  # type: ignore[attr-defined]


class TakeOutForm(ThemeForm):
    """Messages go to another theme, or become a theme of their own."""

    into = ThemeChoice(
        label=_("Where to"),
        required=False,
        queryset=Theme.objects.none(),
        empty_label=_("A new theme, named below"),
        error_messages={"invalid_choice": _("This theme cannot be chosen any more. Choose another one.")},
    )
    name = forms.CharField(label=_("Name of the new theme"), required=False, **NAME)

    def __init__(self, data: Mapping[str, Any] | None = None, *, theme: Theme) -> None:
        super().__init__(data, theme=theme)
        self.fields["into"].queryset = choices_beside(theme)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if "into" in given and not given["into"] and "name" in given and not given["name"]:
            self.add_error("name", str(REFUSED["empty"]))
        return given


class PublishForm(forms.Form):
    """An edition of the themes as the page showed them."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    note = forms.CharField(
        label=_("What is corrected, and why"),
        help_text=_("Everybody reads it, in the name of your body. What changed is listed by itself."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        error_messages={"required": _("Say in a sentence why there is a new edition.")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, seen: int, first: bool) -> None:
        super().__init__(data, initial={"seen": seen}, auto_id="PublishForm_%s")
        if first:
            self.fields["note"].required = False
            self.fields["note"].label = _("A word with it")
            self.fields["note"].help_text = _("Everybody reads it, in the name of your body.")
