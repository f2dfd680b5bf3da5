"""Sidecar files: what a source says about itself where its format has no place for it.

Beside `report.pdf`, a file `report.pdf.meta.yaml` may hold `title`, `language`, `groups` and any metadata, as front
matter does in Markdown. For a JSONL file it describes every line, but for the title.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import yaml

from answerable.knowledge.parsing.decoding import clean_value, decode
from answerable.knowledge.parsing.markdown import read_groups, read_language
from answerable.knowledge.parsing.types import ParseFailed
from answerable.knowledge.types import ParsedDocument


def apply_sidecar(document: ParsedDocument, fields: Mapping[str, Any]) -> ParsedDocument:
    """Return the document with what its sidecar says; the sidecar has the last word.

    Raises ParseFailed when its groups cannot be understood.
    """
    kept = {key: value for key, value in fields.items() if key not in {"title", "language", "groups"}}
    title, groups = fields.get("title"), fields.get("groups")
    return replace(
        document,
        title=str(title).strip() if title else document.title,
        language=read_language(fields.get("language")) or document.language,
        groups=document.groups if groups is None else read_groups(groups),
        metadata={**document.metadata, **kept},
    )


def read_sidecar(data: bytes | None) -> dict[str, Any]:
    """Return the mapping in a sidecar, empty when there is none.

    Raises ParseFailed when it cannot be read: a document must not be open to all because its sidecar is broken.
    """
    if data is None:
        return {}
    try:
        loaded = yaml.safe_load(decode(data))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ParseFailed(
            "Its .meta.yaml file is broken.", hint="Mend it: it holds a YAML mapping."
        ) from error
    if not isinstance(loaded, dict | None):
        raise ParseFailed("Its .meta.yaml file is not a mapping.", hint="Write lines such as `groups: [hr]`.")
    cleaned: dict[str, Any] = clean_value(loaded or {})
    return cleaned
