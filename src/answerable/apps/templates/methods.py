"""The methods that a template may call, by the type of the value. There are no others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from answerable.apps.templates.faults import Refused
from answerable.apps.templates.meter import CURRENT, weigh
from answerable.apps.templates.writing import write


class Method:
    """A function bound to a value. A template can call it and do nothing else with it: it is no record."""

    __slots__ = ("_function", "_value")

    def __init__(self, function: Callable[..., Any], value: Any) -> None:
        self._function = function
        self._value = value

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        for value in (self._value, *args, *kwargs.values()):
            weigh(value)
        return weigh(self._function(self._value, *args, **kwargs))


def replace(text: str, old: str, new: str, count: int = -1) -> str:
    """Return `text.replace`; its size is known, and counted, before it is made."""
    found = text.count(old)
    times = found if count < 0 else min(found, count)
    CURRENT.get().write(len(text) + times * max(len(new) - len(old), 0))
    return text.replace(old, new, count)


def join(separator: str, values: Iterable[Any]) -> str:
    """Return the values as texts, put together."""
    texts = [write(value) for value in values]
    CURRENT.get().write(len(separator) * len(texts))
    return separator.join(texts)


def _items(mapping: Mapping[Any, Any]) -> list[Any]:
    return list(mapping.items())


def _keys(mapping: Mapping[Any, Any]) -> list[Any]:
    return list(mapping)


def _values(mapping: Mapping[Any, Any]) -> list[Any]:
    return list(mapping.values())


def _get(mapping: Mapping[Any, Any], key: Any, default: Any = None) -> Any:
    return mapping.get(key, default)


_TEXT_NAMES = (
    "capitalize", "count", "endswith", "find", "isdigit", "lower", "lstrip", "removeprefix", "removesuffix", "rstrip",
    "split", "splitlines", "startswith", "strip", "title", "upper",
)  # fmt: skip

TEXT_METHODS: Mapping[str, Callable[..., Any]] = {
    **{name: getattr(str, name) for name in _TEXT_NAMES},
    "join": join,
    "replace": replace,
}
MAPPING_METHODS: Mapping[str, Callable[..., Any]] = {
    "get": _get,
    "items": _items,
    "keys": _keys,
    "values": _values,
}


def make_range(*bounds: int) -> list[int]:
    """Return the numbers of a `range`, counted before they are made."""
    numbers = range(*bounds)
    try:
        length = len(numbers)
    except OverflowError:
        raise Refused("range is too long", "Give it smaller bounds.") from None
    CURRENT.get().spend(length)
    return list(numbers)
