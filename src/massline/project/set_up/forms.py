"""What an operator may type while she sets up."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import validate_slug
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from massline.bodies.models import LEVELS, Body
from massline.bodies.rules import DaysUnreadable, Level, announced_days, read_days
from massline.bodies.sheet import MOST_ROWS, Sheet, SheetUnreadable, decode, read_sheet
from massline.gather.models import Call
from massline.people.models import STAFF_ROLES, User
from massline.rights import Role

LARGEST_SHEET = 1_000_000  # bytes


class BodyField(forms.ModelChoiceField[Body]):
    """Bodies in the order of the tree, each with its level."""

    def label_from_instance(self, obj: Body) -> str:
        return f"{obj} · {obj.get_level_display()}"


def _username() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Name to sign in with"),
        help_text=gettext_lazy("Letters without accents, digits, and . _ - only, like wangfang."),
        max_length=150,
        validators=[ASCIIUsernameValidator()],
        error_messages={
            "invalid": gettext_lazy("Use letters without accents, digits, and . _ - only, without spaces.")
        },
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )


class FoundForm(forms.Form):
    """The body at the top, and the operator's own account."""

    place = forms.CharField(
        label=gettext_lazy("Name of the place"),
        help_text=gettext_lazy("The county, city or body that asks and answers here, as everybody knows it."),
        max_length=200,
    )
    place_en = forms.CharField(label=gettext_lazy("Its name in English"), max_length=200, required=False)
    level = forms.ChoiceField(label=gettext_lazy("Level"), choices=LEVELS, initial=Level.COUNTY)
    division = forms.CharField(
        label=gettext_lazy("Its code"),
        help_text=gettext_lazy(
            "The statistical division code, like 330100, or a short name in letters. Addresses show it."
        ),
        max_length=20,
        validators=[validate_slug],
        error_messages={"invalid": gettext_lazy("Use letters without accents, digits, and - _ only, without spaces.")},
    )
    name = forms.CharField(label=gettext_lazy("Your own name"), max_length=150)
    username = _username()
    password = forms.CharField(
        label=gettext_lazy("Password"),
        help_text=gettext_lazy("At least 12 characters. Several words are easy to remember and hard to guess."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )
    again = forms.CharField(
        label=gettext_lazy("The password once more"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.operator())
        return password

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("password", again):
            raise forms.ValidationError(_("The two passwords differ. Type them again."))
        return again

    def top(self) -> Body:
        given = self.cleaned_data
        names = {"name": given["place"], "name_en": given["place_en"]}
        return Body(code=given["division"], level=Level(given["level"]), **names)

    def operator(self) -> User:
        given = self.cleaned_data
        return User(username=given.get("username", ""), last_name=given.get("name", ""), role=Role.OPERATOR)


class SheetForm(forms.Form):
    """A file, or what was pasted; and whether the rows that were shown shall be added."""

    file = forms.FileField(
        label=gettext_lazy("A file"), help_text=gettext_lazy("CSV, as a spreadsheet saves it."), required=False
    )
    text = forms.CharField(
        label=gettext_lazy("Or paste the rows"),
        help_text=gettext_lazy("Straight from the spreadsheet, with the headings."),
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        required=False,
        strip=False,
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: MultiValueDict[str, UploadedFile[bytes]] | None = None,
        *,
        under: Body | None = None,
    ) -> None:
        super().__init__(data, files)
        self.under, self.sheet = under, Sheet([], [])

    def clean(self) -> dict[str, Any]:
        """The rows into `sheet`. A file goes before what was pasted, and its text into the box, to be mended there."""
        given: dict[str, Any] = super().clean() or {}
        file: UploadedFile[bytes] | None = given.get("file")
        if file and (file.size or 0) > LARGEST_SHEET:
            raise forms.ValidationError(_("The file is larger than 1 MB. Send it in parts."))
        text = decode(file.read()) if file else given.get("text", "")
        self.data = {"text": text}
        if not text.strip():
            raise forms.ValidationError(_("Choose a file, or paste some rows."))
        try:
            self.sheet = read_sheet(text, set(Body.objects.values_list("code", flat=True)))
        except SheetUnreadable as refusal:
            raise forms.ValidationError(_unreadable(refusal)) from refusal
        if not self.sheet.rows and not self.sheet.problems:
            raise forms.ValidationError(_("There are headings, but no rows under them."))
        return {"text": text}


def _unreadable(refusal: SheetUnreadable) -> str:
    if refusal.missing:
        wanted = {"code": _("code"), "name": _("name"), "level": _("level")}
        missing = pgettext("between names", ", ").join(wanted[name] for name in refusal.missing)
        return _("The first row must hold the headings. Missing: %(missing)s.") % {"missing": missing}
    if refusal.rows:
        facts = {"rows": f"{refusal.rows:,}", "most": f"{MOST_ROWS:,}"}
        return _("There are %(rows)s rows; %(most)s at most can be entered at once. Send them in parts.") % facts
    return _('A quotation mark is opened and never closed. Look for a single " in the rows.')


class StaffForm(forms.Form):
    """One more member of staff."""

    name = forms.CharField(
        label=gettext_lazy("Full name"), help_text=gettext_lazy("As colleagues see it on the desk."), max_length=150
    )
    username = _username()
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=STAFF_ROLES)
    body = BodyField(
        label=gettext_lazy("Body"),
        help_text=gettext_lazy("What lies under it is hers too."),
        queryset=Body.objects.none(),
        to_field_name="code",
        empty_label=None,
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, under: Body) -> None:
        super().__init__(data)
        self.fields["body"].queryset = Body.objects.within(under.path)  # type: ignore[attr-defined]

    def user(self) -> User:
        given = self.cleaned_data
        return User(username=given["username"], last_name=given["name"], role=given["role"], body=given["body"])


class CalendarForm(forms.Form):
    """The working days of one year, for everybody."""

    year = forms.TypedChoiceField(label=gettext_lazy("Year"), coerce=int)
    announced = forms.BooleanField(
        label=gettext_lazy("Start from the statutory holidays"),
        help_text=gettext_lazy(
            "Make-up days are announced each autumn. Until then this is the best that can be known."
        ),
        required=False,
        initial=True,
    )
    closed = forms.CharField(
        label=gettext_lazy("Weekdays without work"),
        help_text=gettext_lazy("Days and spans with commas between them, like 2027-02-05..2027-02-11,2027-10-01."),
        required=False,
    )
    opened = forms.CharField(
        label=gettext_lazy("Weekend days with work"),
        help_text=gettext_lazy("Like 2027-02-20,2027-10-09."),
        required=False,
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, years: list[int]) -> None:
        super().__init__(data, initial={"year": years[0]})
        self.fields["year"].choices = [(year, str(year)) for year in years]  # type: ignore[attr-defined]

    def clean_closed(self) -> list[date]:
        return self._days("closed")

    def clean_opened(self) -> list[date]:
        return self._days("opened")

    def clean(self) -> dict[str, Any]:
        """What differs from Monday-Friday, as `days`."""
        given: dict[str, Any] = super().clean() or {}
        if self.errors:
            return given
        if both := sorted(set(given["closed"]) & set(given["opened"])):
            raise forms.ValidationError(_("%(day)s stands in both lists. Take it out of one.") % {"day": both[0]})
        days = announced_days(settings.WORK_CALENDAR, given["year"]) if given["announced"] else {}
        given["days"] = days | dict.fromkeys(given["closed"], False) | dict.fromkeys(given["opened"], True)
        if not given["days"]:
            raise forms.ValidationError(_("Nothing was entered for %(year)s.") % {"year": given["year"]})
        return given

    def _days(self, field: str) -> list[date]:
        """Days as typed, full-width marks too."""
        typed = re.sub(r"\s*[，、；;]\s*", ",", self.cleaned_data[field])
        try:
            return read_days(typed, self.cleaned_data.get("year", 0))
        except DaysUnreadable as slip:
            words = _(
                "“%(typed)s” cannot be read as days of that year. Write them like 2027-10-01..2027-10-07,2027-12-31."
            )
            raise forms.ValidationError(words % {"typed": slip.typed}) from slip


class CallForm(forms.Form):
    """The first question."""

    title = forms.CharField(
        label=gettext_lazy("Title"), help_text=gettext_lazy("A few words, like “Which road first?”"), max_length=200
    )
    question = forms.CharField(
        label=gettext_lazy("Question"),
        help_text=gettext_lazy(
            "What do you want to know? Ask one thing, in plain words, and say what will be done with it."
        ),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=2000,
    )
    body = BodyField(
        label=gettext_lazy("Who asks"), queryset=Body.objects.none(), to_field_name="code", empty_label=None
    )
    until = forms.DateField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("Messages are taken to the end of this day."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    review = forms.BooleanField(
        label=gettext_lazy("Show messages only after a look"),
        help_text=gettext_lazy(
            "For matters within families, or where people may name others. Otherwise they show at once."
        ),
        required=False,
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, under: Body) -> None:
        super().__init__(data, initial={"until": timezone.localdate() + timedelta(days=30)})
        self.fields["body"].queryset = Body.objects.within(under.path)  # type: ignore[attr-defined]

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until < timezone.localdate():
            raise forms.ValidationError(_("This day is past. Choose today or a later one."))
        return until

    def call(self) -> Call:
        """The call that begins now. Its reference counts on from the calls that there are."""
        given, number = self.cleaned_data, Call.objects.count() + 1
        while Call.objects.filter(ref=f"call-{number}").exists():
            number += 1
        end = timezone.make_aware(datetime.combine(given["until"] + timedelta(days=1), time.min))
        words = {"title": given["title"], "question": given["question"], "body": given["body"]}
        show = {"publish_at_once": not given["review"]}
        return Call(ref=f"call-{number}", opens_at=timezone.now(), closes_at=end, **words, **show)
