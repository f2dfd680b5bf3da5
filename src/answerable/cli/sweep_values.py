"""Lists of values as a command line writes them: `4,8,16` in one option, or an option for each."""

from __future__ import annotations

from collections.abc import Sequence

from answerable.core.errors import InvalidInput


def read_names(texts: Sequence[str] | None) -> tuple[str, ...]:
    """Return the words between the commas, each once."""
    words = (word.strip() for text in texts or () for word in text.split(","))
    return tuple(dict.fromkeys(word for word in words if word))


def read_numbers(texts: Sequence[str] | None, option: str) -> tuple[int, ...]:
    """Raises InvalidInput for a word that is no whole number."""
    return tuple(_read_number(word, option) for word in read_names(texts))


def read_weights(texts: Sequence[str] | None) -> tuple[float | None, ...]:
    """Return shares; `auto` is None. Raises InvalidInput."""
    return tuple(None if word == "auto" else _read_weight(word) for word in read_names(texts))


def read_rerankers(texts: Sequence[str] | None) -> tuple[str | None, ...]:
    """Return the names; `none` is None."""
    return tuple(None if word == "none" else word for word in read_names(texts))


def _read_number(word: str, option: str) -> int:
    try:
        return int(word)
    except ValueError:
        raise InvalidInput(
            f"{option} has {word!r}, which is no whole number.", hint=f"Write {option} 4,8,16."
        ) from None


def _read_weight(word: str) -> float:
    try:
        return float(word)
    except ValueError:
        raise InvalidInput(
            f"--dense-weight has {word!r}, which is no number.", hint="Write --dense-weight auto,0.3,0.7."
        ) from None
