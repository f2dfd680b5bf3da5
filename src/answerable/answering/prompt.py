"""The prompt of a grounded answer: a Jinja template with the blocks `system`, `user` and `repair`, in a sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from answerable.answering.types import Citation
from answerable.core.errors import SetupError
from answerable.llm.abstention import ABSTENTION
from answerable.llm.sources import Source, render_question, render_sources
from answerable.llm.types import Message

BLOCKS = ("system", "user", "repair")

# Autoescape would turn quotes into entities; a prompt is text, and the fence defuses what could break out of it.
_ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


def default_prompt() -> str:
    """Return the text of the template that ships with Answerable."""
    return (files("answerable.answering") / "prompts" / "grounded.md").read_text(encoding="utf-8")


@lru_cache(maxsize=64)
def get_prompt(template: str) -> Prompt:
    """Return the template ready to render; compiling one takes longer than filling it."""
    return Prompt(template)


class Prompt:
    """A template ready to render. Raises SetupError when it is not valid Jinja or lacks a block."""

    def __init__(self, template: str) -> None:
        try:
            self._template = _ENVIRONMENT.from_string(template)
        except TemplateError as error:
            raise SetupError(
                f"The prompt template is not valid: {error}.", hint="Mend the template."
            ) from error
        missing = [name for name in BLOCKS if name not in self._template.blocks]
        if missing:
            raise SetupError(
                f"The prompt template lacks the block {' and '.join(missing)}.",
                hint=f"A template has the blocks {', '.join(BLOCKS)}.",
            )

    def messages(self, question: str, sources: Sequence[Source]) -> tuple[Message, ...]:
        """Return the system and the user message."""
        values = {"question": render_question(question), "sources": render_sources(sources)}
        return (
            Message("system", self._render("system", **values)),
            Message("user", self._render("user", **values)),
        )

    def repair(self, answer: str, faults: Sequence[Citation]) -> tuple[Message, ...]:
        """Return the two messages that ask once more, naming the sentences that were not supported."""
        return (Message("assistant", answer), Message("user", self._render("repair", faults=faults)))

    def _render(self, block: str, **values: object) -> str:
        try:
            context = self._template.new_context({"abstention": ABSTENTION, **values})
            return "".join(self._template.blocks[block](context)).strip()
        except TemplateError as error:
            raise SetupError(
                f"The block {block!r} of the prompt template failed: {error}.", hint="Mend the template."
            ) from error
