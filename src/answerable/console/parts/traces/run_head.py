"""The head of a run's page: the question, what is out of the ordinary, and the facts."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final
from urllib.parse import quote, urlencode

from answerable.console.elements import Markup, Tag
from answerable.console.parts.figures import format_cost, format_duration
from answerable.console.parts.past_inputs import preview_input
from answerable.console.parts.traces.filter_query import to_address
from answerable.console.parts.traces.marks import STATUSES, list_tags, render_moment, render_thumb
from answerable.traces.types import Trace

_HASH: Final = 12
_UNTITLED: Final = "A run whose content is not kept"


def build_title(trace: Trace) -> None:
    """Build the question with the tags below it."""
    Tag("h1", preview_input(trace) or _UNTITLED, "trace-title")
    with Tag("div", "", "trace-tags"):
        if trace.status == "ok":
            Tag("span", STATUSES["ok"].lower(), "tag is-good")
        for style, word in list_tags(trace):
            Tag("span", word, f"tag {style}".rstrip())
        if trace.accepted:
            Tag("span", "accepted", "tag is-good")
        Markup(render_thumb(trace.thumb), tag="span")


def build_run_facts(trace: Trace, *, linked: bool = True) -> None:
    """Build the facts; `linked` ones lead to the app and to other runs like this."""
    facts = list(_list_linked(trace) if linked else _list_plain(trace))
    facts += _list_numbers(trace)
    with Tag("dl", "", "trace-facts"):
        for title, html in facts:
            with Tag("div"):
                Tag("dt", title)
                Markup(html, tag="dd")


def build_problem(trace: Trace) -> None:
    """Build what went wrong, if anything did."""
    if trace.status != "error":
        return
    with Tag("div", "", "callout is-problem", role="alert"):
        Tag("p", trace.error_code or "It failed.", "callout-title")
        Tag("p", trace.error_detail or "")


def _list_linked(trace: Trace) -> Iterator[tuple[str, str]]:
    app = f"/apps/{quote(trace.app)}"
    yield "App", _link(trace.app, app)
    yield "Variant", _link(trace.variant, f"{app}?{urlencode({'variant': trace.variant})}", code=True)
    yield "Hash", _copy(trace.variant_hash)
    if trace.label:
        yield "Label", escape(trace.label)
    if trace.user:
        yield "User", _link(trace.user, to_address({"user": trace.user}))
    if trace.conversation_id:
        yield (
            "Conversation",
            _link(trace.conversation_id, to_address({"conversation_id": trace.conversation_id})),
        )
    yield "Began", render_moment(trace.started_at, "long")
    yield "Trace", _copy(trace.id)


def _list_plain(trace: Trace) -> Iterator[tuple[str, str]]:
    yield "App", escape(trace.app)
    yield "Variant", f"<code>{escape(trace.variant)}</code>"
    yield "Began", render_moment(trace.started_at, "long")


def _list_numbers(trace: Trace) -> Iterator[tuple[str, str]]:
    usage = trace.usage
    if trace.model:
        yield "Model", f'<span data-tip="{escape(trace.model)}">{escape(trace.model)}</span>'
    yield "Time", format_duration(trace.duration_ms)
    if trace.first_token_ms is not None:
        yield "First token", format_duration(trace.first_token_ms)
    tokens = f"{usage.input_tokens:,} in, {usage.output_tokens:,} out"
    yield "Tokens", f'<span data-tip="{tokens}">{usage.input_tokens:,} → {usage.output_tokens:,}</span>'
    yield "Cost", escape(format_cost(trace.cost_usd))
    if trace.saved_usd:
        yield "Saved by the cache", escape(format_cost(trace.saved_usd))
    if trace.collection:
        yield "Collection", escape(trace.collection)
    if trace.retrieval_score is not None:
        yield "Best passage", f"{trace.retrieval_score:.2f}"


def _link(text: str, address: str, *, code: bool = False) -> str:
    inner = f"<code>{escape(text)}</code>" if code else escape(text)
    return f'<a href="{escape(address)}" data-tip="{escape(text)}">{inner}</a>'


def _copy(text: str) -> str:
    return (
        f'<button type="button" class="copy" data-copy="{escape(text)}" aria-label="Copy {escape(text)}">'
        f'<span class="icon icon-copy" aria-hidden="true"></span><span>{escape(text[:_HASH])}</span></button>'
    )
