"""Which language a text is written in, for the `lang` of what somebody else wrote (WCAG 3.1.2), and how languages are tagged."""

import re

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af]")
_LATIN_WORD = re.compile(r"[A-Za-z]+")
# Scripts of one language each, as they are met on Chinese pages: in Arabic letters Uyghur, and so on.
_SCRIPTS = {
    "ug": re.compile(r"[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]"),
    "bo": re.compile(r"[\u0f00-\u0fff]"),
    "mn-Mong": re.compile(r"[\u1800-\u18af]"),
    "ii": re.compile(r"[\ua000-\ua4cf]"),
    "ko": re.compile(r"[\u1100-\u11ff\uac00-\ud7af]"),
}


def bcp47(code: str) -> str:
    """Django's language code as the tag that `lang` wants: "zh-hans" -> "zh-Hans"."""
    language, _, script = code.partition("-")
    return f"{language}-{script.title()}" if script else language


def language_of(text: str) -> str:
    """ "zh-Hans", "en", or the language of another script: by which the text has most of, a Latin word counting as one character.

    A text with none of them (digits, emoji, nothing) is "zh-Hans", the language of the house.
    """
    counts = {"zh-Hans": len(_HAN.findall(text)), "en": len(_LATIN_WORD.findall(text))}
    counts |= {tag: len(letters.findall(text)) for tag, letters in _SCRIPTS.items()}
    return max(counts, key=counts.__getitem__)
