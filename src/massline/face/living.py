"""What the page of all parts shows: one made-up matter, a dark lane, from message to verdict. Used by the demo only."""

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from massline.face.context import NavItem
from massline.face.pager import listed
from massline.face.parts import Cell, Column, Moment, Row, Share
from massline.face.reading import reading

PARTS = Path(__file__).parent / "templates/face/parts"
CHINESE_MESSAGE = "我们村口到卫生室那段路晚上没有灯，老人看病回来都是摸黑走。\n上个月李大爷摔了一跤，希望能装几盏路灯。"
ENGLISH_MESSAGE = "The last bus back to the new village leaves at half past five. Whoever works in town has to walk."


class SampleForm(forms.Form):
    """One field of each kind. Nothing of it is kept."""

    text = forms.CharField(
        label=gettext_lazy("What do you want to say?"),
        help_text=gettext_lazy("Say what is wrong and where. Leave out names and telephone numbers."),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Write a few words, then send again.")},
    )
    place = forms.CharField(label=gettext_lazy("Where?"), required=False, max_length=200)
    matter = forms.ChoiceField(
        label=gettext_lazy("What is it about?"),
        choices=[
            ("road", gettext_lazy("Roads and lights")),
            ("water", gettext_lazy("Water")),
            ("bus", gettext_lazy("Buses")),
        ],
        widget=forms.RadioSelect,
    )
    urgency = forms.ChoiceField(
        label=gettext_lazy("How soon?"),
        choices=[("week", gettext_lazy("This week")), ("month", gettext_lazy("This month"))],
        required=False,
    )
    day = forms.DateField(
        label=gettext_lazy("Since when?"), required=False, widget=forms.DateInput(attrs={"type": "date", "size": 12})
    )
    publish = forms.BooleanField(
        label=gettext_lazy("My message may be shown in public, without my name"), required=False
    )


def content(request: HttpRequest) -> dict[str, Any]:
    """Everything the page shows besides its form. `?page=` moves the sample pager."""
    return {
        "now": timezone.now(),
        "reading": reading(str(_("The lane belongs to the county road; the township cannot put lights there."))),
        "chinese_message": CHINESE_MESSAGE,
        "english_message": ENGLISH_MESSAGE,
        "due": date(2026, 10, 12),
        "page": listed(range(95), request.GET.get("page", "3"), 10),
        "steps": [_("Write"), _("Check"), _("Sent")],
        "tabs": [NavItem("#tabs", _("The question"), "page"), NavItem("#list", _("Themes"), "")],
        "kinds": _kinds(),
        "rows": _rows(),
        "moments": _moments(),
        "head": [
            Column(_("Body")),
            Column(_("Replied"), number=True),
            Column(_("Solved"), number=True),
            Column(_("State")),
        ],
        "table_rows": _table_rows(),
        "shares": _shares(),
        "here": request.path,
        "address": request.build_absolute_uri("/receipt/"),
    }


@cache
def parameters() -> dict[str, str]:
    """What each part says of itself: the comment with which its template begins. Part's name -> words."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(PARTS.glob("*.html"))}
    return {name: found[1] for name, text in texts.items() if (found := re.match(r"\{# (.+?) #\}", text))}


def _kinds() -> list[tuple[str, str]]:
    return [
        ("neutral", _("Received")),
        ("info", _("Being handled")),
        ("success", _("Solved")),
        ("warning", _("Due soon")),
        ("danger", _("Overdue")),
    ]


def _rows() -> list[Row]:
    return [
        Row(
            title=_("Street lights from the village gate to the clinic"),
            url="#list",
            text=_("People come home from the clinic in the dark."),
            meta=_("128 messages, 3 villages"),
            tag=_("Being handled"),
            kind="info",
        ),
        Row(
            title=_("The last bus leaves too early"),
            url="#list",
            meta=_("46 messages"),
            tag=_("Overdue"),
            kind="danger",
        ),
        Row(title=ENGLISH_MESSAGE, url="#list", meta=_("One message"), lang="en"),
    ]


def _moments() -> list[Moment]:
    return [
        Moment(when=_("3 March 2026"), title=_("Message received"), who=_("Web page"), kind="success"),
        Moment(when=_("4 March 2026"), title=_("Case opened"), who=_("Shiqiao Township"), kind="success"),
        Moment(
            when=_("9 March 2026"),
            title=_("Handed over"),
            who=_("Transport Bureau"),
            text=_("The lane belongs to the county road; the township cannot put lights there."),
            kind="warning",
        ),
        Moment(when=_("16 March 2026"), title=_("Waiting for the reply"), who=_("Transport Bureau"), kind="info"),
    ]


def _table_rows() -> list[list[Cell]]:
    return [
        [
            Cell(_("Shiqiao Township"), url="#table"),
            Cell("96%", note=_("48 of 50 cases")),
            Cell("82%", note=_("41 of 50 answers")),
            Cell(tag=_("On time"), kind="success"),
        ],
        [
            Cell(_("Transport Bureau"), url="#table"),
            Cell("71%", note=_("22 of 31 cases")),
            Cell("–", note=_("Too few answers yet")),
            Cell(tag=_("Overdue"), kind="danger"),
        ],
    ]


def _shares() -> list[Share]:
    return [
        Share(_("Roads and lights"), 1284, url="#shares"),
        Share(_("Water"), 713),
        Share(_("Buses"), 391),
        Share(_("Not placed"), 9),
    ]
