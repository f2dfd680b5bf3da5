"""An answer: its sentences by verdict, its markers as buttons, what it cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from html import escape

from answerable.answering.types import Answer, Citation, Verdict
from answerable.console.parts.figures import format_cost, format_duration
from answerable.console.prose import Mark, render_prose
from answerable.knowledge.types import Hit

VERDICTS: dict[Verdict, tuple[str, str]] = {
    "supported": ("Supported", "The cited passage says this."),
    "partial": ("Partly supported", "The cited passage says a part of this."),
    "unsupported": ("Not supported", "No cited passage says this."),
    "unchecked": ("Not checked", "This sentence was not checked."),
}
"""Each verdict's name, and what it means when the verifier gives no reason of its own."""


def render_answer_text(text: str, *, titles: Sequence[str], citations: Sequence[Citation]) -> str:
    """Return the answer as HTML. `titles` are those of its sources in marker order.

    As long as it streams there are no citations, and no sentence has a verdict yet.
    """
    marks = [_mark_sentence(place, citation) for place, citation in enumerate(citations)]
    return render_prose(text, marks=marks, render_marker=lambda number: _render_marker(number, titles))


def render_verdicts(citations: Iterable[Citation]) -> str:
    """Return the legend with counts: `3 supported, 1 not supported`, each drawn as in the text."""
    counts = Counter(citation.verdict for citation in citations)
    items = [
        f'<li class="verdict-item"><span class="sentence is-{verdict}" aria-hidden="true">Aa</span>'
        f"<span>{counts[verdict]} {escape(name.lower())}</span></li>"
        for verdict, (name, _) in VERDICTS.items()
        if counts[verdict]
    ]
    return f'<ul class="verdicts" aria-label="Verdicts">{"".join(items)}</ul>' if items else ""


def list_facts(answer: Answer) -> list[tuple[str, str]]:
    """Return what the footer says: pairs of a name and a value."""
    facts = [("Model", answer.model)]
    first, total = answer.timings_ms.get("first_token"), answer.timings_ms.get("total")
    if first is not None:
        facts.append(("First token", format_duration(first)))
    if total is not None:
        facts.append(("Total", format_duration(total)))
    if answer.cached:
        facts.append(("Answer", "from the cache"))
    facts.append(("Tokens", f"{answer.tokens_used:,}"))
    facts.append(("Cost", format_cost(answer.cost_usd)))
    return facts


def name_sources(sources: Iterable[Hit]) -> list[str]:
    """Return what passages are called: by the titles of their documents."""
    return [hit.document.title or hit.document.uri for hit in sources]


def list_cited(citations: Sequence[Citation], *, sources: int) -> list[int]:
    """Return the numbers of the passages that an answer names, in order; there are so many `sources`."""
    named = {number for citation in citations for number in citation.markers}
    named |= {citation.source for citation in citations if citation.source is not None}
    return sorted(number for number in named if 1 <= number <= sources)


def find_span(citations: Sequence[Citation], number: int, sentence: int | None) -> tuple[int, int] | None:
    """Return the best span of a passage: of the sentence that was clicked, else of the first that it supports."""
    first = citations[sentence : sentence + 1] if sentence is not None else ()
    for citation in (*first, *citations):
        if (
            citation.source == number
            and citation.passage_start is not None
            and citation.passage_end is not None
        ):
            return citation.passage_start, citation.passage_end
    return None


def _mark_sentence(place: int, citation: Citation) -> Mark:
    name, meaning = VERDICTS[citation.verdict]
    return Mark(
        citation.start,
        citation.end,
        f"sentence is-{citation.verdict} s-{place}",
        {
            "data-tip": f"{name}. {citation.reason or meaning}",
            "data-sentence": str(place),
            "tabindex": "0",
            "role": "mark",
            "aria-roledescription": name,
        },
    )


def _render_marker(number: int, titles: Sequence[str]) -> str:
    if not 1 <= number <= len(titles):
        tip = f"The answer names source {number}, but there is none."
        return f'<span class="cite is-broken" data-tip="{escape(tip)}">{number}</span>'
    label = escape(f"Source {number}: {titles[number - 1]}")
    data = f'data-source="{number}" data-tip="{label}"'
    return f'<button type="button" class="cite" {data} aria-label="{label}">{number}</button>'
