"""App files that are right, and what they come to."""

from __future__ import annotations

import base64
import sys
from pathlib import Path

import pytest

from answerable.apps.content import Grounding, InputField, OutputContent
from answerable.apps.files.loader import builtin_apps, load_apps
from answerable.apps.templates.template import PromptTemplate
from tests.unit.apps.files.workspaces import MODEL, load, load_one, write

PNG = b"\x89PNG"
LISTING = {
    "apps/listing.yaml": """\
        kind: prompt
        description: A listing from a photo
        labels: {production: photo, candidate: cheap}
        variants:
          photo:
            model: [openai:gpt-5-mini, [a:one, b:one]]
            prompt: prompts/listing.md
            input: {photo: image, notes: {type: string, default: "", max_length: 2000}}
            output: schemas/listing.json
            examples: examples/listing.yaml
            temperature: 0.5
            max_tokens: 300
            resilience: {deadline: 20, retry: [timeout]}
            cache: {seconds: 60}
            history: {tokens: 0}
          cheap:
            extends: photo
            model: openai:gpt-5-nano
            cache: {exact: false}
            output: {mode: tool}
        """,
    "prompts/listing.md": """\
        {% block system %}{% include "tone.md" %}{% endblock %}
        {% block user %}{{ notes }}{% endblock %}
        """,
    "prompts/tone.md": "Be brief. {% include 'parts/end.md' %}",
    "prompts/parts/end.md": "Thanks.",
    "schemas/listing.json": '{\n\t"type": "object",\n\t"properties": {"title": {"type": "string"}}\n}',
    "examples/listing.yaml": """\
        - input: {photo: images/bike.png, notes: red}
          output: {title: A red bike}
        """,
}


def test_a_whole_app_is_resolved(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images/bike.png").write_bytes(PNG)
    loaded = load(tmp_path, LISTING)
    assert loaded.problems == ()
    (app,) = loaded.apps
    assert (app.name, app.kind, app.description) == ("listing", "prompt", "A listing from a photo")
    assert app.labels == {"production": "photo", "candidate": "cheap"}
    assert app.path == tmp_path / "apps/listing.yaml"
    photo, cheap = (variant.content for variant in app.variants)

    assert photo.model == (("openai:gpt-5-mini",), ("a:one", "b:one"))
    assert photo.prompt.partials == {"parts/end.md": "Thanks.", "tone.md": LISTING["prompts/tone.md"]}
    assert PromptTemplate.compile(photo.prompt).system({}) == "Be brief. Thanks."
    assert photo.input["photo"] == InputField(type="image")
    assert photo.input["notes"] == InputField(type="string", required=False, default="", max_length=2000)
    (example,) = photo.prompt.examples
    assert example.input["photo"] == "data:image/png;base64," + base64.b64encode(PNG).decode()
    assert example.output == {"title": "A red bike"}
    assert photo.output == OutputContent(
        json_schema={"type": "object", "properties": {"title": {"type": "string"}}}
    )
    assert (photo.temperature, photo.max_tokens, photo.history.tokens) == (0.5, 300, 0)
    assert (photo.resilience.deadline, photo.resilience.retry) == (20, ("timeout",))

    assert cheap.model == (("openai:gpt-5-nano",),)
    assert (cheap.cache.exact, cheap.cache.seconds) == (False, 60)
    assert cheap.output is not None
    assert cheap.output.mode == "tool"
    assert cheap.output.json_schema == photo.output.json_schema
    assert cheap.prompt == photo.prompt


def test_the_smallest_app(tmp_path: Path) -> None:
    app = load_one(tmp_path, "kind: prompt\nvariants:\n  main:\n    prompt: |\n      Say hello.\n")
    assert app.labels == {"production": "main"}
    content = app.variants[0].content
    assert content.model == ((MODEL,),)
    assert PromptTemplate.compile(content.prompt).user({}) == "Say hello."


def test_production_is_the_first_variant_where_no_label_says_else(tmp_path: Path) -> None:
    text = 'kind: prompt\nlabels: {candidate: b}\nvariants:\n  a: {prompt: "x\\n"}\n'
    loaded = load(tmp_path, {"apps/listing.yaml": text + '  b: {prompt: "y\\n"}\n'})
    assert loaded.apps[0].labels == {"production": "a", "candidate": "b"}


def test_the_default_model_is_part_of_the_hash(tmp_path: Path) -> None:
    write(tmp_path, {"apps/a.yaml": 'kind: prompt\nvariants: {v: {model: default, prompt: "x\\n"}}\n'})
    one, two = (load_apps(tmp_path, default_model=model).apps[0].variants[0] for model in ("a:b", "c:d"))
    assert one.content.model == (("a:b",),)
    assert one.hash != two.hash


def test_a_rag_app_has_its_settings_at_the_top_and_the_built_in_prompt(tmp_path: Path) -> None:
    app = load_one(tmp_path, "kind: rag\nvariants:\n  main: {collection: manuals, top_k: 5, policy: strip}\n")
    content = app.variants[0].content
    assert content.grounding == Grounding(collection="manuals", top_k=5, policy="strip")
    assert content.prompt == builtin_apps(default_model=MODEL)[0].variants[0].content.prompt


def test_the_built_in_app_is_a_file_as_any_other() -> None:
    (ask,) = builtin_apps(default_model="a:b")
    assert (ask.name, ask.kind, ask.labels) == ("ask", "rag", {"production": "default"})
    (variant,) = ask.variants
    assert variant.content.grounding == Grounding()
    assert variant.content.model == (("a:b",),)
    prompt = PromptTemplate.compile(variant.content.prompt)
    assert prompt.blocks == {"system", "user", "repair"}
    assert prompt.variables == {"question", "sources", "abstention", "faults"}


def test_the_same_text_has_the_same_hash_whatever_its_line_ends(tmp_path: Path) -> None:
    text = "kind: prompt\nvariants: {v: {prompt: prompts/p.md}}\n"
    hashes = set()
    for number, prompt in enumerate(("a\nb\n", "a\r\nb\r\n", "\ufeffa\nb\n")):
        loaded = load(tmp_path / str(number), {"apps/a.yaml": text, "prompts/p.md": prompt})
        hashes.add(loaded.apps[0].variants[0].hash)
    assert len(hashes) == 1


def test_scalars_mean_what_they_say(tmp_path: Path) -> None:
    app = load_one(
        tmp_path,
        """\
        kind: prompt
        variants:
          v:
            prompt: "{{ answer }} {{ day }}\\n"
            input: {answer: {type: string, enum: [yes, no, on]}, day: {type: string, default: 2026-01-31}}
        """,
    )
    assert app.variants[0].content.input["answer"].enum == ("yes", "no", "on")
    assert app.variants[0].content.input["day"].default == "2026-01-31"


def test_a_json_file_is_read_as_json(tmp_path: Path) -> None:
    schema = '{"type": "string", "const": "\\ud83d\\ude00 \\/ 1e5", "maxLength": 1e2, "description": "07:30"}'
    app = load_one(
        tmp_path,
        'kind: prompt\nvariants: {v: {prompt: "x\\n", output: s.json}}\n',
        s_dot_json=schema,
    )
    output = app.variants[0].content.output
    assert output is not None
    assert output.json_schema == {
        "type": "string",
        "const": "\U0001f600 / 1e5",
        "maxLength": 100,
        "description": "07:30",
    }


def test_a_variant_can_do_without_what_it_inherits(tmp_path: Path) -> None:
    app = load_one(
        tmp_path,
        """\
        kind: prompt
        variants:
          typed: {prompt: "x\\n", output: {schema: {type: object}}, temperature: 1}
          text: {extends: typed, output: , temperature: null}
          other: {extends: text, output: {python: "models:Listing"}}
        """,
        models_dot_py="from pydantic import BaseModel\nclass Listing(BaseModel):\n    title: str\n",
    )
    typed, text, other = (variant.content for variant in app.variants)
    assert (typed.temperature, text.temperature) == (1, None)
    assert text.output is None
    assert other.output is not None
    assert other.output.name == "Listing"


def test_a_pydantic_model_is_resolved_and_nothing_of_it_stays(tmp_path: Path) -> None:
    files = {
        "apps/a.yaml": "kind: prompt\nvariants: {v: {prompt: \"x\\n\", output: {python: 'shop.models:Listing'}}}\n",
        "shop/models.py": """\
            from __future__ import annotations
            from pydantic import BaseModel
            from parts import Part
            class Listing(BaseModel):
                title: str
                parts: list[Part]
            """,
        "parts.py": "from pydantic import BaseModel\nclass Part(BaseModel):\n    name: str\n",
    }
    path, modules = list(sys.path), set(sys.modules)
    output = load(tmp_path, files).apps[0].variants[0].content.output
    assert output is not None
    assert output.name == "Listing"
    assert output.json_schema["required"] == ["title", "parts"]
    assert "Part" in output.json_schema["$defs"]
    assert sys.path == path
    assert not {name for name in set(sys.modules) - modules if name in {"shop.models", "parts"}}
    assert not list(tmp_path.rglob("__pycache__"))

    files["parts.py"] = files["parts.py"].replace("name: str", "size: int")
    changed = load(tmp_path, files).apps[0].variants[0].content.output
    assert changed is not None
    assert list(changed.json_schema["$defs"]["Part"]["properties"]) == ["size"]


def test_a_module_of_the_workspace_may_have_the_name_of_an_installed_one(tmp_path: Path) -> None:
    json_before = sys.modules["json"]
    app = load_one(
        tmp_path,
        "kind: prompt\nvariants: {v: {prompt: \"x\\n\", output: {python: 'json:Listing'}}}\n",
        json_dot_py="from dataclasses import dataclass\n@dataclass\nclass Listing:\n    title: str\n",
    )
    assert app.variants[0].content.output is not None
    assert sys.modules["json"] is json_before


def test_an_empty_workspace_has_no_apps(tmp_path: Path) -> None:
    loaded = load_apps(tmp_path, default_model=MODEL)
    assert (loaded.apps, loaded.problems) == ((), ())


@pytest.mark.parametrize("unused", ["notes: string", "limit: integer"])
def test_an_input_that_the_prompt_never_reads_is_a_warning(tmp_path: Path, unused: str) -> None:
    text = f'kind: prompt\nvariants:\n  v:\n    prompt: "x\\n"\n    input: {{photo: image, {unused}}}\n'
    loaded = load(tmp_path, {"apps/a.yaml": text})
    assert len(loaded.apps) == 1
    assert loaded.errors == ()
    (warning,) = loaded.warnings
    assert (warning.file, warning.line) == ("apps/a.yaml", 5)
    assert str(warning).startswith("apps/a.yaml:5: warning: The prompt never uses the input")
