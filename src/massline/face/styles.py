"""The style sheets of every page as one file: on a slow line each further file is a way there and back (0.4 s on slow 3G)."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from django.contrib.staticfiles import finders
from django.urls import reverse

SHEETS: Final = (
    "vendor/designsystemet-css-1.22.0/designsystemet.css",
    "face/tokens.css",
    "face/face.css",
    "face/parts.css",
    "face/news.css",
    "face/modes.css",
)
"""In this order: later ones overrule. The dark colours stay apart, because a page says when they hold."""


@cache
def bundle() -> tuple[str, bytes]:
    """A name that changes with the content, and the content."""
    content = b"\n".join(Path(str(finders.find(name))).read_bytes() for name in SHEETS)
    return hashlib.sha256(content).hexdigest()[:12], content


def style_url() -> str:
    """The address of the bundle as it is now; what lies there never changes."""
    return reverse("face:style", args=[bundle()[0]])
