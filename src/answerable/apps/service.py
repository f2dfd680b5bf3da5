"""Which variant answers: the app's own, over the collection that was asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from answerable.apps.types import Variant
from answerable.core.errors import NotFound


class AppService:
    """The apps of a workspace, each with the variant that answers."""

    def __init__(self, variants: Mapping[str, Variant], *, default: str) -> None:
        self._variants = dict(variants)
        self._default = default

    def list_apps(self) -> list[str]:
        return sorted(self._variants)

    def get_variant(self, app: str | None = None, collection: str | None = None) -> Variant:
        """Return the variant of the app (the default one when None). Raises NotFound for an unknown app.

        Another collection makes another variant: its content, and so its hash, is different.
        """
        name = app or self._default
        variant = self._variants.get(name)
        if variant is None:
            raise NotFound(
                f"There is no app {name!r}.",
                hint=f"Apps here: {', '.join(self.list_apps())}.",
                code="unknown_app",
            )
        return variant if collection is None else replace(variant, collection=collection)
