"""Makes the photo and the invoice in `inputs/`: `python make_inputs.py`. Needs Pillow."""

from __future__ import annotations

import math
import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

INPUTS = Path(__file__).parent / "inputs"

INVOICE = (
    (56, 780, 18, "Nordlicht Office Supplies GmbH"),
    (56, 762, 10, "Hafenstrasse 8, 24103 Kiel, Germany  -  VAT ID DE811234567"),
    (56, 716, 14, "INVOICE"),
    (56, 696, 10, "Number: 2026-0417"),
    (56, 682, 10, "Date: 2026-03-14"),
    (330, 696, 10, "Bluefin Studio Ltd, 3 Quay Street, Galway"),
    (56, 640, 10, "Description"), (300, 640, 10, "Quantity"), (380, 640, 10, "Unit price"), (480, 640, 10, "Amount"),
    (56, 620, 10, "Standing desk, oak, 160 x 80 cm"), (320, 620, 10, "2"), (390, 620, 10, "489.00"),
    (480, 620, 10, "978.00"),
    (56, 602, 10, "Desk lamp, LED, dimmable"), (320, 602, 10, "4"), (390, 602, 10, "39.50"), (480, 602, 10, "158.00"),
    (56, 584, 10, "Cable tray, 80 cm"), (320, 584, 10, "2"), (390, 584, 10, "24.90"), (480, 584, 10, "49.80"),
    (56, 566, 10, "Delivery"), (320, 566, 10, "1"), (390, 566, 10, "45.00"), (480, 566, 10, "45.00"),
    (390, 530, 10, "Net"), (480, 530, 10, "1230.80"),
    (390, 514, 10, "VAT 19 %"), (480, 514, 10, "233.85"),
    (390, 494, 12, "Total EUR"), (480, 494, 12, "1464.65"),
    (56, 440, 10, "Please pay within 14 days."),
)  # fmt: skip
"""Points from the left and from the bottom, size, text."""


def draw_photo() -> None:
    """Draw a city bicycle before a brick wall, a bit soft and noisy as a phone takes it."""
    rng = random.Random(7)  # noqa: S311 - the same picture every time
    scale = 2
    image = Image.new("RGB", (960 * scale, 720 * scale), (178, 106, 84))
    pen = ImageDraw.Draw(image)

    def at(*points: tuple[float, float]) -> list[tuple[float, float]]:
        return [(x * scale, y * scale) for x, y in points]

    for row in range(13):
        for column in range(-1, 13):
            left, top = column * 82 + (41 if row % 2 else 0), row * 42
            tint = rng.randint(-14, 14)
            pen.rectangle(at((left, top), (left + 76, top + 36)), fill=(166 + tint, 84 + tint, 66 + tint))
    pen.rectangle(at((0, 548), (960, 720)), fill=(128, 126, 122))
    pen.ellipse(at((130, 590), (850, 650)), fill=(104, 102, 99))
    for x in (270, 690):
        pen.ellipse(at((x - 130, 350), (x + 130, 610)), outline=(28, 28, 30), width=16 * scale)
        pen.ellipse(at((x - 112, 368), (x + 112, 592)), outline=(196, 198, 200), width=4 * scale)
        for spoke in range(16):
            turn = 2 * math.pi * spoke / 16
            end = (x + 112 * math.cos(turn), 480 + 112 * math.sin(turn))
            pen.line(at((x, 480), end), fill=(170, 172, 174), width=scale)
    frame = (22, 92, 84)
    for line in (((270, 480), (400, 300), (640, 300), (690, 480)), ((400, 300), (470, 480), (640, 300)),
                 ((270, 480), (470, 480)), ((385, 250), (470, 480)), ((620, 235), (640, 300))):  # fmt: skip
        pen.line(at(*line), fill=frame, width=14 * scale, joint="curve")
    pen.ellipse(at((440, 450), (500, 510)), outline=(60, 60, 62), width=9 * scale)
    pen.polygon(at((335, 232), (430, 232), (418, 256), (350, 252)), fill=(92, 58, 36))
    pen.line(at((572, 222), (620, 235), (672, 214)), fill=(40, 40, 42), width=11 * scale, joint="curve")
    pen.rectangle(at((196, 318), (352, 332)), fill=(50, 50, 52))
    pen.polygon(at((206, 262), (342, 262), (330, 318), (218, 318)), fill=(150, 118, 74))
    pen.line(at((508, 296), (536, 303)), fill=(214, 218, 212), width=3 * scale)  # a scratch
    image = image.resize((960, 720), Image.Resampling.LANCZOS).filter(ImageFilter.GaussianBlur(0.7))
    noise = Image.effect_noise(image.size, 18).convert("RGB")
    Image.blend(image, noise, 0.05).save(INPUTS / "bicycle.jpg", quality=82, optimize=True)


def write_invoice() -> None:
    """Write a PDF of one page by hand: five objects, and the table of where they are."""
    escaped = ((x, y, size, text.replace("(", r"\(").replace(")", r"\)")) for x, y, size, text in INVOICE)
    text = "".join(f"BT /F1 {size} Tf {x} {y} Td ({words}) Tj ET\n" for x, y, size, words in escaped)
    lines = "0.6 w 56 634 m 540 634 l S 380 545 m 540 545 l S 380 508 m 540 508 l S\n"
    stream = (text + lines).encode("latin-1")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    (INPUTS / "invoice.pdf").write_bytes(body + end % (size, table, size, len(body)))


if __name__ == "__main__":
    INPUTS.mkdir(exist_ok=True)
    draw_photo()
    write_invoice()
