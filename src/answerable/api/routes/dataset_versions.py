"""`/v1/datasets/{name}`: versions, and what is done with all examples at once."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Form, Query, UploadFile
from pydantic import Field

from answerable.api.bodies import RequestBody
from answerable.api.dataset_schemas import CheckBody, FreezeBody, GenerateBody, SplitBody
from answerable.api.rendering.datasets import (
    render_check,
    render_dataset_diff,
    render_imported,
    render_synthetic,
    render_version,
)
from answerable.api.security import Developer, ServicesDep, TraceReader
from answerable.apps.prompt_texts import list_prompt_texts
from answerable.core.errors import InvalidInput
from answerable.datasets.importing.registry import FORMATS, read_rows
from answerable.quality.synthetic import TEMPLATES

router = APIRouter(prefix="/v1/datasets/{name}", tags=["datasets"])

_OF_SEVERAL_FILES = frozenset({"beir", "trec"})
Number = Annotated[int, Query(ge=1, lt=2**31)]


class ImportForm(RequestBody):
    file: UploadFile
    format: str = Field("", description=f"one of {', '.join(FORMATS)}; else by the file's name")
    replace: bool = Field(False, description="remove the examples that are not in the file")
    skip_bad: bool = Field(False, description="leave out rows that are no example")
    dry_run: bool = Field(False, description="say what would be done, and do nothing")


@router.get("/versions")
async def list_versions(name: str, _: TraceReader, services: ServicesDep) -> dict[str, Any]:
    """List the versions, newest first."""
    return {"versions": [render_version(one) for one in await services.datasets.list_versions(name)]}


@router.post("/versions")
async def freeze_dataset(
    name: str, body: FreezeBody, principal: Developer, services: ServicesDep
) -> dict[str, Any]:
    """Return the newest version; one is made when the examples are others than it has."""
    return render_version(await services.datasets.freeze(name, by=principal.name, note=body.note))


@router.get("/diff")
async def diff_versions(
    name: str,
    before: Number,
    _: TraceReader,
    services: ServicesDep,
    after: Number | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> dict[str, Any]:
    """Compare two versions by the keys of their examples; without `after`, with the newest."""
    first = await services.datasets.get_version(f"{name}@{before}")
    newest = (await services.datasets.list_versions(name, limit=1))[0]
    second = newest if after is None else await services.datasets.get_version(f"{name}@{after}")
    return render_dataset_diff(await services.datasets.diff(first, second, limit=limit))


@router.post("/import")
async def import_examples(
    name: str,
    principal: Developer,
    services: ServicesDep,
    form: Annotated[ImportForm, Form(media_type="multipart/form-data")],
) -> dict[str, Any]:
    """Bring examples in from a file, all of them or none: new ones are added, others changed by their keys."""
    if form.format in _OF_SEVERAL_FILES:
        raise InvalidInput(
            f"{form.format} is several files.", hint="Import it by the command line.", code="unknown_format"
        )
    with tempfile.TemporaryDirectory(prefix="answerable-import-") as folder:
        path = Path(folder) / (Path(form.file.filename or "").name or "examples")
        await to_thread.run_sync(_save, form.file, path)
        imported = await services.datasets.put_examples(
            name,
            read_rows(path, format=form.format),
            replace=form.replace,
            by=principal.name,
            skip_bad=form.skip_bad,
            dry_run=form.dry_run,
        )
    return render_imported(imported)


@router.post("/split")
async def split_dataset(name: str, body: SplitBody, _: Developer, services: ServicesDep) -> dict[str, Any]:
    """Put the examples into parts by their shares; new ones join, the others stay where they are."""
    counts = await services.datasets.split(name, body.parts, by_tag=body.by_tag, again=body.again)
    return {"splits": counts}


@router.post("/check")
async def check_dataset(name: str, body: CheckBody, _: TraceReader, services: ServicesDep) -> dict[str, Any]:
    """Look for examples that are there twice, contradict each other, or are known to an app's prompts."""
    prompts = {} if body.app is None else list_prompt_texts(services.apps.get_app(body.app))
    return render_check(await services.datasets.check(name, prompts=prompts))


@router.post("/generate")
async def generate_examples(
    name: str, body: GenerateBody, principal: Developer, services: ServicesDep
) -> dict[str, Any]:
    """Make up examples from documents. They are tagged `synthetic`, and held until somebody accepts them."""
    write, source = (None, TEMPLATES) if body.app is None else services.question_writers.open(body.app)
    made = await services.synthetic.make(
        name,
        body.collection,
        count=body.count,
        by=principal.name,
        write=write,
        source=source,
        groups=principal.groups,
    )
    return render_synthetic(made)


def _save(file: UploadFile, path: Path) -> None:
    """Give an upload a name on disk, which says what its format is."""
    try:
        with path.open("wb") as copy:
            shutil.copyfileobj(file.file, copy)
    except (OSError, ValueError) as error:
        raise InvalidInput("The file cannot be kept under its name.", hint="Send a shorter one.") from error
