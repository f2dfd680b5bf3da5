"""Everything that an app's prompts tell a model before it is asked anything."""

from __future__ import annotations

import json

from answerable.apps.content import PromptExample
from answerable.apps.types import App


def list_prompt_texts(app: App) -> dict[str, str]:
    """Return the text of each variant's prompt with its partials and few-shot examples, by `APP@VARIANT`."""
    texts = {}
    for name, variant in app.names.items():
        prompt = variant.content.prompt
        shown = [_write(example) for example in prompt.examples]
        texts[f"{app.name}@{name}"] = "\n".join([prompt.template, *prompt.partials.values(), *shown])
    return texts


def _write(example: PromptExample) -> str:
    said = [*example.input.values(), example.output]
    return "\n".join(one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in said)
