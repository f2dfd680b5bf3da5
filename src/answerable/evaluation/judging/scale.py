"""From what a judge's app puts out to a number: a `score`, or a `verdict` in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from answerable.core.errors import InvalidInput

_MAX_REASON: Final = 4000

VERDICTS: Final[Mapping[str, float | None]] = {
    **dict.fromkeys(
        ("pass", "yes", "true", "good", "supported", "faithful", "relevant", "correct", "first"), 1.0
    ),
    **dict.fromkeys(("partial", "partly", "mixed", "tie"), 0.5),
    **dict.fromkeys(
        ("fail", "no", "false", "bad", "unsupported", "unfaithful", "irrelevant", "incorrect", "second"), 0.0
    ),
    **dict.fromkeys(("abstain", "unsure", "unknown", "cannot_tell", "cannot tell"), None),
}
"""What the words of a verdict are worth; None is an abstention."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How a judge's numbers lie. `low` and `high` are the bounds of its scores, None where its schema has none."""

    key: Literal["score", "verdict"]
    low: float | None
    high: float | None
    binary: bool

    def normalise(self, value: float) -> float:
        """Return a value on a scale from 0 to 1, cut off there; what has no bounds is taken to lie on it already."""
        low, high = (0.0, 1.0) if self.low is None or self.high is None else (self.low, self.high)
        return min(max((value - low) / (high - low), 0.0), 1.0)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a judge said, read. `value` None: it abstained. `word` is its verdict, where it gave one."""

    value: float | None
    word: str = ""
    reason: str = ""


class UnreadableError(ValueError):
    """A judge's output holds no judgement."""


def find_scale(schema: Mapping[str, Any], *, app: str) -> Scale:
    """Return the scale of a judge by its output's schema: of `verdict` where it has both.

    Raises InvalidInput (`no_judge`) for an app whose output has neither `score` nor `verdict`.
    """
    properties = schema.get("properties")
    known = properties if isinstance(properties, Mapping) else {}
    if "verdict" in known:
        return Scale("verdict", 0.0, 1.0, binary=_has_two_values(known["verdict"]))
    if "score" in known:
        low, high = _find_bounds(known["score"])
        return Scale("score", low, high, binary=False)
    raise InvalidInput(
        f"The app {app!r} is no judge: its output has neither `score` nor `verdict`.",
        hint="Give it an output schema with `reason` (a string) and `score` (a number) or `verdict` (pass or fail).",
        code="no_judge",
    )


def read(data: Any, scale: Scale) -> Reading:
    """Return what a judge's output says. `abstain: true` wins over everything. Raises UnreadableError."""
    fields = data if isinstance(data, Mapping) else {}
    given = fields.get("reason")
    reason = given[:_MAX_REASON] if isinstance(given, str) else ""
    if fields.get("abstain") is True:
        return Reading(None, "abstain", reason)
    if scale.key == "verdict":
        word = _to_word(fields.get("verdict"))
        return Reading(VERDICTS[word], word, reason)
    return Reading(_to_number(fields.get("score")), "", reason)


def _to_word(given: Any) -> str:
    word = ("yes" if given else "no") if isinstance(given, bool) else str(given).strip().lower()
    if word not in VERDICTS:
        raise UnreadableError("did not answer with a `verdict` that is known, such as pass or fail")
    return word


def _to_number(given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        raise UnreadableError("did not answer with a number called `score`")
    return float(given)


def _has_two_values(schema: Any) -> bool:
    if not isinstance(schema, Mapping):
        return False
    words = [str(word).strip().lower() for word in schema.get("enum") or ()]
    values = {VERDICTS.get(word) for word in words} - {None}
    return schema.get("type") == "boolean" or values == {0.0, 1.0}


def _find_bounds(schema: Any) -> tuple[float | None, float | None]:
    ends = [schema.get(key) if isinstance(schema, Mapping) else None for key in ("minimum", "maximum")]
    low, high = (
        float(end) if isinstance(end, int | float) and not isinstance(end, bool) else None for end in ends
    )
    sound = low is not None and high is not None and low < high
    return (low, high) if sound else (None, None)
