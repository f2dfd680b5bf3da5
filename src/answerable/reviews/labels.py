"""What annotators are asked about an item: the label schema of a queue."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

LabelKind = Literal["boolean", "category", "scale", "span", "correction"]

RESERVED_KEYS = frozenset("usegc?/")
"""What these keys do on the review page, no option may do."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Option(_Part):
    """One value of a category or kind of span. `key` chooses it on the page; else its digit does."""

    value: str = Field(min_length=1, max_length=100)
    title: str = Field("", max_length=200, description="else the value")
    key: str | None = Field(None, pattern=r"^[a-z]$", description="a letter")

    @property
    def shown(self) -> str:
        return self.title or self.value


class Label(_Part):
    """One question to the annotator.

    `boolean`: yes or no. `category`: one of `options`, with `many` several. `scale`: a whole number from `least` to
    `most`. `span`: parts of the answer, each with one of `options`. `correction`: the text as it should be.
    """

    name: Name
    kind: LabelKind
    title: str = Field("", max_length=200, description="else the name")
    help: str = Field("", max_length=1000)
    required: bool = True
    options: tuple[Option, ...] = Field((), max_length=50)
    many: bool = Field(False, description="several options of a category at once")
    least: int = Field(1, ge=-100, le=100)
    most: int = Field(5, ge=-100, le=100)
    tolerance: int = Field(
        0, ge=0, le=200, description="how far two numbers of a scale may be apart and still agree"
    )

    @property
    def shown(self) -> str:
        return self.title or self.name.replace("_", " ").capitalize()

    @property
    def comparable(self) -> bool:
        """Whether annotators can agree on it: a marked part and a free text are nobody's but one's own."""
        return self.kind in {"boolean", "category", "scale"}

    @property
    def values(self) -> tuple[str, ...]:
        return tuple(option.value for option in self.options)

    @model_validator(mode="after")
    def _check(self) -> Self:
        needs_options = self.kind in {"category", "span"}
        if needs_options and not self.options:
            raise ValueError(f"a label of kind {self.kind!r} needs `options`")
        if self.options and not needs_options:
            raise ValueError(f"a label of kind {self.kind!r} takes no `options`")
        if len(set(self.values)) < len(self.options):
            raise ValueError("two options have the same value")
        if self.many and self.kind != "category":
            raise ValueError("only a category takes `many`")
        if self.kind == "scale" and self.least >= self.most:
            raise ValueError("`least` of a scale is below its `most`")
        return self


def check_together(labels: tuple[Label, ...]) -> None:
    """Raises ValueError unless the labels of a queue can stand beside each other."""
    names = [label.name for label in labels]
    keys = [option.key for label in labels for option in label.options if option.key]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two labels are named {name!r}")
    for key in keys:
        if key in RESERVED_KEYS:
            raise ValueError(f"the key {key!r} does something else on the page; take another one")
        if keys.count(key) > 1:
            raise ValueError(f"two options have the key {key!r}")
    if sum(label.kind == "correction" for label in labels) > 1:
        raise ValueError("a queue has at most one label of kind 'correction'")
