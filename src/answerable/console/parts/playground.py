"""The search playground: the passages of a query with the parts of their scores."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from answerable.apps.rerankers import check_named, list_rerankers
from answerable.console.elements import READ_FORM, Select, Tag
from answerable.console.parts.passage_panel import PassagePanel
from answerable.console.prose import plain_text
from answerable.console.visitor import Visitor
from answerable.core.errors import InvalidInput
from answerable.knowledge.index.search import SearchResult
from answerable.knowledge.types import Hit, RetrievalSettings

_AUTO = "auto"


class Playground:
    """A form, and what the search finds with it."""

    def __init__(self, visitor: Visitor, collection: str, passages: PassagePanel) -> None:
        self._visitor = visitor
        self._collection = collection
        self._passages = passages
        self._hits: Sequence[Hit] = ()
        with Tag("section", "", "playground", aria_label="Search playground"):
            with Tag("form", "", "search-form").on("submit", self._on_search, js_handler=READ_FORM):
                _build_fields(list_rerankers(visitor.services.apps.list_apps()))
            self._results = ui.element("div")
        ui.on("open-source", self._on_open)

    async def _on_search(self, event: GenericEventArguments) -> None:
        fields = event.args
        principal = await self._visitor.check()
        services = self._visitor.services
        collection = await services.knowledge.get_collection(self._collection)
        found = await services.search.search(
            str(fields["query"]),
            collection=collection,
            groups=principal.groups,
            filter=_read_filter(str(fields["filter"])),
            settings=self._read_settings(fields),
        )
        self._show(found)

    def _read_settings(self, fields: dict[str, str]) -> RetrievalSettings:
        """Return what the form says. Raises InvalidInput for a reranker that it does not offer."""
        weight = None if fields["weight"] == _AUTO else float(fields["weight"])
        top_k = int(fields["top_k"]) if fields["top_k"].isdigit() else 8
        reranker = fields.get("reranker") or None
        if reranker is not None:
            check_named(reranker, self._visitor.services.apps.list_apps())
        return RetrievalSettings(top_k=min(max(top_k, 1), 50), dense_weight=weight, reranker=reranker)

    def _show(self, found: SearchResult) -> None:
        self._hits = found.hits
        strongest = max((hit.scores.lexical or 0.0 for hit in found.hits), default=0.0)
        self._results.clear()
        with self._results:
            if not found.hits:
                with Tag("div", "", "empty"):
                    Tag("p", "Nothing found.", "callout-title")
                    Tag("p", "Try other words, or a wider filter.")
                return
            total = found.timings_ms.get("total", 0.0)
            Tag("p", f"{len(found.hits)} passages in {total:.0f} ms", "search-facts", role="status")
            with Tag("ol", "", "hits"):
                for number, hit in enumerate(found.hits, start=1):
                    _build_hit(number, hit, strongest, "Fused" if found.reranker is None else "Reranked")

    async def _on_open(self, event: GenericEventArguments) -> None:
        number = int(event.args["source"])
        if 1 <= number <= len(self._hits):
            await self._passages.open(self._hits[number - 1], number=number)


def _build_fields(rerankers: Sequence[str]) -> None:
    with Tag("div", "", "search-query"):
        Tag(
            "input", "", "input", id="search", name="query", required="required", placeholder="Search the passages",
            aria_label="Query", autocomplete="off", maxlength="1000",
        )  # fmt: skip
        Tag("button", "Search", "button is-primary", type="submit")
    with Tag("div", "", "search-options"):
        with Tag("label", "", "field"):
            Tag("span", "Passages", "label")
            Tag("input", "", "input is-short", type="number", name="top_k", value="8", min="1", max="50")
        with Tag("label", "", "field"):
            Tag("span", "Weight of meaning over words", "label")
            with Tag("span", "", "weight"):
                Tag(
                    "input", type="range", min="-0.05", max="1", step="0.05", value="-0.05", classes="range",
                    aria_label="Weight of meaning over words", id="weight", aria_valuetext="automatic",
                )  # fmt: skip
                Tag("output", "auto", "weight-value", id="weight-shown")
                Tag("input", type="hidden", name="weight", value=_AUTO, id="weight-value")
        if rerankers:
            with Tag("label", "", "field"):
                Tag("span", "Reranker", "label")
                shown = {"": "none", **{name: name for name in rerankers}}
                Select(shown, value="", label="Reranker").set_attribute("name", "reranker")
        with Tag("label", "", "field is-wide"):
            Tag("span", "Filter on metadata (JSON)", "label")
            Tag(
                "input",
                "",
                "input is-mono",
                name="filter",
                placeholder='{"year": {"gte": 2020}}',
                spellcheck="false",
            )


def _build_hit(number: int, hit: Hit, strongest: float, ordered_by: str) -> None:
    title = hit.document.title or hit.document.uri
    place = [part for part in hit.heading_path if part != title]
    if hit.page is not None:
        place.append(f"page {hit.page}")
    with (
        Tag("li"),
        Tag(
            "button",
            "",
            "hit",
            type="button",
            data_source=str(number),
            aria_label=f"Open passage {number}: {title}",
        ),
    ):
        with Tag("span", "", "hit-head"):
            Tag("span", str(number), "source-number", aria_hidden="true")
            Tag("span", title, "source-title")
            Tag("span", " › ".join(place), "source-place")
        Tag("span", plain_text(hit.text), "hit-text")
        with Tag("span", "", "scores"):
            _build_score(ordered_by, hit.score, hit.score, "fused")
            _build_score("Meaning", hit.scores.dense, hit.scores.dense, "dense")
            lexical = hit.scores.lexical
            _build_score(
                "Words", lexical, lexical / strongest if lexical and strongest else lexical, "lexical"
            )


def _build_score(name: str, value: float | None, share: float | None, kind: str) -> None:
    with Tag("span", "", f"score is-{kind}"):
        Tag("span", name, "score-name")
        with Tag("span", "", "score-track", aria_hidden="true"):
            Tag("span", "", "score-bar").style(f"width: {max(0.0, min(share or 0.0, 1.0)):.1%}")
        Tag(
            "span",
            "not asked" if value is None else f"{value:.3f}" if value < 10 else f"{value:.1f}",
            "score-value",
        )


def _read_filter(text: str) -> dict[str, Any] | None:
    if not text.strip():
        return None
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInput(f"The filter is not JSON: {error.msg}.", hint='Such as {"year": 2024}.') from error
    if not isinstance(value, dict):
        raise InvalidInput("The filter is not a JSON object.", hint='Such as {"year": 2024}.')
    return value
