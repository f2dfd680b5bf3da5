"""The images and documents of an input: loaded, and named in the prompt by their places among the images."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from answerable.answering.fields import FILES
from answerable.answering.prompting.inputs import Declared
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
    """Load the files in the order in which they are declared; raises what loading raises."""
    images: list[Image] = []
    named: dict[str, Any] = dict(values)
    for name, field in declared.items():
        if field.type not in FILES:
            continue
        value, first = values[name], len(images) + 1
        if isinstance(value, Image):
            images.append(value)
        elif value is not None and field.type == "image":
            images.append(await loader.load_image(value))
        elif value is not None:
            images.extend(await loader.load_document(value))
        named[name] = _name_places(first, len(images))
    return Loaded(named, tuple(images))


def _name_places(first: int, last: int) -> str:
    if last < first:
        return ""
    return f"image {first}" if first == last else f"images {first} to {last}"
