"""An app written as files, such that reading them gives the same variants, hash for hash."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from answerable.apps.content import InputField, Kind, OutputContent, PromptContent, VariantContent
from answerable.apps.files.documents import Dumper
from answerable.apps.files.prompts import FOLDER as PROMPTS
from answerable.apps.files.tiers import write_tiers
from answerable.apps.gate_settings import GateSpec
from answerable.apps.trace_settings import TraceSettings
from answerable.apps.types import Variant

Files = dict[str, str]
"""Texts by their paths in the workspace."""


def dump_app(
    name: str,
    kind: Kind,
    description: str,
    labels: Mapping[str, str],
    variants: Sequence[Variant],
    *,
    traces: TraceSettings | None = None,
    evaluators: Sequence[Any] = (),
    gate: GateSpec | None = None,
    existing: Mapping[str, str] | None = None,
) -> Files:
    """Return `apps/NAME.yaml` and every file that it names.

    `existing` are the workspace's texts by path: a partial that other prompts read is not overwritten with another
    text, but written beside the app's prompts and named there.
    """
    writer = _Writer(
        name, existing or {}, alone=len({variant.content.prompt.template for variant in variants}) == 1
    )
    kept = {} if traces is None else traces.to_json()
    gated = {} if gate is None else gate.to_json()
    document = {
        "kind": kind,
        **({"description": description} if description else {}),
        **({"traces": kept} if kept else {}),
        **({"evaluators": list(evaluators)} if evaluators else {}),
        **({"gate": gated} if gated else {}),
        "labels": dict(labels),
        "variants": {variant.name: writer.write(variant) for variant in variants},
    }
    text = yaml.dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=110)
    return {f"apps/{name}.yaml": text, **writer.files}


class _Writer:
    """Writes the variants of one app, and gathers the files that they share."""

    def __init__(self, app: str, existing: Mapping[str, str], *, alone: bool) -> None:
        self.files: Files = {}
        self._app = app
        self._existing = existing
        self._alone = alone

    def write(self, variant: Variant) -> dict[str, Any]:
        """Return the variant's keys: those that differ from their defaults, and the model, which is never assumed."""
        content = variant.content
        changed = content.model_dump(mode="json", exclude_defaults=True)
        keys: dict[str, Any] = {
            "model": write_tiers(content.model),
            "prompt": self._write_prompt(variant.name, content.prompt),
        }
        if content.input:
            keys["input"] = {name: _write_field(field) for name, field in content.input.items()}
        if content.output is not None:
            keys["output"] = self._write_output(variant, content.output)
        for key in ("temperature", "max_tokens", "resilience", "cache", "history"):
            if key in changed:
                keys[key] = changed[key]
        keys.update(_write_grounding(content))
        if content.prompt.examples:
            keys["examples"] = changed["prompt"]["examples"]
        return keys

    def _write_prompt(self, variant: str, prompt: PromptContent) -> Any:
        if _changes_in_a_file(prompt.template):
            source: dict[str, Any] = {"text": prompt.template}
        else:
            path = f"{PROMPTS}/{self._app}.md" if self._alone else f"{PROMPTS}/{self._app}/{variant}.md"
            source = {"file": self._add(path, prompt.template)}
        named = {}
        for name, text in prompt.partials.items():
            shared = f"{PROMPTS}/{name}"
            path = self._add(shared, text, beside=f"{PROMPTS}/{self._app}/{variant}/{name}")
            if path != shared:
                named[name] = path
        if named:
            return {**source, "partials": named}
        return source.get("file", source)

    def _write_output(self, variant: Variant, output: OutputContent) -> Any:
        text = json.dumps(output.json_schema, indent=2, ensure_ascii=False) + "\n"
        path = self._add(f"schemas/{self._app}.json", text, beside=f"schemas/{self._app}/{variant.name}.json")
        changed = output.model_dump(mode="json", exclude_defaults=True, exclude={"json_schema"})
        return {"schema": path, **changed} if changed else path

    def _add(self, path: str, text: str, *, beside: str | None = None) -> str:
        """Add a file, and return its path: `beside` when another text is at the first one already."""
        if beside is not None:
            there = self.files.get(path, self._existing.get(path, text))
            path = path if there == text else beside
        self.files[path] = text
        return path


def _changes_in_a_file(text: str) -> bool:
    """Whether reading a file would not give the text again: line ends and a byte order mark are normalised."""
    return "\r\n" in text or text.startswith("\ufeff")


def _write_field(field: InputField) -> Any:
    changed = field.model_dump(mode="json", exclude_defaults=True)
    if field.default is not None and field.required:
        changed["required"] = True  # with a default it would be read as optional
    elif field.default is not None:
        changed.pop("required", None)
    return {"type": field.type, **changed} if changed.keys() - {"type"} else field.type


def _write_grounding(content: VariantContent) -> dict[str, Any]:
    return (
        {} if content.grounding is None else content.grounding.model_dump(mode="json", exclude_defaults=True)
    )
