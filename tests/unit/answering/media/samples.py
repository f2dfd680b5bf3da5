"""Images and PDFs for the tests, made here."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from PIL import Image


def make_picture(width: int = 60, height: int = 40) -> Image.Image:
    """Return a red picture whose left upper quarter is blue: one sees which way it is up."""
    picture = Image.new("RGB", (width, height), (200, 0, 0))
    picture.paste((0, 0, 200), (0, 0, width // 2, height // 2))
    return picture


def save(picture: Image.Image, kind: str, **options: Any) -> bytes:
    written = BytesIO()
    picture.save(written, kind, **options)
    return written.getvalue()


def open_image(data: bytes) -> Image.Image:
    opened = Image.open(BytesIO(data))
    opened.load()
    return opened


def make_png_header(width: int, height: int) -> bytes:
    """Return a PNG of a few bytes that claims to be this large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(b""))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def make_pdf(texts: Sequence[str], *, size: tuple[int, int] = (595, 842), locked: bool = False) -> bytes:
    """Return a PDF with one page for each text. `locked` asks for a password that nobody knows."""
    kids = " ".join(f"{3 + 2 * number} 0 R" for number in range(len(texts)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(texts)} >>",
    ]
    for number, text in enumerate(texts):
        font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {size[0]} {size[1]}] "
            f"/Resources << /Font << /F1 {font} >> >> /Contents {4 + 2 * number} 0 R >>"
        )
        drawing = f"BT /F1 24 Tf 72 700 Td ({text}) Tj ET"
        objects.append(f"<< /Length {len(drawing)} >>\nstream\n{drawing}\nendstream")
    key = "0" * 64
    encryption = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O <{key}> /U <{key}> /P -4 >> /ID [<00> <00>]"
    return _assemble(objects, encryption if locked else "")


def _assemble(objects: Sequence[str], trailer: str) -> bytes:
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    start = len(out)
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    count = len(objects) + 1
    out += f"xref\n0 {count}\n0000000000 65535 f \n{table}".encode()
    return out + f"trailer << /Size {count} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
