"""Names of models: `provider:model`."""

from __future__ import annotations

from answerable.core.errors import InvalidInput

LOCAL = "local"
EXTRACTIVE = "local:extractive"


def split_name(name: str) -> tuple[str, str]:
    """Return provider and model. The model's part may hold colons itself, as in `ollama:qwen3:8b`.

    Raises InvalidInput for a name without both parts.
    """
    provider, _, model = name.strip().partition(":")
    if not provider or not model:
        raise InvalidInput(
            f"{name!r} does not name a model.",
            hint=f"A model is named provider:model, such as {EXTRACTIVE} or anthropic:claude-haiku-5-5.",
            code="unknown_model",
        )
    return provider, model
