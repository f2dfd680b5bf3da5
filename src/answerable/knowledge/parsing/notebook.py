"""Jupyter notebooks as Markdown: text cells as they are, code in fences, the text of outputs up to a bound."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from answerable.knowledge.parsing.decoding import clean, decode
from answerable.knowledge.parsing.markdown import find_heading
from answerable.knowledge.parsing.structured import load_json
from answerable.knowledge.parsing.types import Extracted, ParseFailed

_MAX_OUTPUT = 2_000
"""Characters of the outputs of one cell; what follows is mostly a table or a log."""


def parse_notebook(data: bytes, _name: str) -> Extracted:
    """Read an .ipynb file of format 3 or 4. Raises ParseFailed when it is broken or something else."""
    notebook = load_json(decode(data))
    if not isinstance(notebook, dict):
        raise ParseFailed("The file is not a notebook.", hint="Save it again with Jupyter.")
    metadata = notebook.get("metadata")
    language = _find_language(metadata if isinstance(metadata, dict) else {})
    text = clean("\n\n".join(part for cell in _list_cells(notebook) for part in _render(cell, language)))
    return Extracted(text=text, title=find_heading(text))


def _list_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    cells = notebook.get("cells")
    if cells is None and isinstance(notebook.get("worksheets"), list):
        sheets = [sheet for sheet in notebook["worksheets"] if isinstance(sheet, dict)]
        cells = [cell for sheet in sheets for cell in sheet.get("cells", [])]
    if not isinstance(cells, list):
        raise ParseFailed("The notebook has no cells.", hint="Save it again with Jupyter.")
    return [cell for cell in cells if isinstance(cell, dict)]


def _render(cell: dict[str, Any], language: str) -> Iterator[str]:
    source = _join(cell.get("source", cell.get("input", ""))).strip("\n")
    if not source.strip():
        return
    if cell.get("cell_type") != "code":
        yield source
        return
    yield _fence(source, language)
    outputs = cell.get("outputs")
    shown = "\n".join(_list_outputs(outputs if isinstance(outputs, list) else [])).strip("\n")
    if shown:
        yield _fence(shown[:_MAX_OUTPUT], "text")


def _list_outputs(outputs: list[Any]) -> Iterator[str]:
    for output in outputs:
        if not isinstance(output, dict):
            continue
        data = output.get("data")
        plain = data.get("text/plain") if isinstance(data, dict) else None
        error = f"{output['ename']}: {output.get('evalue', '')}" if "ename" in output else ""
        yield _join(output.get("text") or plain or "") or error


def _fence(text: str, language: str) -> str:
    marks = "```"
    while marks in text:
        marks += "`"
    return f"{marks}{language}\n{text}\n{marks}"


def _join(source: object) -> str:
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def _find_language(metadata: dict[str, Any]) -> str:
    info = metadata.get("language_info") or metadata.get("kernelspec")
    name = (info.get("name") or info.get("language")) if isinstance(info, dict) else None
    return str(name) if name else "python"
