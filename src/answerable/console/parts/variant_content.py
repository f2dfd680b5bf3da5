"""What a variant is: its settings as a file would have them, and the texts of its prompt."""

from __future__ import annotations

from typing import Any

import yaml

from answerable.apps.content import VariantContent
from answerable.apps.files.tiers import write_tiers
from answerable.console.elements import Tag


def build_content(content: VariantContent) -> None:
    """Build the whole content; nothing that can change an answer is left out."""
    _build_text("Prompt", content.prompt.template)
    for name, text in content.prompt.partials.items():
        _build_text(f"Partial {name}", text)
    if content.prompt.examples:
        examples = [example.model_dump(mode="json") for example in content.prompt.examples]
        _build_text("Examples", _to_yaml(examples))
    _build_text("Settings", describe_settings(content))


def describe_settings(content: VariantContent) -> str:
    """Return every setting but the prompt as YAML, with its defaults; what is empty is left out."""
    settings = content.model_dump(mode="json", exclude={"prompt"})
    return _to_yaml({**_drop_empty(settings), "model": write_tiers(content.model)})


def format_models(content: VariantContent) -> str:
    """Return the models in the order in which they are asked: equals by `=`, fallbacks by an arrow."""
    return " → ".join(" = ".join(tier) for tier in content.model)


def _drop_empty(values: dict[str, Any]) -> dict[str, Any]:
    filled = {key: _drop_empty(value) if isinstance(value, dict) else value for key, value in values.items()}
    return {key: value for key, value in filled.items() if value not in (None, "", {}, [])}


def _to_yaml(value: object) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=100).rstrip()


def _build_text(title: str, text: str) -> None:
    with Tag("section", "", "content-part"):
        Tag("h4", title, "label")
        Tag("pre", text, "code", tabindex="0", role="region", aria_label=title)
