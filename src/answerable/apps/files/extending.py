"""`extends`: a variant is another one of its app with some keys laid over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from answerable.apps.files.places import Node, Problems
from answerable.core.closeness import suggest

_KEY = "extends"
_WHOLE = frozenset({"schema"})
"""Keys whose mappings are replaced: half of one JSON Schema and half of another is none."""

_SHORT = {"output": "schema", "field": "type"}
"""What a text stands for where a mapping can stand: `output: PATH` is `output: {schema: PATH}`."""

_SOURCES = frozenset({"schema", "python"})


def extend_all(variants: Mapping[str, Node], problems: Problems) -> dict[str, Node]:
    """Return each variant with what it inherits; one whose chain is broken is left out, and named."""
    chains = {name: _follow(name, variants, problems) for name in variants}
    return {name: _lay_over(chain) for name, chain in chains.items() if chain is not None}


def _follow(name: str, variants: Mapping[str, Node], problems: Problems) -> list[Node] | None:
    """Return the variant and what it extends, in that order; None when there is no such chain."""
    path, chain = [name], [variants[name]]
    while (named := chain[-1].entries.get(_KEY)) is not None:
        parent = named.value
        if not isinstance(parent, str) or parent not in variants:
            hint = suggest(str(parent), variants) or f"There are {', '.join(variants)}."
            problems.add(named, f"There is no variant {parent!r} to extend.", hint)
            return None
        if parent in path:
            circle = [*path[path.index(parent) :], parent]
            start = circle.index(min(circle))  # the same words whichever of them is looked at
            turned = [*circle[start:-1], *circle[: start + 1]]
            first = variants[turned[0]].entries[_KEY]
            problems.add(
                first, f"{_KEY} goes in a circle: {' -> '.join(turned)}.", "Let one of them stand alone."
            )
            return None
        path.append(parent)
        chain.append(variants[parent])
    return chain


def _lay_over(chain: list[Node]) -> Node:
    result = chain[-1]
    for child in reversed(chain[:-1]):
        result = _merge(result, child)
    entries = {key: entry for key, entry in result.entries.items() if key != _KEY}
    return replace(chain[0], value=entries)


def _merge(below: Node, above: Node, name: str = "") -> Node:
    """Merge two values of the key `name`: mappings key by key; anything else is replaced."""
    if isinstance(below.value, str) and name in _SHORT:
        below = replace(below, value={_SHORT[name]: below})
    if not isinstance(below.value, Mapping) or not isinstance(above.value, Mapping):
        return above
    kept = _SOURCES if _SOURCES & above.value.keys() else frozenset()
    entries = {key: entry for key, entry in below.entries.items() if key not in kept}
    for key, entry in above.entries.items():
        old = entries.get(key)
        entries[key] = (
            entry if old is None or key in _WHOLE else _merge(old, entry, "field" if name == "input" else key)
        )
    return replace(above, value=entries)
