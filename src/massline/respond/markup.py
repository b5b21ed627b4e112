"""A reply is plain words: what comes as HTML (pasted from a word processor or a page) loses its markup before it is kept.

So no page, feed, letter or client of the API has to wonder what a reply may do. Pages escape it besides.
Why so: docs/decisions/0034-replies-are-plain-words.md."""

import re
from html import unescape

import nh3

NO_TAG = re.compile(r"<(?!/?[a-z][a-z0-9:-]*(?:[\s/][^>]*)?>|!)", re.IGNORECASE)
"""A sign that opens no tag: "5 < 7", "<附件1>", "x<y"; it is a word like others."""

_BREAK = re.compile(r"<(?:br|hr)\b[^>]*>|</(?:p|div|li|ul|ol|tr|table|blockquote|h[1-6])\s*>", re.IGNORECASE)
_GAPS = re.compile(r"[ \t\xa0]*\n(?:[ \t\xa0]*\n)+")


def plain(text: str) -> str:
    """The words of a text without markup: its lines stay, scripts go with what they hold. A text that is no HTML stays as it is,
    to the letter; so does what was made plain before."""
    while nh3.is_html(text) and (words := _words(text)) != text:
        text = words  # again, for what was written as &lt;b&gt; is a tag by now
    return text


def _words(html: str) -> str:
    lines = _BREAK.sub("\n", NO_TAG.sub("&lt;", html))
    return _GAPS.sub("\n\n", unescape(nh3.clean(lines, tags=set()))).strip()
