"""All apps at one moment, in memory: what a request's `APP` or `APP@VARIANT` means, without any I/O."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from difflib import get_close_matches

from answerable.apps.types import App, Variant
from answerable.core.errors import InvalidInput, NotFound

PRODUCTION = "production"
"""The label that a request means when it names only the app."""

_HASH_PREFIX = re.compile(r"^[0-9a-f]{7,64}$")
_MOST_LISTED = 20


class Snapshot:
    """The apps of a workspace as they stood in one transaction."""

    def __init__(self, apps: Mapping[str, App]) -> None:
        self.apps = apps
        self._by_hash = {
            (name, variant.hash): variant for name, app in apps.items() for variant in app.variants
        }
        self._any_by_hash = {hash: variant for (_, hash), variant in self._by_hash.items()}
        self.contents = {hash: variant.content for hash, variant in self._any_by_hash.items()}

    def get_app(self, name: str) -> App:
        """Raises NotFound (`unknown_app`) with the apps that are there, the likeliest first."""
        app = self.apps.get(name)
        if app is None:
            raise NotFound(
                f"There is no app {name!r}.",
                hint=_list_choices(
                    "Apps here", name, self.apps, none="No app is registered: `answerable apply`."
                ),
                code="unknown_app",
            )
        return app

    def get_variant(self, reference: str) -> Variant:
        """Return what `APP` (its label `production`) or `APP@VARIANT` names.

        VARIANT is the name of a variant, a label, the start of a hash (7 digits or more), or a variant's id
        (`name@hash`), in this order. Raises NotFound (`unknown_app`, `unknown_variant`) and InvalidInput
        (`ambiguous_variant`).
        """
        name, pinned, selector = reference.partition("@")
        return self.select(self.get_app(name), selector if pinned else PRODUCTION)

    def find_label(self, reference: str) -> str:
        """Return the label by which `get_variant` finds what the reference names, empty where it names the variant."""
        name, pinned, selector = reference.partition("@")
        label, app = selector if pinned else PRODUCTION, self.get_app(name)
        return label if label in app.labels and label not in app.names else ""

    def select(self, app: App, selector: str) -> Variant:
        """Return the variant of the app that the part after the `@` names. Raises as `get_variant` does."""
        found = app.names.get(selector)
        if found is not None:
            return found
        label = app.labels.get(selector)
        if label is not None:
            return label.variant
        found = _find_by_prefix(app, selector)
        if found is None:
            raise _unknown_variant(app, selector)
        return found

    def find_by_hash(self, hash: str, app: str | None = None) -> Variant | None:
        """Return the variant of exactly this content, of this app or of any."""
        return self._any_by_hash.get(hash) if app is None else self._by_hash.get((app, hash))


def _find_by_prefix(app: App, selector: str) -> Variant | None:
    """Return the variant with that start of a hash, or of that name and start of a hash."""
    name, _, prefix = selector.rpartition("@")
    if not _HASH_PREFIX.match(prefix):
        return None
    found = {
        variant.hash: variant
        for variant in app.variants
        if variant.hash.startswith(prefix) and name in ("", variant.name)
    }
    if len(found) > 1:
        raise InvalidInput(
            f"{selector!r} is the start of {len(found)} hashes of the app {app.name!r}.",
            hint=f"Give more digits: {', '.join(sorted(found)[:_MOST_LISTED])}.",
            code="ambiguous_variant",
        )
    return next(iter(found.values()), None)


def _unknown_variant(app: App, selector: str) -> NotFound:
    choices = _list_choices(
        "Variants and labels here",
        selector,
        [*app.names, *app.labels],
        none="It has no variants yet: `answerable apply`.",
    )
    if selector == PRODUCTION:
        return NotFound(
            f"The app {app.name!r} has no label {PRODUCTION!r}, which is what its bare name means.",
            hint=f"Set it: `answerable apps label {app.name} {PRODUCTION}=VARIANT --reason TEXT`. {choices}",
            code="unknown_variant",
        )
    return NotFound(
        f"The app {app.name!r} has no variant {selector!r}.",
        hint=f"{choices} The start of a hash (7 digits or more) names one too.",
        code="unknown_variant",
    )


def _list_choices(title: str, wanted: str, names: Collection[str], *, none: str) -> str:
    if not names:
        return none
    close = get_close_matches(wanted, names, n=3)
    ordered = [*close, *sorted(set(names) - set(close))]
    more = f" and {len(ordered) - _MOST_LISTED} more" if len(ordered) > _MOST_LISTED else ""
    meant = f"Did you mean {close[0]!r}? " if close else ""
    return f"{meant}{title}: {', '.join(ordered[:_MOST_LISTED])}{more}."
