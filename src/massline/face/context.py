"""What every page needs to know about itself: who we are, where the reader is, where she can go."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy

from massline.face.language import bcp47

LARGE_TYPE_COOKIE = "large_type"
COLOURS_COOKIE = "colours"
COLOURS = ("light", "dark")

# Address names of other apps; an item whose address does not exist in this installation is left out.
PUBLIC: tuple[tuple[str, Promise], ...] = (
    ("gather:calls", gettext_lazy("Calls")),
    ("respond:you_said", gettext_lazy("You said, we did")),
    ("supervise:receipt", gettext_lazy("Check a receipt")),
    ("supervise:scoreboard", gettext_lazy("Scoreboard")),
    ("ledger:entries", gettext_lazy("Public log")),
)
DESK: tuple[tuple[str, Promise], ...] = (
    ("respond:queue", gettext_lazy("My queue")),
    ("gather:calls", gettext_lazy("Calls")),
    ("supervise:scoreboard", gettext_lazy("Scoreboard")),
)
DOORS: tuple[tuple[str, Promise], ...] = (
    ("gather:removals", gettext_lazy("Hidden and erased messages")),
    ("people:sign_in", gettext_lazy("Staff sign-in")),
)


@dataclass(frozen=True)
class NavItem:
    """One place to go. `current` is the value of aria-current: "page" here, "true" somewhere below, "" elsewhere."""

    url: str
    label: str | Promise
    current: str


@dataclass(frozen=True)
class Language:
    """A language to change to: Django's code, the tag for `lang`, and its name in itself."""

    code: str
    tag: str
    name: str


@dataclass(frozen=True)
class Face:
    """`{{ face }}` in every page. `colours`: light, dark, or auto: as the device has it."""

    site_name: str
    demo: bool
    phone: str
    home: str
    here: str
    address: str
    made_at: datetime
    large_type: bool
    colours: str
    other_languages: tuple[Language, ...]
    public: tuple[NavItem, ...]
    desk: tuple[NavItem, ...]
    find: str
    doors: tuple[NavItem, ...]
    sign_out: str


def face(request: HttpRequest) -> dict[str, Face]:
    """Context processor. No query, no session."""
    return {
        "face": Face(
            site_name=settings.SITE_NAME,
            demo=settings.MASSLINE_DEMO,
            phone=settings.SITE_PHONE,
            home=_address("home") or "/",
            here=request.get_full_path(),
            address=request.build_absolute_uri(request.path),
            made_at=timezone.now(),
            large_type=request.COOKIES.get(LARGE_TYPE_COOKIE) == "1",
            colours=_colours(request),
            other_languages=_other_languages(),
            public=_items(PUBLIC, request.path),
            desk=_items(DESK, request.path),
            find=_address("find"),
            doors=_items(DOORS, request.path),
            sign_out=_address("people:sign_out"),
        )
    }


def _colours(request: HttpRequest) -> str:
    kept = request.COOKIES.get(COLOURS_COOKIE)
    return kept if kept in COLOURS else "auto"


def _address(name: str) -> str:
    """The address, or "" when this installation has none of that name."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _items(places: tuple[tuple[str, Promise], ...], path: str) -> tuple[NavItem, ...]:
    named = ((_address(name), label) for name, label in places)
    return tuple(NavItem(url, label, _current(url, path)) for url, label in named if url)


def _current(url: str, path: str) -> str:
    if path == url:
        return "page"
    return "true" if url != "/" and path.startswith(url) else ""


def _other_languages() -> tuple[Language, ...]:
    now = get_language()
    return tuple(Language(code, bcp47(code), name) for code, name in settings.LANGUAGES if code != now)
