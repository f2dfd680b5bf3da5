"""Images and documents from wherever they come."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import replace

import pytest

from answerable.answering.media.service import MediaLoader
from answerable.answering.media.types import BadDocument, BadImage, MediaLimits
from answerable.core.errors import AnswerableError, InvalidInput, TooLarge
from answerable.knowledge.sources.addresses import UrlRefused
from tests.unit.answering.media.samples import make_pdf, make_picture, open_image, save

PNG = save(make_picture(), "PNG")
PDF = make_pdf(["Invoice 4711", "Page two"])


@pytest.fixture
def loader() -> MediaLoader:
    return MediaLoader()


@pytest.mark.parametrize(
    "head", ["data:image/png;base64", "data:text/plain;charset=x;BASE64", "DATA:;base64"]
)
async def test_a_data_address_is_read_whatever_it_claims_to_be(loader: MediaLoader, head: str) -> None:
    image = await loader.load_image(f"{head},{base64.b64encode(PNG).decode()}")
    assert open_image(image.data).size == (60, 40)


@pytest.mark.parametrize(
    "address",
    [
        "data:image/png,raw",
        "data:image/png;base64",
        "data:image/png;base64,***",
        "garden.png",
        "file:///etc/passwd",
        "",
    ],
)
async def test_what_is_no_file_says_so(loader: MediaLoader, address: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await loader.load_image(address)
    assert caught.value.code == "bad_file"
    assert caught.value.hint


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1/a.png", "http://[::1]/a.png", "https://169.254.169.254/latest", "http://localhost/"],
)
async def test_an_address_of_the_own_network_is_never_asked(loader: MediaLoader, address: str) -> None:
    with pytest.raises(UrlRefused):
        await loader.load_image(address)
    with pytest.raises(UrlRefused):
        await loader.load_document(address)


async def test_a_data_address_is_measured_before_it_is_decoded() -> None:
    loader = MediaLoader(limits=MediaLimits(max_bytes=1000))
    with pytest.raises(TooLarge):
        await loader.load_image("data:image/png;base64," + "A" * 2000)


async def test_pages_become_images_in_their_order(loader: MediaLoader) -> None:
    pages = await loader.load_document(PDF)

    assert [page.media_type for page in pages] == ["image/png", "image/png"]
    shown = [open_image(page.data).convert("L") for page in pages]
    assert [page.size for page in shown] == [(1448, 2048), (1448, 2048)]
    # Black on white, and not the same twice.
    assert [page.getextrema() for page in shown] == [(0, 255), (0, 255)]
    assert pages[0].data != pages[1].data


async def test_a_document_may_be_one_image(loader: MediaLoader) -> None:
    (page,) = await loader.load_document(PNG)
    assert open_image(page.data).size == (60, 40)


async def test_a_page_as_large_as_a_house_is_drawn_small(loader: MediaLoader) -> None:
    (page,) = await loader.load_document(make_pdf(["x"], size=(14_400, 7_200)))
    assert open_image(page.data).size == (2048, 1024)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (make_pdf(["secret"], locked=True), "password"),
        (PDF[:200], "broken"),
        (b"%PDF-1.7 and then nothing", "broken"),
        (b"PK\x03\x04 a zip file", "neither a PDF nor an image"),
        (PNG[:-30], "neither a PDF nor an image"),
    ],
)
async def test_a_document_that_cannot_be_read_says_why(loader: MediaLoader, data: bytes, fault: str) -> None:
    with pytest.raises(BadDocument) as caught:
        await loader.load_document(data)
    assert fault in caught.value.detail
    assert caught.value.hint


async def test_nothing_is_left_out_of_a_long_document() -> None:
    loader = MediaLoader(limits=MediaLimits(max_pages=2))
    assert len(await loader.load_document(PDF)) == 2
    with pytest.raises(TooLarge) as caught:
        await loader.load_document(make_pdf(["one", "two", "three"]))

    assert caught.value.code == "too_many_pages"
    assert "has 3 pages; at most 2" in caught.value.detail


async def test_a_document_that_takes_too_long_is_given_up() -> None:
    loader = MediaLoader(limits=MediaLimits(render_seconds=0.01))
    with pytest.raises(BadDocument) as caught:
        await loader.load_document(PDF)
    assert "0.01 s" in caught.value.detail


async def test_a_pdf_is_no_image_and_an_svg_no_document(loader: MediaLoader) -> None:
    with pytest.raises(BadImage) as image:
        await loader.load_image(PDF)
    assert "PDF" in image.value.detail
    with pytest.raises(BadImage) as document:
        await loader.load_document(b"<svg></svg>")
    assert document.value.code == "svg_refused"


async def test_large_files_are_refused_whatever_they_are() -> None:
    loader = MediaLoader(limits=replace(MediaLimits(), max_bytes=100))
    for load in (loader.load_image, loader.load_document):
        with pytest.raises(AnswerableError) as caught:
            await load(PNG + bytes(100))
        assert isinstance(caught.value, TooLarge)


async def test_many_at_once_all_come(loader: MediaLoader) -> None:
    images = await asyncio.gather(*(loader.load_image(PNG) for _ in range(20)))
    assert {image.data for image in images} == {images[0].data}
