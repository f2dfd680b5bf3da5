"""The verifiers by name: `lexical` (offline) and `model:NAME` (a model as judge)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from answerable.answering.types import Citation, Evidence
from answerable.answering.verification.judge import LONGEST_JUDGEMENT, JudgeVerifier
from answerable.core.errors import InvalidInput
from answerable.llm.types import ChatModel

_MODEL = "model:"


class Verifier(Protocol):
    async def verify(
        self, answer: str, evidence: Sequence[Evidence], *, language: str = "en"
    ) -> list[Citation]:
        """Return one citation a sentence, in the order of the answer."""
        ...


class Verifiers:
    """Finds a verifier by the name that a variant gives."""

    def __init__(self, *, lexical: Verifier, chat: Callable[[str], ChatModel]) -> None:
        self._lexical = lexical
        self._chat = chat

    def get(
        self,
        name: str,
        *,
        wrap: Callable[[ChatModel], ChatModel] | None = None,
        deadline: float = LONGEST_JUDGEMENT,
    ) -> Verifier:
        """Return it, with what `wrap` makes of its model, which gets `deadline` seconds at most.

        Raises InvalidInput for a name that is none of the two.
        """
        if name == "lexical":
            return self._lexical
        if name.startswith(_MODEL):
            model = self._chat(name.removeprefix(_MODEL))
            return JudgeVerifier(
                model if wrap is None else wrap(model), deadline=min(deadline, LONGEST_JUDGEMENT)
            )
        raise InvalidInput(f"{name!r} is not a verifier.", hint="Use `lexical` or `model:PROVIDER:MODEL`.")
