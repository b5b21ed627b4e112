"""What the larger parts of a page are made of. Views build these; templates in templates/face/parts/ draw them.

Labels and texts may be lazy translations. `kind` is one of KINDS, as in parts/tag.html: the colour only helps, the word says it.
"""

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise

Words = str | Promise
Kind = Literal["neutral", "info", "success", "warning", "danger", "accent"]


@dataclass(frozen=True)
class Column:
    """A column of `{% table %}`. `number`: set right, digits under digits."""

    label: Words
    number: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell of `{% table %}`: a text, a link (`url`) or a state (`tag` and `kind`), and a small `note` after it."""

    text: Words = ""
    url: str = ""
    tag: Words = ""
    kind: Kind = "neutral"
    note: Words = ""


@dataclass(frozen=True)
class Share:
    """One bar of `{% share_bar %}`: how many of the whole."""

    label: Words
    count: int
    url: str = ""


@dataclass(frozen=True)
class Row:
    """One row of parts/list.html. `lang`: the language of title and text when somebody else wrote them."""

    title: Words
    url: str = ""
    text: Words = ""
    meta: Words = ""
    tag: Words = ""
    kind: Kind = "neutral"
    lang: str = ""


@dataclass(frozen=True)
class Moment:
    """One act on parts/timeline.html. `when` is shown as given; `lang` is the language of `text`."""

    when: Words
    title: Words
    who: Words = ""
    text: Words = ""
    kind: Kind = "neutral"
    lang: str = ""
