"""Pictures drawn anew: what a camera wrote into them (place, time, device) stays behind, and so does what is no picture."""

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from PIL import Image, ImageOps

from massline.files.kinds import KINDS, FileRefused, Kind

LONGEST_SIDE: Final = 1_600  # pixels: a page of print, a screen of a phone three times over
PREVIEW_SIDE: Final = 480
MOST_PIXELS: Final = 50_000_000  # what a good phone takes; drawn, 150 MB of memory
FORMATS: Final = ("JPEG", "PNG", "WEBP")
BROKEN: Final = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, struct.error, zlib.error)
"""What Pillow's readers raise for files that are not what they begin as."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Drawn anew. preview: a small one, as JPEG, of width × height pixels."""

    kind: Kind
    content: bytes
    preview: bytes
    width: int
    height: int


def drawn_anew(content: bytes, name: str) -> Picture:
    """The same picture, upright, of at most LONGEST_SIDE, and nothing but its pixels. A moving one stands still.

    Raises FileRefused. Cost: at most 4 bytes × MOST_PIXELS of memory, for JPEG far less."""
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise FileRefused(name, "pixels")
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # JPEG is read at a half, a quarter, an eighth at once
            image = _plain(ImageOps.exif_transpose(opened))
    except FileRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise FileRefused(name, "pixels") from problem
    except BROKEN as problem:
        raise FileRefused(name, "broken") from problem
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    kind = KINDS["png"] if content.startswith(b"\x89PNG") else KINDS["jpg"]
    whole = _written(image, kind)
    image.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    return Picture(kind, whole, _written(image, KINDS["jpg"]), image.width, image.height)


def _plain(image: Image.Image) -> Image.Image:
    """Red, green and blue on white, and none of what else was written into it."""
    if image.mode not in ("RGB", "L"):
        seen = image.convert("RGBA")
        image = Image.new("RGB", seen.size, "white")
        image.paste(seen, mask=seen.getchannel("A"))
    image = image.convert("RGB")
    image.info = {}  # comments and colour profiles would be written again
    return image


def _written(image: Image.Image, kind: Kind) -> bytes:
    out = BytesIO()
    if kind.ending == "png":
        image.save(out, "PNG", optimize=True)
    else:
        image.save(out, "JPEG", quality=82, optimize=True, progressive=True)
    return out.getvalue()
