"""The files of an input: what is wrong with one is said with the name of its field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from answerable.answering.media.service import MediaLoader
from answerable.answering.media.types import MediaLimits
from answerable.answering.prompting.files import load_files
from answerable.apps.content import InputField
from answerable.core.errors import CallerError
from answerable.llm.types import Image

FIELDS = {
    "front": InputField(type="image"),
    "back": InputField(type="image", required=False),
    "invoice": InputField(type="document", required=False),
}
READY = Image(b"png", "image/png")


@pytest.mark.parametrize(
    ("given", "code", "detail"),
    [
        ({"back": b"x" * 2000}, "image_too_large", "back: The image has 0.0 MiB, more than 0."),
        ({"back": b"<svg></svg>"}, "svg_refused", "back: The image is an SVG"),
        ({"back": b"no picture"}, "bad_image", "back: The file is no image of a known format."),
        ({"back": "picture.png"}, "bad_file", "back: 'picture.png' is no file."),
        ({"back": "http://127.0.0.1/x.png"}, "url_refused", "back: "),
        ({"invoice": b"no pages"}, "bad_document", "invoice: The file is neither a PDF nor an image"),
    ],
)
async def test_a_file_that_cannot_be_taken_is_named_by_its_field(
    given: Mapping[str, Any], code: str, detail: str
) -> None:
    values = {"front": READY, "back": None, "invoice": None, **given}
    with pytest.raises(CallerError) as caught:
        await load_files(FIELDS, values, MediaLoader(limits=MediaLimits(max_bytes=1000)))

    error, (field,) = caught.value, given
    assert error.code == code
    assert error.detail.startswith(detail), error.detail
    assert str(error).startswith(detail), str(error)
    assert [problem.at for problem in error.problems] == [field]
    assert error.hint, "what to do is still said"
