"""Files for tests, made by code: good ones, and those that only look like it."""

import io
import struct
import zipfile
import zlib

from PIL import Image

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
SCRIPT = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PROGRAM = b"MZ\x90\x00" + bytes(200)
PLACE = {1: "N", 2: (30.0, 16.0, 12.0), 3: "E", 4: (120.0, 9.0, 18.0)}  # as a telephone writes where it was


def a_picture(
    form: str = "JPEG", *, size: tuple[int, int] = (60, 40), mode: str = "RGB", colour: str = "gold"
) -> bytes:
    """A picture of one colour that says where, when and by what it was taken."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010F], exif[0x0132], exif[0x8825] = "PhoneMaker", "2026:10:12 08:15:00", PLACE
    more = {"comment": b"PhoneMaker, at home"} if form == "JPEG" else {}
    Image.new("RGB", size, colour).convert(mode).save(out, form, exif=exif, **more)
    return out.getvalue()


def a_bomb(side: int = 30_000) -> bytes:
    """A PNG of some bytes that would be side × side pixels."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def a_document(*parts: str, says: str = "") -> bytes:
    """A ZIP file with these parts, the same bytes at any time: they are in the names of tests. says: what an OpenDocument file
    says of itself."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for part, content in [("mimetype", says)] * bool(says) + [(part, "x") for part in parts]:
            archive.writestr(zipfile.ZipInfo(part), content)  # of 1980
    return out.getvalue()


SHEET = a_document("[Content_Types].xml", "xl/workbook.xml")
