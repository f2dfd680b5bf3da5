"""Apps as their files have them, small."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from answerable.apps.content import PromptContent, VariantContent
from answerable.apps.files.types import AppFile
from answerable.apps.types import Variant


def make_content(prompt: str, **changes: object) -> VariantContent:
    """Return the content of a variant of the `prompt` kind with this text for its user part."""
    template = f"{{% block user %}}{prompt}{{% endblock %}}"
    values = {"kind": "prompt", "model": [["local:extractive"]], "prompt": PromptContent(template=template)}
    return VariantContent.model_validate({**values, **changes})


def make_file(
    name: str = "listing",
    *,
    labels: Mapping[str, str] | None = None,
    prompts: Mapping[str, str] | None = None,
    description: str = "",
    **variants: str | VariantContent,
) -> AppFile:
    """Return a file with these variants by name, each a prompt or a content; `production` is on the first."""
    named = {**(prompts or {}), **variants} or {"photo": "Describe it."}
    contents = {
        variant: make_content(given) if isinstance(given, str) else given for variant, given in named.items()
    }
    return AppFile(
        name=name,
        kind="prompt",
        description=description,
        path=Path("apps", f"{name}.yaml"),
        variants=tuple(Variant(name, variant, content) for variant, content in contents.items()),
        labels={"production": next(iter(contents))} if labels is None else labels,
    )
