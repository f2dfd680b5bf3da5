"""The page *Models*: what is configured, what it costs and can do, and how it is doing."""

from __future__ import annotations

from fastapi import Request

from answerable.console.elements import Tag
from answerable.console.frame import build_frame
from answerable.console.parts.model_list import ModelList
from answerable.console.visitor import Visitor


async def build_models_page(visitor: Visitor, request: Request) -> None:
    """Build the list of models. Raises Forbidden for a key that may not see them."""
    del request
    visitor.authorise_reader()
    build_frame(visitor, page="models")
    with Tag("div", "", "page", id="main"):
        Tag("h1", "Models")
        Tag(
            "p",
            "What is configured and what apps name. Counts are of this server since it started.",
            "page-lead",
        )
        await ModelList(visitor).show()
