"""The images and documents of an input: loaded, and named in the prompt by their places among the images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from answerable.answering.fields import FILES
from answerable.answering.prompting.inputs import Declared
from answerable.apps.content import InputField
from answerable.core.errors import CallerError
from answerable.llm.types import Image


class FileLoader(Protocol):
    """Makes safe, re-encoded images of bytes, https addresses and base64 data addresses.

    Raises InvalidInput for what is no such file, and TooLarge.
    """

    async def load_image(self, source: bytes | str) -> Image: ...

    async def load_document(self, source: bytes | str) -> tuple[Image, ...]:
        """Return the pages."""
        ...


@dataclass(frozen=True, slots=True)
class Loaded:
    """`values` as a template sees them: a file is `image 1`, a document `images 2 to 4`, an absent one is empty."""

    values: Mapping[str, Any]
    images: tuple[Image, ...]


async def load_files(declared: Declared, values: Mapping[str, Any], loader: FileLoader) -> Loaded:
    """Load the files in the order in which they are declared; raises what loading raises, with the field's name."""
    images: list[Image] = []
    named: dict[str, Any] = dict(values)
    for name, field in declared.items():
        if field.type not in FILES:
            continue
        first = len(images) + 1
        try:
            images += await _load(field, values[name], loader)
        except CallerError as error:
            error.name_field(name)
            raise
        named[name] = _name_places(first, len(images))
    return Loaded(named, tuple(images))


async def _load(field: InputField, value: Any, loader: FileLoader) -> tuple[Image, ...]:
    """Return the images that a value is: none, one, or the pages of a document."""
    if value is None:
        return ()
    if isinstance(value, Image):
        return (value,)
    if field.type == "image":
        return (await loader.load_image(value),)
    return await loader.load_document(value)


def _name_places(first: int, last: int) -> str:
    if last < first:
        return ""
    return f"image {first}" if first == last else f"images {first} to {last}"
