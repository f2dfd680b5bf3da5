"""Any JSON value: its texts, the names of its entries, and numbers that are a card's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from answerable.traces.redaction.detectors.assigned_secret import is_secret
from answerable.traces.redaction.detectors.card import is_card_number
from answerable.traces.redaction.texts import TextRedactor

_DEEPEST: Final = 100
TOO_DEEP: Final = "[TOO_DEEP]"
"""What stands where a value goes on in more levels than anybody looks into."""
_REMEMBERED: Final = 64
"""Characters of the shortest text that is remembered: a prompt is in several places of one trace."""


class ValueRedactor:
    """Redacts the values of one trace."""

    def __init__(self, texts: TextRedactor) -> None:
        self._texts = texts
        self._done: dict[str, str] = {}

    def redact_text(self, text: str) -> str:
        if len(text) < _REMEMBERED:
            return self._texts.redact(text)
        done = self._done.get(text)
        if done is None:
            done = self._done[text] = self._texts.redact(text)
        return done

    def redact(self, value: Any, *, depth: int = 0) -> Any:
        """Return the value with nothing left that was found, its other parts as they were."""
        if isinstance(value, str):
            return self.redact_text(value)
        if isinstance(value, int):
            return "[CARD]" if is_card_number(value) else value
        if not isinstance(value, Mapping | list | tuple):
            return value
        if depth >= _DEEPEST:
            return TOO_DEEP
        if isinstance(value, Mapping):
            return {
                self._redact_name(name): self._redact_entry(name, entry, depth)
                for name, entry in value.items()
            }
        return [self.redact(entry, depth=depth + 1) for entry in value]

    def _redact_name(self, name: Any) -> Any:
        return self.redact_text(name) if isinstance(name, str) else name

    def _redact_entry(self, name: Any, entry: Any, depth: int) -> Any:
        if isinstance(name, str) and isinstance(entry, str) and is_secret(name, entry):
            return "[SECRET]"
        return self.redact(entry, depth=depth + 1)
