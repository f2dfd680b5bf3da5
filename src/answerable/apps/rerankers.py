"""The rerankers that variants name."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from answerable.apps.planning import AppChange
from answerable.apps.types import App
from answerable.core.closeness import suggest
from answerable.core.errors import InvalidInput

CheckReranker = Callable[[str], None]
"""Raises InvalidInput for a name that no reranker can have here."""


def check_rerankers(changes: Iterable[AppChange], check: CheckReranker) -> None:
    """Raises InvalidInput, naming the variant, for a new one whose reranker cannot be had.

    One that is registered already may stay: a provider may be gone from the settings, and that stops nobody else.
    """
    for change in changes:
        for one in change.variants:
            grounding = one.variant.content.grounding
            if one.action != "registered" or grounding is None or grounding.reranker is None:
                continue
            try:
                check(grounding.reranker)
            except InvalidInput as error:
                raise InvalidInput(
                    f"The variant {change.name}@{one.variant.name} has the reranker {grounding.reranker!r}. "
                    f"{error.detail}",
                    hint=error.hint,
                    code=error.code,
                ) from error


def list_rerankers(apps: Iterable[App]) -> tuple[str, ...]:
    """Return the rerankers of all registered variants, each once, by name."""
    groundings = (variant.content.grounding for app in apps for variant in app.variants)
    return tuple(sorted({one.reranker for one in groundings if one is not None and one.reranker is not None}))


def check_named(reranker: str, apps: Iterable[App]) -> None:
    """Raises InvalidInput for a reranker that no variant names.

    Whoever may only search cannot have any model of a provider called at the operator's cost.
    """
    known = list_rerankers(apps)
    if reranker not in known:
        raise InvalidInput(
            f"No variant of an app has the reranker {reranker!r}; there are: {', '.join(known) or 'none'}.",
            hint=suggest(reranker, known)
            or "Put it into a variant, `reranker: PROVIDER:MODEL`, and apply that.",
            code="unknown_reranker",
        )
