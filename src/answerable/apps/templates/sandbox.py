"""The sandbox: data, a few methods, a few filters, and a meter beside everything that takes time or memory.

Jinja's own sandbox denies underscores and lets the rest through. Here nothing is let through that is not listed:
a value is data, and the only objects are those that Jinja itself puts into a template.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jinja2 import StrictUndefined, Undefined, pass_context
from jinja2.runtime import Context, LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from answerable.apps.templates.faults import Refused
from answerable.apps.templates.filters import FILTERS, TESTS
from answerable.apps.templates.meter import CURRENT, check_integer, weigh
from answerable.apps.templates.methods import MAPPING_METHODS, TEXT_METHODS, Method, make_range
from answerable.apps.templates.rewriting import CHARGE, EACH, JOIN, WEIGH
from answerable.apps.templates.writing import write

_CALL = 8
_LOOP_VALUES = frozenset(
    {
        "depth",
        "depth0",
        "first",
        "index",
        "index0",
        "last",
        "length",
        "nextitem",
        "previtem",
        "revindex",
        "revindex0",
    }
)
_RECORD_FIELDS = ("__dataclass_fields__", "model_fields")  # of a dataclass, of a Pydantic model
_LOOP_METHODS = frozenset({"changed", "cycle"})
_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "**": operator.pow,
    "%": operator.mod,
}


class PromptEnvironment(ImmutableSandboxedEnvironment):
    """One for the whole process: it holds no template and no value. Rendering needs a Meter in CURRENT."""

    intercepted_binops = frozenset(_ARITHMETIC)

    def __init__(self) -> None:
        # Autoescape would turn quotes into entities, and a prompt is text. Without the optimizer nothing of a
        # template runs before it is rendered, when there is a meter.
        super().__init__(undefined=StrictUndefined, autoescape=False, optimized=False, cache_size=0)
        self.finalize = pass_context(lambda _, value: write(value))
        self.filters = {**FILTERS, WEIGH: weigh, EACH: _each, CHARGE: _charge, JOIN: _join}
        self.tests = dict(TESTS)
        self.globals = {"range": make_range, "namespace": Namespace}

    @staticmethod
    def concat(parts: Iterable[str]) -> str:  # Jinja has the bound str.join there
        texts = list(parts)
        CURRENT.get().write(sum(map(len, texts)))
        return "".join(texts)

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a method or a key of a mapping, a method of a text, a field of a record; else an undefined value."""
        if isinstance(obj, Mapping):
            if attribute in MAPPING_METHODS:
                return Method(MAPPING_METHODS[attribute], obj)
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        if isinstance(obj, str) and attribute in TEXT_METHODS:
            return Method(TEXT_METHODS[attribute], obj)
        if isinstance(obj, Undefined):
            return getattr(obj, attribute)  # raises, and says what is undefined
        if isinstance(obj, LoopContext) and attribute in _LOOP_METHODS:
            return Method(_call_loop, (obj, attribute))
        if not attribute.startswith("_") and _is_value_of(obj, attribute):
            return getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if not isinstance(obj, str | list | tuple | Mapping):
            return (
                self.getattr(obj, argument)
                if isinstance(argument, str)
                else self.undefined(obj=obj, name=argument)
            )
        try:
            return obj[argument]
        except (TypeError, LookupError):
            return (
                self.getattr(obj, argument)
                if isinstance(argument, str)
                else self.undefined(obj=obj, name=argument)
            )

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        CURRENT.get().spend(_CALL)
        if isinstance(obj, Macro):
            return context.call(obj, *args, **kwargs)
        if isinstance(obj, Undefined):
            return obj()  # raises, and says what is undefined
        if not isinstance(obj, Method) and obj is not make_range and obj is not Namespace:
            raise Refused(
                f"a {type(obj).__name__} cannot be called", "Call a macro or a method of a text or mapping."
            )
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        return obj(*args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ARG002
        """Calculate with numbers, put texts or lists together, repeat them; each counted before it is done."""
        if operator == "*" and isinstance(left, int) and isinstance(right, str | list | tuple):
            left, right = right, left
        if isinstance(left, str | list | tuple):
            _check_growth(operator, left, right)
        elif isinstance(left, int) and isinstance(right, int):
            _check_power(operator, left, right)
        return weigh(_ARITHMETIC[operator](left, right))


def _is_value_of(obj: Any, attribute: str) -> bool:
    if isinstance(obj, LoopContext):
        return attribute in _LOOP_VALUES
    if type(obj) is Namespace:
        return hasattr(obj, attribute)
    return any(attribute in getattr(type(obj), fields, ()) for fields in _RECORD_FIELDS)


def _call_loop(loop: tuple[LoopContext, str], *args: Any) -> Any:
    return getattr(loop[0], loop[1])(*args)


def _check_growth(operator: str, left: Any, right: Any) -> None:
    if operator == "+" and isinstance(right, type(left)):
        size = len(left) + len(right)
    elif operator == "*" and isinstance(right, int):
        size = len(left) * max(right, 0)
    else:
        raise Refused(
            f"{operator} does not work on a {type(left).__name__} and a {type(right).__name__}",
            "Put texts together with ~.",
        )
    CURRENT.get().write(size)
    if not isinstance(left, str):
        CURRENT.get().spend(size)


def _check_power(operator: str, left: int, right: int) -> None:
    """Refuse what would be too large before it is calculated."""
    check_integer(left)
    check_integer(right)
    if operator == "**" and left.bit_length() * abs(right) > 4096:
        raise Refused("a number gets too large", "Calculate with smaller numbers.")


def _each(values: Any, weight: int) -> Any:
    """Return what a loop runs over; the whole loop is counted before its first round."""
    if isinstance(values, Undefined):
        return iter(values)  # raises, and says what is undefined
    if isinstance(values, Mapping):
        values = list(values)
    if not isinstance(values, str | list | tuple):
        raise Refused(f"a {type(values).__name__} is no list", "Loop over a list, a mapping or a text.")
    CURRENT.get().spend(len(values) * max(weight, 1))
    return values


def _charge(weight: int) -> None:
    CURRENT.get().spend(weight)


def _join(values: tuple[Any, ...]) -> str:
    return "".join([write(value) for value in values])


ENVIRONMENT = PromptEnvironment()
