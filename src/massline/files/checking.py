"""A file as it came, looked at before anything of it is kept."""

from dataclasses import dataclass

from massline.files.kinds import FileRefused, Kind, clean_name, kind_of


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that may be kept: under this name, with this content. preview, width, height: of pictures only."""

    name: str
    kind: Kind
    content: bytes
    preview: bytes = b""
    width: int = 0
    height: int = 0


def checked(content: bytes, name: str, *, largest: int) -> Checked:
    """What can be kept of it: a document as it is, a picture drawn anew. largest: bytes. Raises FileRefused."""
    if len(content) > largest:
        raise FileRefused(name, "large")
    kind = kind_of(content, name)
    if not kind.is_picture:
        return Checked(clean_name(name, kind.ending), kind, content)
    from massline.files.pictures import drawn_anew  # who attaches no picture need not wait for its readers

    drawn = drawn_anew(content, name)
    shown = clean_name(name, drawn.kind.ending)
    return Checked(shown, drawn.kind, drawn.content, drawn.preview, drawn.width, drawn.height)
