"""Files of examples, to and from the browser that is signed in."""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Header, Request, UploadFile
from fastapi.responses import StreamingResponse

from answerable.console.parts.datasets.addresses import EXPORT_PATH, IMPORT_PATH
from answerable.console.parts.figures import format_count
from answerable.console.sessions import Sessions, get_token
from answerable.console.visitor import Visitor
from answerable.core.errors import Forbidden, InvalidInput, TooLarge, Unauthenticated
from answerable.datasets.importing.registry import read_rows
from answerable.datasets.types import Imported
from answerable.datasets.writing import FileFormat, write_examples
from answerable.wiring import Services

_MAX_BYTES: Final = 1 << 30
_NOT_IN_NAMES: Final = re.compile(r"[^\w.-]+")
_MEDIA_TYPES: Final[Mapping[FileFormat, str]] = {"yaml": "application/yaml", "jsonl": "application/jsonl"}
_TOLD: Final = 3


def dataset_files_router(services: Services, sessions: Sessions) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    async def find_visitor(request: Request) -> Visitor:
        found = await sessions.find_principal(get_token(request))
        if found is None:
            raise Unauthenticated("You are signed out.", hint="Sign in again.")
        return Visitor(services, *found)

    @router.post(IMPORT_PATH)
    async def import_examples(
        request: Request,
        file: UploadFile,
        dataset: Annotated[str, Form()],
        format: Annotated[str, Form()] = "",
        held: Annotated[bool, Form()] = False,
        skip_bad: Annotated[bool, Form()] = False,
        replace: Annotated[bool, Form()] = False,
        x_answerable: Annotated[str, Header()] = "",
    ) -> dict[str, Any]:
        """Bring a file's examples in, all or none, and say what that did."""
        if x_answerable != "console":  # no other site's form can send this header
            raise Forbidden(
                "This address is for the console alone.", hint="Use `answerable datasets import`."
            )
        principal = await (await find_visitor(request)).check_writer()
        with tempfile.TemporaryDirectory(prefix="answerable-import-") as folder:
            path = await asyncio.to_thread(_keep, file, Path(folder))
            rows = read_rows(path, format=format)
            done = await services.datasets.put_examples(
                dataset, rows, replace=replace, by=principal.name, skip_bad=skip_bad, held=held
            )
        return {"told": describe_import(dataset, done), "hint": _describe_problems(done)}

    @router.get(EXPORT_PATH)
    async def export_examples(
        request: Request, dataset: str, version: int = 0, format: str = "yaml"
    ) -> StreamingResponse:
        """Send a dataset as it is now, or a version of it. Raises NotFound, InvalidInput."""
        await (await find_visitor(request)).check_reader()
        chosen = _check_format(format)
        if version:
            ref = await services.datasets.get_version(f"{dataset}@{version}")
            batches, name = services.datasets.iterate_version(ref), f"{dataset}-{version}"
        else:
            await services.datasets.list_examples(
                dataset, limit=1
            )  # an unknown one is a 404, not a broken file
            batches, name = services.datasets.iterate(dataset), dataset
        headers = {
            "Content-Disposition": f'attachment; filename="{name}.{chosen}"',
            "Cache-Control": "no-store",
        }
        pieces = write_examples(dataset, chosen, batches)
        return StreamingResponse(pieces, media_type=_MEDIA_TYPES[chosen], headers=headers)

    return router


def describe_import(dataset: str, done: Imported) -> str:
    """Return what an import did, in one line."""
    counts = {
        "added": done.added,
        "changed": done.changed,
        "unchanged": done.unchanged,
        "taken out": done.removed,
        "left out": done.problem_count,
    }
    told = ", ".join(f"{count:,} {word}" for word, count in counts.items() if count)
    return f"{dataset}: {told or 'nothing'}."


def _describe_problems(done: Imported) -> str:
    told = " ".join(map(str, done.problems[:_TOLD]))
    left = done.problem_count - min(_TOLD, len(done.problems))
    return f"{told} And {format_count(left, 'more problem')}." if left > 0 else told


def _keep(file: UploadFile, folder: Path) -> Path:
    """Write the upload below `folder`, under its own name, since that tells the format. Raises TooLarge."""
    if (file.size or 0) > _MAX_BYTES:
        raise TooLarge(f"It has {file.size} bytes; {_MAX_BYTES} can be sent at once.", hint="Split the file.")
    name = _NOT_IN_NAMES.sub("-", (file.filename or "").replace("\\", "/").rpartition("/")[2])[-80:]
    path = folder / (name.lstrip(".") or "examples")
    with path.open("wb") as kept:
        shutil.copyfileobj(file.file, kept)
    return path


def _check_format(format: str) -> FileFormat:
    for name in _MEDIA_TYPES:
        if name == format:
            return name
    raise InvalidInput(
        f"There is no format {format[:40]!r}.", hint=f"Formats are {' and '.join(_MEDIA_TYPES)}."
    )
