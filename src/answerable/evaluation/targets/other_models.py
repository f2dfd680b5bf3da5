"""A variant with other models: the candidates of a migration, registered as variants that no label is on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from answerable.apps.content import VariantContent
from answerable.apps.drafts import make_draft
from answerable.apps.files.workspace import WorkspaceFiles
from answerable.apps.service import AppService
from answerable.core.errors import InvalidInput

_NOT_IN_NAMES = re.compile(r"[^a-z0-9_-]+")
_LONGEST = 63


async def register_models(
    apps: AppService, reference: str, models: Sequence[str], *, workspace: Path, by: str
) -> list[str]:
    """Return, for each model, `APP@VARIANT` of what `reference` names with that model alone; registered if it is new.

    Raises NotFound, and InvalidInput for no model, or for one that is none.
    """
    if not models:
        raise InvalidInput(
            "No model is named.", hint="Write --compare-models openai:gpt-4o,local:extractive."
        )
    base = apps.get_variant(reference)
    return [await _register(apps, base.app, base.id, model, workspace=workspace, by=by) for model in models]


async def _register(
    apps: AppService, name: str, base_id: str, model: str, *, workspace: Path, by: str
) -> str:
    app, base = apps.get_app(name), apps.get_variant(f"{name}@{base_id}")
    if base.content.model == ((model,),):
        return f"{name}@{base.id}"
    content = VariantContent.model_validate({**base.content.model_dump(mode="json"), "model": [[model]]})
    known = apps.find_variant_by_hash(content.hash, app=name)
    if known is not None:
        return f"{name}@{known.id}"
    draft = make_draft(
        app,
        base,
        name=_choose_name(base.name, model, set(app.names)),
        template=base.content.prompt.template,
        settings={"model": [[model]]},
        files=WorkspaceFiles(workspace),
    )
    await apps.apply([draft], by=by)
    return f"{name}@{draft.variants[0].id}"


def _choose_name(base: str, model: str, taken: set[str]) -> str:
    """Return a free name for the base with that model: `main-openai-gpt-4o`."""
    wanted = _NOT_IN_NAMES.sub("-", f"{base}-{model}".lower()).strip("-")[: _LONGEST - 3]
    number = 1
    while (name := wanted if number == 1 else f"{wanted}-{number}") in taken:
        number += 1
    return name
