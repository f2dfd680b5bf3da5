"""Apps and their variants as records: what is registered never changes, only labels move."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from answerable.apps.content import Kind, VariantContent
from answerable.apps.gate_settings import GateSpec
from answerable.apps.trace_settings import TraceSettings


@dataclass(frozen=True, slots=True)
class Variant:
    """One immutable configuration of an app. `app` and `name` are what people call it; `hash` is what it is.

    `registered_at` is None for one that is only in a file.
    """

    app: str
    name: str
    content: VariantContent
    registered_at: datetime | None = field(default=None, compare=False)

    @property
    def hash(self) -> str:
        return self.content.hash

    @property
    def id(self) -> str:
        """Return what a trace and an answer name: the variant's name and the start of its hash."""
        return f"{self.name}@{self.hash[:12]}"

    def with_model(self, model: str) -> Variant:
        """Return what the variant would be with this one model, the variant itself where that is what it has."""
        if self.content.model == ((model,),):
            return self
        # Not a copy of the model: that would take the hash along.
        fields = {name: getattr(self.content, name) for name in VariantContent.model_fields}
        return replace(self, content=VariantContent(**{**fields, "model": ((model,),)}), registered_at=None)


@dataclass(frozen=True, slots=True)
class Label:
    """A pointer from an app to a variant: `production`, `candidate`. `source` is `file` or `person`.

    `file_variant` is the variant's name that the app's file gave last. A label is `held` while a person has it
    elsewhere: the file moves it again when it says something else than it did.
    """

    app: str
    name: str
    variant: Variant
    moved_at: datetime
    source: str
    by: str = ""
    reason: str = ""
    file_variant: str | None = None
    held: bool = False


@dataclass(frozen=True, slots=True)
class LabelEvent:
    """One move of a label. `before` (None: the label was new) and `after` are ids of variants.

    `forced`: the label needed a pass of the gate, and the move had none.
    """

    app: str
    label: str
    before: str | None
    after: str
    source: str
    by: str
    reason: str
    at: datetime
    forced: bool = False


@dataclass(frozen=True, slots=True)
class App:
    """An app as it stands: its labels by name and every variant ever registered, newest first.

    `names` holds what each name of a variant means now; an older content of that name is found by its hash. `traces`
    says what is kept of its traces, `evaluators` are entries of its file by which it is evaluated, and `gate` is what
    a new variant must not be worse at.
    """

    name: str
    kind: Kind
    description: str
    labels: dict[str, Label]
    variants: tuple[Variant, ...]
    names: dict[str, Variant] = field(default_factory=dict)
    traces: TraceSettings = field(default_factory=TraceSettings)
    evaluators: tuple[Any, ...] = ()
    gate: GateSpec = field(default_factory=GateSpec)
