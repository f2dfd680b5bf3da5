"""What can be wrong with a template, and the errors that say so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from answerable.core.errors import SetupError

MEND = "Mend the template there."


@dataclass(frozen=True, slots=True)
class TemplateFault:
    """One thing that is wrong. `line` counts from 1 in the template, or in the partial of that name."""

    problem: str
    hint: str
    line: int
    partial: str | None = None

    def __str__(self) -> str:
        where = f"{self.partial}, line {self.line}" if self.partial else f"line {self.line}"
        return f"{where}: {self.problem}"


@dataclass(frozen=True, slots=True)
class Use:
    """The first place where a block reads a variable."""

    name: str
    block: str
    line: int
    partial: str | None = None


class TemplateInvalid(SetupError):  # noqa: N818
    """A template that does not compile. `faults` has everything that was found, in the order of the lines.

    `uses` are the variables that it reads, as far as that can be told: they may be wrong too.
    """

    code, title = "template_invalid", "The prompt template is not valid"

    def __init__(self, faults: Sequence[TemplateFault], uses: Sequence[Use] = ()) -> None:
        super().__init__(
            f"The prompt template is not valid: {'; '.join(map(str, faults))}", hint=faults[0].hint
        )
        self.faults = tuple(faults)
        self.uses = tuple(uses)


class TemplateFailed(SetupError):  # noqa: N818
    """A template that compiled and could not be filled."""

    code, title = "template_failed", "The prompt template failed"

    def __init__(self, block: str, fault: TemplateFault) -> None:
        super().__init__(f"The block {block!r} of the prompt template failed at {fault}", hint=fault.hint)
        self.fault = fault


class Refused(Exception):  # noqa: N818 - never leaves this package
    """What a template tried and may not do. `hint` says what to do instead."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint


class Overrun(Refused):
    """The budget of one render is used up."""
