"""Templates of replies: fields in braces, filled in from the case. Pure."""

import re
from collections.abc import Mapping

FIELDS = {
    "事项": "title", "title": "title",
    "编号": "number", "number": "number",
    "单位": "body", "body": "body",
    "今天": "today", "today": "today",
    "期限": "due", "due": "due",
}  # fmt: skip
"""What may stand in braces, in Chinese or English, and what of a case it means."""

_FIELD = re.compile(r"\{([^{}\n]*)\}")


class UnknownField(ValueError):
    """A template names a field that no case has. Carries what it said, and what it may say."""

    def __init__(self, name: str) -> None:
        super().__init__(f"No case has a field {{{name}}}. Fields: {', '.join(FIELDS)}.")
        self.name = name


def check_template(text: str) -> None:
    """Raises UnknownField, of the first that is none."""
    for name in _FIELD.findall(text):
        if name.strip() not in FIELDS:
            raise UnknownField(name)


def filled(text: str, facts: Mapping[str, str]) -> str:
    """The text with each field as this case has it. facts: by the English name of each field. Raises UnknownField."""
    check_template(text)
    return _FIELD.sub(lambda found: facts[FIELDS[found[1].strip()]], text)
