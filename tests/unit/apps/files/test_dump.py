"""An app written as files is the same app when it is read again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from answerable.apps.content import VariantContent
from answerable.apps.files.dump import dump_app
from answerable.apps.files.loader import builtin_apps, load_apps
from answerable.apps.files.types import AppFile
from answerable.apps.types import Variant
from tests.unit.apps.files.workspaces import MODEL, write

TEMPLATE = (
    "{% block system %}{% include 'tone.md' %}{% endblock %}\n{% block user %}{{ notes }}{% endblock %}\n"
)


def _variant(name: str = "main", **changes: Any) -> Variant:
    base: dict[str, Any] = {
        "kind": "prompt",
        "model": (("a:b",),),
        "prompt": {"template": TEMPLATE, "partials": {"tone.md": "Be brief.\n"}},
        "input": {"notes": {}},
    }
    return Variant("listing", name, VariantContent.model_validate({**base, **changes}))


def _read_back(folder: Path, *variants: Variant, existing: dict[str, str] | None = None) -> AppFile:
    first = variants[0]
    write(folder, existing or {})
    files = dump_app(
        first.app,
        first.content.kind,
        "What it is: a test",
        {"production": first.name},
        variants,
        existing=existing,
    )
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8", newline="")
    loaded = load_apps(folder, default_model="not:this")
    assert loaded.errors == ()
    (app,) = loaded.apps
    assert (app.name, app.description) == (first.app, "What it is: a test")
    assert [(variant.name, variant.hash) for variant in app.variants] == [(v.name, v.hash) for v in variants]
    return app


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"model": (("a:b", "c:d"),)},
        {"model": (("a:b",), ("c:d", "e:f"), ("g:h:i",))},
        {"temperature": None, "max_tokens": 9},
        {"temperature": 1e-7},
        {"resilience": {"deadline": 3, "retry": ("timeout",), "hedge": True}, "history": {"tokens": 0}},
        {"cache": {"exact": False, "semantic": 0.95}},
        {"output": {"json_schema": {"type": "object", "properties": {"ü": {"enum": ["no", 1e5, "1e5", None]}}}}},
        {"output": {"json_schema": {"type": "string"}, "name": "Listing", "mode": "tool", "repair": False}},
        {"input": {"notes": {"default": "x"}}},
        {"input": {"notes": {"default": "x", "required": False, "max_length": 3}}},
        {"input": {"notes": {"required": False, "description": "a: b #c", "enum": ("no", "0o17", "~", "08")}}},
        {"prompt": {"template": "a\r\n{{ notes }}"}},
        {"prompt": {"template": "\ufeff{{ notes }}\u2028\x85  \n\n"}},
        {
            "prompt": {
                "template": "{{ notes }}",
                "examples": ({"input": {"notes": "yes\n- x: 'y'"}, "output": "2026-01-31"},),
            }
        },
    ],
)  # fmt: skip
def test_what_is_written_reads_back_the_same(tmp_path: Path, changes: dict[str, Any]) -> None:
    _read_back(tmp_path, _variant(**changes))


def test_variants_that_differ_have_files_of_their_own(tmp_path: Path) -> None:
    other = {"template": TEMPLATE + "\n", "partials": {"tone.md": "Be verbose.\n"}}
    _read_back(
        tmp_path,
        _variant("one", output={"json_schema": {"type": "object"}}),
        _variant("two", output={"json_schema": {"type": "array"}}, prompt=other),
    )


def test_what_other_prompts_include_is_not_overwritten(tmp_path: Path) -> None:
    existing = {"prompts/tone.md": "Another tone.\n", "schemas/listing.json": "{}\n"}
    _read_back(tmp_path, _variant(output={"json_schema": {"type": "object"}}), existing=existing)
    assert (tmp_path / "prompts/tone.md").read_text() == "Another tone.\n"
    assert (tmp_path / "schemas/listing.json").read_text() == "{}\n"


def test_a_rag_app_keeps_its_prompt_and_its_settings(tmp_path: Path) -> None:
    (ask,) = builtin_apps(default_model=MODEL)
    _read_back(tmp_path, *ask.variants)
    content = ask.variants[0].content
    changed = VariantContent.model_validate(
        {
            **content.model_dump(),
            "grounding": {"collection": "manuals", "top_k": 3, "dense_weight": 0.25, "policy": "strip"},
        }
    )
    _read_back(tmp_path / "changed", Variant("ask", "tuned", changed))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=30))
def test_any_text_survives(tmp_path: Path, text: str) -> None:
    example = {"input": {"notes": text}, "output": text}
    field = {"default": text, "description": text, "enum": (text, "x")}
    prompt = {
        "template": "{{ notes }}{% raw %}" + text.replace("{%", "") + "{% endraw %}",
        "examples": (example,),
    }
    _read_back(tmp_path, _variant(prompt=prompt, input={"notes": field}))
