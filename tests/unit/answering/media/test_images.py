"""What becomes of an image on its way to a model, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from answerable.answering.media.images import recode_image
from answerable.answering.media.types import BadImage, MediaLimits
from answerable.core.errors import AnswerableError, TooLarge
from tests.unit.answering.media.samples import make_picture, make_png_header, open_image, save

LIMITS = MediaLimits()
BLUE, RED = (0, 0, 200), (200, 0, 0)


def recode(data: bytes, limits: MediaLimits = LIMITS) -> Pillow.Image:
    return open_image(recode_image(data, limits).data)


def is_near(pixel: object, colour: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(one - other) < 30 for one, other in zip(pixel, colour, strict=True))


@pytest.mark.parametrize(
    ("kind", "sent_as"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("WEBP", "image/jpeg"),
        ("GIF", "image/png"),
        ("MPO", "image/jpeg"),
    ],
)
def test_an_image_stays_what_it_shows(kind: str, sent_as: str) -> None:
    image = recode_image(save(make_picture(), kind), LIMITS)
    shown = open_image(image.data)

    assert image.media_type == sent_as
    assert shown.size == (60, 40)
    assert is_near(shown.convert("RGB").getpixel((5, 5)), BLUE)
    assert is_near(shown.convert("RGB").getpixel((50, 30)), RED)


def test_exif_is_applied_and_gone() -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn it by 90 degrees
    exif[0x010E] = "taken in my garden"
    data = save(make_picture(), "JPEG", exif=exif, comment=b"a secret")
    image = recode_image(data, LIMITS)
    shown = open_image(image.data)

    assert shown.size == (40, 60)
    assert is_near(shown.getpixel((35, 5)), BLUE)
    assert not shown.getexif()
    assert b"garden" in data
    assert b"secret" in data
    assert b"garden" not in image.data
    assert b"secret" not in image.data


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "JPEG"])
def test_nothing_but_pixels_goes_on(kind: str) -> None:
    data = save(make_picture(), kind, icc_profile=b"a secret profile" * 20) + b"<script>a secret end</script>"
    image = recode_image(data, LIMITS)

    assert b"secret" not in image.data
    assert set(open_image(image.data).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}


def test_what_is_transparent_is_white() -> None:
    picture = make_picture().convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 30, 20))
    shown = recode(save(picture, "PNG"))

    assert shown.mode == "RGB"
    assert shown.getpixel((5, 5)) == (255, 255, 255)
    assert shown.getpixel((50, 30)) == RED


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGBA", "I;16", "CMYK"])
def test_every_mode_of_pixels_is_understood(mode: str) -> None:
    picture = Pillow.new("L", (8, 8), 200)
    if mode == "I;16":
        picture = Pillow.frombytes("I;16", (8, 8), (200 * 257).to_bytes(2, "little") * 64)
    else:
        picture = picture.convert("L" if mode == "PA" else mode)
    kind = "JPEG" if mode == "CMYK" else "PNG"
    shown = recode(save(picture, kind)).convert("L")

    expected = 255 if mode == "1" else 200
    assert abs(int(str(shown.getpixel((4, 4)))) - expected) < 8


def test_the_first_frame_of_a_moving_image_stands_for_it() -> None:
    frames = [make_picture(), Pillow.new("RGB", (60, 40), (0, 200, 0))]
    shown = recode(save(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50))

    assert getattr(shown, "n_frames", 1) == 1
    assert is_near(shown.convert("RGB").getpixel((50, 30)), RED)


def test_thirty_megapixels_are_made_smaller() -> None:
    shown = recode(save(Pillow.new("RGB", (6600, 4600), RED), "JPEG", quality=30))

    assert shown.size == (2048, 1427)
    assert is_near(shown.getpixel((1000, 700)), RED)


def test_a_long_strip_keeps_its_proportions() -> None:
    assert recode(save(Pillow.new("L", (20_480, 1024)), "PNG")).size == (2048, 103)


def test_a_lossless_image_that_stays_large_becomes_a_jpeg() -> None:
    noise = save(Pillow.effect_noise((400, 400), 90), "PNG")

    assert recode_image(noise, LIMITS).media_type == "image/png"
    assert recode_image(noise, replace(LIMITS, max_sent_bytes=20_000)).media_type == "image/jpeg"


@pytest.mark.parametrize(("width", "height"), [(10_000, 5_001), (12_000, 10_000), (60_000, 60_000)])
def test_a_bomb_is_refused_by_its_header(width: int, height: int) -> None:
    with pytest.raises(TooLarge) as caught:
        recode_image(make_png_header(width, height), LIMITS)
    assert caught.value.code == "image_too_large"
    assert "50" in caught.value.detail


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(TooLarge) as caught:
        recode_image(bytes(101), replace(LIMITS, max_bytes=100))
    assert caught.value.code == "image_too_large"


@pytest.mark.parametrize(
    "markup",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b'\xef\xbb\xbf <?xml version="1.0"?>\n<!-- a picture -->\n<SVG></SVG>',
    ],
)
def test_svg_is_refused_by_name(markup: bytes) -> None:
    with pytest.raises(BadImage) as caught:
        recode_image(markup, LIMITS)
    assert caught.value.code == "svg_refused"
    assert "scripts" in caught.value.detail


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no image at all",
        b"%PDF-1.7",
        b"<html></html>",
        save(make_picture(), "TIFF"),
        save(make_picture(), "PNG")[:-30],
        save(make_picture(), "JPEG")[:-300],
        save(make_picture(), "GIF")[:40],
        make_png_header(10, 10),
        b"\x89PNG\r\n\x1a\n" + bytes(100),
    ],
)
def test_what_is_broken_or_no_image_says_so(data: bytes) -> None:
    with pytest.raises(BadImage) as caught:
        recode_image(data, LIMITS)
    assert caught.value.code == "bad_image"
    assert caught.value.hint


def test_a_jpeg_of_thousands_of_scans_is_refused() -> None:
    data = save(make_picture(), "JPEG", progressive=True)
    with pytest.raises(BadImage):
        recode_image(data + b"\xff\xda" * 300, LIMITS)


_WHOLE = {kind: save(make_picture(), kind) for kind in ("JPEG", "PNG", "WEBP", "GIF")}


@settings(max_examples=300, deadline=None)
@given(
    kind=st.sampled_from(sorted(_WHOLE)), place=st.floats(0, 0.999), garbage=st.binary(min_size=1, max_size=8)
)
def test_bytes_that_are_wrong_anywhere_are_an_image_or_an_error_of_ours(
    kind: str, place: float, garbage: bytes
) -> None:
    data = bytearray(_WHOLE[kind])
    start = int(place * len(data))
    data[start : start + len(garbage)] = garbage
    try:
        image = recode_image(bytes(data), replace(LIMITS, max_pixels=1_000_000))
    except AnswerableError:
        return
    assert open_image(image.data).size[0] > 0
