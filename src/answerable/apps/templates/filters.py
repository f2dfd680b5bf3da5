"""The filters and tests that a template may use. What is not here is not known to a template.

Left out on purpose: `attr` and `format` (ways around the sandbox), `random` (the same input must make the same
prompt), `safe` and its kin (a prompt is text, not HTML), `center` and `wordwrap` (layout, of any size).
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from typing import Any

from jinja2 import Environment, pass_environment
from jinja2 import filters as jinja_filters
from jinja2.filters import FILTERS as JINJA_FILTERS
from jinja2.tests import TESTS as JINJA_TESTS

from answerable.apps.templates import methods
from answerable.apps.templates.faults import Refused
from answerable.apps.templates.meter import CURRENT, weigh
from answerable.apps.templates.writing import write, write_json

_CALL = 8
"""Units of one call: what stands around the work of the filter itself."""


def _indent(text: str, width: int = 4, first: bool = False, blank: bool = False) -> str:
    _check_range("indent", width, 0, 64)
    CURRENT.get().write(len(text) + (text.count("\n") + 1) * width)
    return str(jinja_filters.do_indent(text, width, first, blank))


def _tojson(value: Any, indent: int | None = None) -> str:
    if indent is not None:
        _check_range("tojson", indent, 0, 8)
    return write_json(value, indent=indent)


def _round(value: float, precision: int = 0, method: Any = "common") -> float:
    _check_range("round", precision, -20, 20)
    return jinja_filters.do_round(value, precision, method)


def _int(value: Any, default: int = 0) -> int:
    return jinja_filters.do_int(value, default)


def _escape(value: Any) -> str:
    return html.escape(write(value))


def _truncate(text: str, length: int = 255, killwords: bool = False, end: str = "...") -> str:
    """Cut at a word (or in it), so that text and `end` have `length` characters at most."""
    if len(text) <= length:
        return text
    cut = text[: max(length - len(end), 0)]
    return (cut if killwords else cut.rsplit(" ", 1)[0]) + end


def _replace(text: Any, old: str, new: str, count: int = -1) -> str:
    return methods.replace(write(text), old, new, count)


@pass_environment
def _join(environment: Environment, values: Iterable[Any], d: str = "", attribute: str | None = None) -> str:
    if attribute is not None:
        values = map(jinja_filters.make_attrgetter(environment, attribute), values)
    return methods.join(d, values)


@pass_environment
def _sum(environment: Environment, values: Iterable[Any], attribute: str | None = None) -> Any:
    if attribute is not None:
        values = map(jinja_filters.make_attrgetter(environment, attribute), values)
    return sum(values)


def _check_range(name: str, value: Any, least: int, most: int) -> None:
    if not isinstance(value, int) or not least <= value <= most:
        raise Refused(f"{name} takes a number from {least} to {most}", f"Give {name} a smaller number.")


def _metered(function: Callable[..., Any]) -> Callable[..., Any]:
    """Count what goes in and what comes out; what is computed item by item is computed at once."""
    given = (
        1 if hasattr(function, "jinja_pass_arg") else 0
    )  # Jinja's own argument comes first, and is no value

    @wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        CURRENT.get().spend(_CALL)
        for argument in (*args[given:], *kwargs.values()):
            weigh(argument)
        result = function(*args, **kwargs)
        return weigh(list(result) if isinstance(result, Iterator) else result)

    return run


_KEPT_FILTERS = (
    "abs", "capitalize", "count", "d", "default", "dictsort", "first", "float", "items", "last", "length", "list",
    "lower", "map", "max", "min", "reject", "rejectattr", "reverse", "select", "selectattr", "sort", "title", "trim",
    "unique", "upper", "wordcount",
)  # fmt: skip
_OWN_FILTERS: dict[str, Callable[..., Any]] = {
    "e": _escape,
    "escape": _escape,
    "indent": _indent,
    "int": _int,
    "join": _join,
    "replace": _replace,
    "round": _round,
    "string": write,
    "sum": _sum,
    "tojson": _tojson,
    "truncate": _truncate,
}
FILTERS: Mapping[str, Callable[..., Any]] = {
    name: _metered(function)
    for name, function in ({name: JINJA_FILTERS[name] for name in _KEPT_FILTERS} | _OWN_FILTERS).items()
}
TESTS: Mapping[str, Any] = {
    name: test
    for name, test in JINJA_TESTS.items()
    if name not in {"callable", "escaped", "filter", "test", "sameas"}
}
