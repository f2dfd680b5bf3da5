"""What a new variant of an app must not be worse at: the `gate:` block of its file. It changes no answer, so no
variant has it."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

_log = logging.getLogger(__name__)

MAX_RULES: Final = 100
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,6})?) ?%")


class GateRule(BaseModel):
    """One metric that must not get worse by more than a margin, everywhere or where examples have all of `tags`.

    `margin` is in the metric's unit, or a share of what the baseline has: `10%`. What is None is as the gate has it,
    or for `better` and `kind` as the evaluator says. `fails_when` is what it takes to fail: to be shown to be worse at
    all, or worse than the margin.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    metric: str = Field(min_length=1, max_length=200, description="such as `exact`, or `EVALUATOR/METRIC`")
    margin: float | str = Field(0.05, description="how much worse it may be: 0.02, or 10% of the baseline")
    better: Literal["higher", "lower"] | None = None
    kind: Literal["binary", "continuous"] | None = None
    tags: tuple[str, ...] = Field((), max_length=20)
    alpha: float | None = Field(None, gt=0, le=0.5)
    power: float | None = Field(None, gt=0, lt=1)
    min_examples: int | None = Field(None, ge=1, le=1_000_000)
    fails_when: Literal["worse", "beyond_margin"] | None = None

    @field_validator("margin")
    @classmethod
    def _check_margin(cls, margin: float | str) -> float | str:
        if isinstance(margin, str):
            if _PERCENT.fullmatch(margin) is None:
                raise ValueError("is a number of 0 or more, or a share of the baseline such as 10%")
        elif not 0 <= margin < float("inf"):
            raise ValueError("is 0 or more")
        return margin

    @property
    def relative_margin(self) -> float | None:
        """The margin as a share of what the baseline has; None where it is in the metric's unit."""
        found = _PERCENT.fullmatch(self.margin) if isinstance(self.margin, str) else None
        return None if found is None else float(found[1]) / 100

    @property
    def absolute_margin(self) -> float:
        return 0.0 if isinstance(self.margin, str) else self.margin

    @property
    def name(self) -> str:
        """The metric, and the slice where the rule is about one."""
        return f"{self.metric} [{', '.join(self.tags)}]" if self.tags else self.metric


class GateSpec(BaseModel):
    """The gate of an app. `dataset` is what it is measured on, `labels` those that move only with a pass.

    `alpha` is the chance of an interval to miss the truth: each of its two ends does with half of that. `power` is
    the chance to pass that the examples asked for should give a candidate just as good. `judge_kappa` is how well a
    judge must agree with people before its scores count here.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str | None = Field(None, min_length=1, max_length=200)
    split: str | None = Field(None, min_length=1, max_length=63)
    repeats: int = Field(1, ge=1, le=100)
    labels: tuple[str, ...] = Field((), max_length=20)
    alpha: float = Field(0.05, gt=0, le=0.5)
    power: float = Field(0.8, gt=0, lt=1)
    min_examples: int = Field(30, ge=1, le=1_000_000)
    fails_when: Literal["worse", "beyond_margin"] = "worse"
    judge_kappa: float = Field(0.6, ge=-1, le=1)
    rules: tuple[GateRule, ...] = Field((), max_length=MAX_RULES)

    @model_validator(mode="after")
    def _check_whole(self) -> GateSpec:
        if self.labels and self.dataset is None:
            raise ValueError("Labels that need a pass need a `dataset` that it is measured on")
        names = [(rule.metric, frozenset(rule.tags)) for rule in self.rules]
        twice = next(
            (rule.name for rule, name in zip(self.rules, names, strict=True) if names.count(name) > 1), ""
        )
        if twice:
            raise ValueError(f"There are two rules for {twice}")
        return self

    @property
    def hash(self) -> str:
        """Names what decides: a pass by other rules is none. Which labels need one decides nothing."""
        content = self.model_dump(mode="json", exclude={"labels"})
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Return what differs from saying nothing, as the file has it."""
        return self.model_dump(mode="json", exclude_defaults=True)


def read_gate_spec(app: str, data: Any) -> GateSpec:
    """Return what is stored of an app. Of what only another version can read, the labels that need a pass remain."""
    try:
        return GateSpec.model_validate(data)
    except ValidationError as error:
        _log.error("The gate of %s was set by another version, nothing passes it: %s", app, error)
    labels = data.get("labels") if isinstance(data, dict) else None
    kept = tuple(str(label) for label in labels) if isinstance(labels, list) else ()
    return GateSpec.model_construct(dataset="", labels=kept, rules=())
