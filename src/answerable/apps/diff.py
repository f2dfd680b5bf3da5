"""What differs between two variants: settings by their path, and texts line by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any, Final, Literal

from answerable.apps.types import Variant

Action = Literal["added", "removed", "changed"]

_ABSENT: Final = object()


@dataclass(frozen=True, slots=True)
class Change:
    """One entry that differs. `path` is as in the file: `resilience.deadline`, `prompt.examples[0].output`.

    `before` is None where the entry was `added`, `after` where it was `removed`. `lines` is the unified diff of a
    text of several lines, without a header.
    """

    path: str
    action: Action
    before: Any
    after: Any
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VariantDiff:
    """From one variant to another of the same app; no changes when their contents are equal."""

    before: Variant
    after: Variant
    changes: tuple[Change, ...]


def diff_variants(before: Variant, after: Variant) -> VariantDiff:
    """Compare two variants entry by entry, in the order of the file."""
    old, new = (variant.content.model_dump(mode="json") for variant in (before, after))
    return VariantDiff(before, after, tuple(_compare("", old, new)))


def _compare(path: str, old: Any, new: Any) -> Iterator[Change]:
    if old is not _ABSENT and new is not _ABSENT and _is_same(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _compare_entries(path, old, new)
    elif isinstance(old, list) and isinstance(new, list) and _holds_entries(old + new):
        for index in range(max(len(old), len(new))):
            yield from _compare(f"{path}[{index}]", _at(old, index), _at(new, index))
    else:
        yield _to_change(path, old, new)


def _compare_entries(path: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Change]:
    for key in [*new, *(key for key in old if key not in new)]:
        inner = f"{path}.{key}" if path else key
        yield from _compare(inner, old.get(key, _ABSENT), new.get(key, _ABSENT))
    if list(old) != list(new) and old.keys() == new.keys():
        yield Change(f"{path} (order)", "changed", list(old), list(new))


def _is_same(old: Any, new: Any) -> bool:
    """Tell whether two values are equal, order of entries included, and of the same type (1 is not true)."""
    if isinstance(old, dict) and isinstance(new, dict):
        return list(old) == list(new) and all(_is_same(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(_is_same, old, new))
    return bool(old == new) and isinstance(old, bool) == isinstance(new, bool)


def _holds_entries(items: list[Any]) -> bool:
    """Tell a list of things, compared one by one, from a list of values, which reads best whole."""
    return any(isinstance(item, dict) for item in items)


def _at(items: list[Any], index: int) -> Any:
    return items[index] if index < len(items) else _ABSENT


def _to_change(path: str, old: Any, new: Any) -> Change:
    if old is _ABSENT:
        return Change(path, "added", None, new, _diff_lines("", new))
    if new is _ABSENT:
        return Change(path, "removed", old, None, _diff_lines(old, ""))
    return Change(path, "changed", old, new, _diff_lines(old, new))


def _diff_lines(old: Any, new: Any) -> tuple[str, ...]:
    if not (isinstance(old, str) and isinstance(new, str)) or "\n" not in old + new:
        return ()
    lines = unified_diff(old.splitlines(), new.splitlines(), lineterm="")
    return tuple(lines)[2:]  # the header names files, which these texts are not
