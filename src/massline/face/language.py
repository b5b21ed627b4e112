"""Which language a text is written in, for the `lang` of what somebody else wrote (WCAG 3.1.2), and how languages are tagged."""

import re

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af]")
_LATIN_WORD = re.compile(r"[A-Za-z]+")


def bcp47(code: str) -> str:
    """Django's language code as the tag that `lang` wants: "zh-hans" -> "zh-Hans"."""
    language, _, script = code.partition("-")
    return f"{language}-{script.title()}" if script else language


def language_of(text: str) -> str:
    """ "zh-Hans" or "en": by which of the two the text has more of, a Latin word counting as one character.

    A text with neither (digits, emoji, nothing) is "zh-Hans", the language of the house.
    """
    return "en" if len(_LATIN_WORD.findall(text)) > len(_HAN.findall(text)) else "zh-Hans"
