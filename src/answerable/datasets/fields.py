"""Examples as plain JSON and back: the words of `*.jsonl`, of the API, and below `metadata.answerable` in YAML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, asdict, fields
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from answerable.core.closeness import suggest
from answerable.core.errors import InvalidInput
from answerable.datasets.types import Evidence, Example, Provenance, ToolCall, Turn

OWN: Final = frozenset({"id", "content_hash", "added_at"})
"""What the service gives an example; a file may hold it, and it is passed over."""
FIELDS: Final = tuple(one.name for one in fields(Example) if one.name not in OWN)

_PARTS: Final = {"evidence": Evidence, "provenance": Provenance, "tool_calls": ToolCall, "history": Turn}
"""The fields that hold objects with fields of their own."""
_EXAMPLE: Final[TypeAdapter[Example]] = TypeAdapter(Example)


def write_example(example: Example) -> dict[str, Any]:
    """Return what an example says, without what is as it would be if nothing were said."""
    return {
        name: value
        for name, value in _leave_out_defaults(example, asdict(example)).items()
        if name not in OWN
    }


def read_example(values: Any) -> Example:
    """Return the example of a JSON object. Raises InvalidInput (`invalid_example`), naming the field."""
    if not isinstance(values, Mapping):
        raise _refuse("It is no JSON object.", 'Write {"input": {"question": "..."}, "expected": "..."}.')
    _refuse_unknown(values, (*FIELDS, *OWN), "")
    for name, type_ in _PARTS.items():
        known = tuple(one.name for one in fields(type_))
        parts = values.get(name)
        for place, part in enumerate(parts if isinstance(parts, list | tuple) else [parts]):
            if isinstance(part, Mapping):
                _refuse_unknown(part, known, name if part is parts else f"{name}.{place}")
    said = {name: value for name, value in values.items() if name in FIELDS}
    try:
        return _EXAMPLE.validate_python({"input": {}, **said})
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        told = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}." for one in problems[:3]]
        raise _refuse(" ".join(told)) from error


def _leave_out_defaults(value: Any, plain: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plain form of a dataclass without fields that have their defaults, in lists of dataclasses too."""
    said: dict[str, Any] = {}
    for one in fields(value):
        held = getattr(value, one.name)
        if held == _find_default(one):
            continue
        if isinstance(held, tuple) and held and hasattr(held[0], "__dataclass_fields__"):
            said[one.name] = [
                _leave_out_defaults(entry, entry_plain)
                for entry, entry_plain in zip(held, plain[one.name], strict=True)
            ]
        elif hasattr(held, "__dataclass_fields__"):
            said[one.name] = _leave_out_defaults(held, plain[one.name])
        else:
            said[one.name] = list(held) if isinstance(held, tuple) else plain[one.name]
    return said


def _find_default(one: Field[Any]) -> Any:
    if one.default_factory is not MISSING:
        return one.default_factory()
    return one.default


def _refuse_unknown(values: Mapping[Any, Any], known: Sequence[str], where: str) -> None:
    """Raise InvalidInput for a field that there is not: passed over, what it says would be lost in silence."""
    unknown = next((str(name) for name in values if name not in known), None)
    if unknown is not None:
        told = [name for name in known if name not in OWN]
        raise _refuse(
            f"{f'{where}: ' if where else ''}There is no field {unknown[:60]!r}.",
            suggest(unknown, told) or f"Fields are {', '.join(told)}.",
        )


def _refuse(detail: str, hint: str | None = None) -> InvalidInput:
    return InvalidInput(detail, hint=hint, code="invalid_example")
