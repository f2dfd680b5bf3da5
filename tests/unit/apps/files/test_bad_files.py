"""App files that are wrong: each problem with its file, its line and what to do, all of them at once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from answerable.apps.files.loader import load_apps
from tests.unit.apps.files.workspaces import MODEL, load, write

HEAD = (
    "kind: prompt\nvariants:\n  v:\n    prompt: |\n      Describe {{ notes }}\n    input: {notes: string}\n"
)
"""A valid app of six lines; what a test adds is line 7."""

RAG = "kind: rag\nvariants:\n  v:\n    collection: docs\n"
_SCHEMA = "    output:\n      schema:\n"


@pytest.mark.parametrize(
    ("text", "line", "message", "suggestion"),
    [
        # keys
        ("lables: {}\n" + HEAD, 1, "no key 'lables'", "'labels'"),
        ("model: a:b\n" + HEAD, 1, "no key 'model'", "a setting belongs into a variant"),
        (HEAD + "    modle: a:b\n", 7, "no key 'modle'", "'model'"),
        (HEAD + "    top_k: 3\n", 7, "Only a rag app has 'top_k'", "change the kind"),
        (RAG + "    input: {a: string}\n", 5, "Only a prompt app has 'input'", "change the kind"),
        (HEAD + "    resilience:\n      deadlin: 3\n", 8, "no key 'deadlin'", "'deadline'"),
        (HEAD + "    cache: {second: 3}\n", 7, "no key 'second'", "'seconds'"),
        (HEAD + "    cache: {seconds: 3, seconds: 4}\n", 7, "'seconds' is there twice", "Take one out"),
        (HEAD + "    cache: 3\n", 7, "not a mapping", "exact"),
        (HEAD + "    <<: {model: a:b}\n", 7, "no key '<<'", ""),
        # names, kinds, labels
        ("variants: {v: {prompt: \"x\\n\"}}\n", 1, "no kind", "kind: prompt"),
        ("kind: promt\nvariants: {v: {}}\n", 1, "no kind 'promt'", "'prompt'"),
        ("kind: prompt\n", 1, "no variant", "variants:"),
        ("kind: prompt\nvariants: {}\n", 2, "no variant", "variants:"),
        ("kind: prompt\nvariants: {v: 3}\n", 2, "not a mapping", "below"),
        ("kind: prompt\nvariants: {Big One: {prompt: \"x\\n\"}}\n", 2, "cannot be the name of a variant", "lower-case"),
        (HEAD + "labels: {production: w}\n", 7, "'production' is on 'w'", "There are v"),
        (HEAD + "labels:\n  candidate: [v]\n", 8, "'candidate' is on ['v']", ""),
        (HEAD + "labels: {A: v}\n", 7, "cannot be the name of a label", "lower-case"),
        (HEAD + "description: [a]\n", 7, "`description` is a text", "quotes"),
        # extends
        (HEAD + "  w: {extends: u}\n", 7, "no variant 'u' to extend", "There are v, w"),
        (HEAD + "  w: {extends: [v]}\n", 7, "no variant", ""),
        (HEAD + "  w: {extends: w}\n", 7, "in a circle: w -> w", "stand alone"),
        # models
        (HEAD + "    model: gpt-5\n", 7, "'gpt-5' does not name a model", "PROVIDER:MODEL"),
        (HEAD + "    model: [a:b, 3]\n", 7, "3 does not name a model", "PROVIDER:MODEL"),
        (HEAD + "    model: []\n", 7, "empty list", "PROVIDER:MODEL"),
        (HEAD + "    model: [[]]\n", 7, "empty list", "PROVIDER:MODEL"),
        # a prompt that looks like a text
        ("kind: prompt\nvariants: {v: {prompt: Hello to you}}\n", 2, "no file Hello to you", "`prompt: |`"),
        ("kind: prompt\nvariants: {v: {prompt: '{% if a %}b{% endif %}'}}\n", 2, "no file", "`prompt: |`"),
        # numbers
        (HEAD + "    temperature: 3\n", 7, "'temperature' should be less than or equal to 2", ""),
        (HEAD + "    max_tokens: many\n", 7, "'max_tokens' should be a valid integer", ""),
        (HEAD + "    max_tokens: true\n", 7, "'max_tokens' should be a valid integer", ""),
        (HEAD + "    max_tokens: " + "9" * 5000 + "\n", 7, "is no int", ""),
        (HEAD + "    resilience:\n      attempts: 99\n", 8, "'attempts' should be less than or equal to 10", ""),
        (HEAD + "    resilience:\n      retry: [rate_limits]\n", 8, "'retry' should be", "'rate_limit'"),
        (RAG + "    top_k: 500\n", 5, "'top_k' should be less than", ""),
        (RAG + "    policy: stripp\n", 5, "'policy' should be", "'strip'"),
        # input
        (HEAD + "    max_tokens: 5\n  w: {extends: v, input: [a]}\n", 8, "`input` is a mapping", "notes: string"),
        (HEAD.replace("string", "strng"), 6, "'type' should be", "'string'"),
        (HEAD.replace("string", "{requird: true}"), 6, "no key 'requird'", "'required'"),
        (HEAD.replace("string", "{type: integer, default: x}"), 6, "default does not fit", ""),
        (HEAD.replace("string", "{enum: [a], default: b}"), 6, "'b' is not one of a", ""),
        (HEAD.replace("string", "3"), 6, "a type or a mapping", "notes: string"),
        (HEAD.replace("{notes", "{class: image, notes"), 6, "'class' cannot be the name", "letters"),
        (HEAD.replace("{notes", "{__x: image, notes"), 6, "'__x' cannot be the name", "letters"),
        # prompts
        ("kind: prompt\nvariants:\n  v: {}\n", 3, "no prompt", "prompts/NAME.md"),
        ("kind: prompt\nvariants:\n  v: {prompt: [a]}\n", 3, "a path or a text", "prompt: |"),
        ("kind: prompt\nvariants:\n  v: {prompt: {fil: a}}\n", 3, "no 'fil'", "'file'"),
        ("kind: prompt\nvariants:\n  v: {prompt: 'Say {{ x }}'}\n", 3, "no file", "prompt: |"),
        ("kind: prompt\nvariants:\n  v: {prompt: prompts/gone.md}\n", 3, "no file prompts/gone.md", ""),
        ("kind: prompt\nvariants:\n  v: {prompt: prompts/shoot.md}\n", 3, "no file", "'prompts/shop.md'"),
        (HEAD.replace("notes }", "note }"), 5, "'note' is not declared", "'notes'"),
        (HEAD.replace("notes }", "size }"), 5, "'size' is not declared", "Add `size: string`"),
        (HEAD.replace("notes }", "notes|uper }"), 5, "no filter 'uper'", "'upper'"),
        (HEAD.replace("{{ notes }}", "{% if notes %}"), 5, "Unexpected end of template", "Mend"),
        (HEAD.replace("{{ notes }}", "{{ notes }}{% include 'shp.md' %}"), 5, "no file prompts/shp.md", "shop.md"),
        (HEAD.replace("{{ notes }}", "{{ notes.__class__ }}"), 5, "out of reach", ""),
        (HEAD.replace("Describe {{ notes }}", "{% block usr %}{{ notes }}{% endblock %}"), 5, "no block 'usr'", "user"),
        (RAG + "    prompt: |\n      {{ question }}{{ sources }}\n", 6, "lacks the block repair and system", ""),
        (RAG + "    prompt: |\n      {{ qestion }}\n", 6, "no variable 'qestion'", "'question'"),
        # examples
        (HEAD + "    examples: 3\n", 7, "`examples` is a list", "input"),
        (HEAD + "    examples:\n      - {input: {notes: a}}\n", 8, "an input and an output", "- {input"),
        (HEAD + "    examples:\n      - {inputs: {}, output: a}\n", 8, "no 'inputs'", "'input'"),
        (HEAD + "    examples:\n      - input: {note: a}\n        output: b\n", 8, "not declared", "'notes'"),
        (HEAD + "    examples:\n      - input: {}\n        output: b\n", 8, "lacks the input 'notes'", "Add `notes:`"),
        (HEAD + "    examples:\n      - input:\n          notes: 3\n        output: b\n", 9, "no string", ""),
        (HEAD + "    examples:\n      - input: {notes: a}\n        output: {a: 1}\n", 9, "answers in text", "output:"),
        (HEAD + "    examples: gone.yaml\n", 7, "no file gone.yaml", ""),
        # output
        (HEAD + "    output: {type: object}\n", 7, "one of `schema` and `python`", "output: schemas"),
        (HEAD + "    output: {schema: {}, python: 'a:B'}\n", 7, "one of `schema` and `python`", ""),
        (HEAD + "    output: {schema: {type: object}, mod: tool}\n", 7, "no key 'mod'", "'mode'"),
        (HEAD + "    output: {schema: {type: object}, mode: tol}\n", 7, "'mode' should be", "'tool'"),
        (HEAD + "    output: {schema: {type: object}, name: a b}\n", 7, "'name'", ""),
        (HEAD + "    output: {schema: [1]}\n", 7, "JSON Schema is a mapping", "type: object"),
        (HEAD + "    output: {schema: {}}\n", 7, "JSON Schema is a mapping", "type: object"),
        (HEAD + _SCHEMA + "        type: objct\n", 9, "not a JSON Schema", "2020-12"),
        (HEAD + _SCHEMA + "        properties: []\n", 9, "not a JSON Schema", "2020-12"),
        (HEAD + _SCHEMA + "        pattern: '('\n", 9, "not a", "2020-12"),
        (HEAD + _SCHEMA + "        $ref: '#/$defs/no'\n", 8, "not a JSON Schema", "2020-12"),
        (HEAD + _SCHEMA + "        items:\n          $ref: https://x.org/s.json\n", 10, "nothing outside", "$defs"),
        (HEAD + _SCHEMA + "        $ref: file:///etc/passwd\n", 9, "nothing outside", "$defs"),
        (HEAD + "    output: schemas/gone.json\n", 7, "no file schemas/gone.json", ""),
        (HEAD + "    output: {python: models}\n", 7, "does not name a model", "models:Listing"),
        (HEAD + "    output: {python: 'gone:Listing'}\n", 7, "no file gone.py", ""),
        (HEAD + "    output: {python: 'good:Lsting'}\n", 7, "good has no 'Lsting'", "'Listing'"),
        (HEAD + "    output: {python: '../x:Y'}\n", 7, "does not name a model", ""),
        # YAML
        ("kind: prompt\n\tx: 1\n", 2, "not valid YAML", "spaces"),
        ("kind: prompt\nvariants: {\n", 3, "not valid YAML", ""),
        ("kind: prompt\n---\nkind: rag\n", 2, "another document", ""),
        ("kind: !!python/object/apply:os.system [ls]\n", 1, "tag", "Take it out"),
        ("- kind\n", 1, "is a mapping", "kind: prompt"),
        ("", 1, "is a mapping", "kind: prompt"),
        ("[" * 5000, 1, "too deeply", ""),
        ("kind: &a [*a]\n", 1, "aliases", "Write it out"),
        ("kind: *gone\n", 1, "undefined alias", ""),
        ("? [a]\n: b\n", 1, "a list or a mapping", "Use a name"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_where_it_is(
    tmp_path: Path, text: str, line: int, message: str, suggestion: str
) -> None:
    write(tmp_path, {"prompts/shop.md": "x", "good.py": "class Listing: pass\n"})
    loaded = load(tmp_path, {"apps/listing.yaml": text})
    assert loaded.apps == ()
    found = [problem for problem in loaded.errors if message in problem.message]
    assert [(problem.file, problem.line) for problem in found] == [("apps/listing.yaml", line)], (
        loaded.problems
    )
    assert suggestion in found[0].suggestion


def test_everything_wrong_in_any_file_is_named_at_once(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        {
            "apps/a.yaml": HEAD + "    modle: x\n    temperature: 9\n    max_tokens: x\n",
            "apps/b.yaml": "kind: prompt\nvariants:\n  v:\n    prompt: prompts/p.md\n    output: s.json\n",
            "apps/good.yaml": HEAD,
            "prompts/p.md": "{% block user %}\n{{ a|uper }}\n{{ b|lowr }}{% include 'q.md' %}{% endblock %}",
            "prompts/q.md": "\n{{ c|titl }}",
            "s.json": '{\n "type": "objct",\n "required": 3\n}',
        },
    )
    assert [app.name for app in loaded.apps] == ["good"]
    assert [(problem.file, problem.line) for problem in loaded.problems] == [
        ("apps/a.yaml", 7),
        ("apps/a.yaml", 8),
        ("apps/a.yaml", 9),
        ("prompts/p.md", 2),
        ("prompts/p.md", 2),
        ("prompts/p.md", 3),
        ("prompts/p.md", 3),
        ("prompts/q.md", 2),
        ("prompts/q.md", 2),
        ("s.json", 2),
        ("s.json", 3),
    ]


@pytest.mark.parametrize(
    ("prompt", "messages"),
    [
        (
            "{{ note|uper }}",
            ["The variable 'note' is not declared.", "There is no filter 'uper'."],
        ),
        (
            "{% if note is defind %}{{ notes.__class__ }}{% endif %}",
            [
                "'__class__' is out of reach",
                "The variable 'note' is not declared.",
                "There is no test 'defind'.",
            ],
        ),
        (
            "{{ self.user() }}{{ size }}",
            ["A prompt has no 'self'.", "The variable 'size' is not declared."],
        ),
        ("{{ note|uper }}{% if notes %}", ["Unexpected end of template"]),
    ],
    ids=["filter", "test", "name", "unparsed"],
)
def test_undeclared_variables_are_named_beside_what_else_is_wrong_with_a_template(
    tmp_path: Path, prompt: str, messages: list[str]
) -> None:
    loaded = load(tmp_path, {"apps/a.yaml": HEAD.replace("{{ notes }}", prompt)})

    found = sorted(problem.message for problem in loaded.problems)
    assert len(found) == len(messages), found
    assert all(message in text for text, message in zip(found, messages, strict=True)), found


def test_what_two_variants_inherit_is_named_once(tmp_path: Path) -> None:
    loaded = load(
        tmp_path, {"apps/a.yaml": HEAD + "    temperature: 9\n  w: {extends: v}\n  x: {extends: w}\n"}
    )
    assert [problem.line for problem in loaded.problems] == [7]


def test_a_circle_of_extends_is_named_once_with_its_way(tmp_path: Path) -> None:
    text = "kind: prompt\nvariants:\n  a: {extends: c}\n  b: {extends: a}\n  c: {extends: b}\n  d: {extends: b}\n"
    loaded = load(tmp_path, {"apps/a.yaml": text})
    (problem,) = loaded.problems
    assert problem.line == 3
    assert "a -> c -> b -> a" in problem.message


def test_an_undeclared_variable_of_a_partial_is_named_in_the_partial(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        {
            "apps/a.yaml": "kind: prompt\nvariants: {v: {prompt: prompts/p.md}}\n",
            "prompts/p.md": "{% include 'q.md' %}",
            "prompts/q.md": "\n\n{{ pric }}",
        },
    )
    assert [(problem.file, problem.line) for problem in loaded.problems] == [("prompts/q.md", 3)]


def test_an_example_that_does_not_fit_the_schema_is_named_by_its_field(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        {
            "apps/a.yaml": HEAD + "    output: s.json\n    examples: e.yaml\n",
            "s.json": '{"type": "object", "properties": {"price": {"type": "number"}}, "required": ["title"]}',
            "e.yaml": "- input: {notes: a}\n  output:\n    price: dear\n",
        },
    )
    assert {(problem.file, problem.line) for problem in loaded.problems} == {("e.yaml", 2), ("e.yaml", 3)}


@pytest.mark.parametrize(
    ("module", "line", "told"),
    [
        ("x = 1\nraise ValueError('no')\n", 2, "ValueError: no"),
        ("x = 1\n\ndef f(:\n", 3, "SyntaxError"),
        ("import gone_module\n", 1, "gone_module"),
        ("import sys\nsys.exit(3)\n", 2, "SystemExit"),
        ("from pydantic import BaseModel\nclass Listing(BaseModel):\n    x: object()\n", 2, "schema"),
    ],
)
def test_a_module_that_fails_is_named_with_its_line(
    tmp_path: Path, module: str, line: int, told: str
) -> None:
    loaded = load(
        tmp_path,
        {"apps/a.yaml": HEAD + "    output: {python: 'models:Listing'}\n", "models.py": module},
    )
    (problem,) = loaded.problems
    assert (problem.file, problem.line) == ("models.py", line)
    assert told in problem.message


@pytest.mark.parametrize(
    "path",
    [
        "../secret.md",
        "/etc/passwd",
        "prompts/../../secret.md",
        "prompts/link.md",
        "linked/secret.md",
        "prompts",
    ],
)
def test_no_path_leads_out_of_the_workspace(tmp_path: Path, path: str) -> None:
    workspace = tmp_path / "workspace"
    write(tmp_path, {"secret.md": "s3cret\n"})
    write(
        workspace,
        {
            "prompts/shop.md": "x",
            "apps/a.yaml": f"kind: prompt\nvariants: {{v: {{prompt: {path}}}}}\n",
            "apps/b.yaml": f'kind: prompt\nvariants: {{v: {{prompt: "x\\n", output: {path}}}}}\n',
            "apps/c.yaml": f'kind: prompt\nvariants: {{v: {{prompt: "x\\n", examples: {path}}}}}\n',
            "apps/d.yaml": f"kind: prompt\nvariants: {{v: {{prompt: \"x\\n{{% include '../{path}' %}}\"}}}}\n",
        },
    )
    (workspace / "prompts/link.md").symlink_to(tmp_path / "secret.md")
    (workspace / "linked").symlink_to(tmp_path)
    (workspace / "apps/e.yaml").symlink_to(tmp_path / "secret.md")
    loaded = load_apps(workspace, default_model=MODEL)
    assert loaded.apps == ()
    assert {problem.file for problem in loaded.errors} == {f"apps/{name}.yaml" for name in "abcde"}
    assert "s3cret" not in str(loaded)


@pytest.mark.parametrize("level", [5, 9, 40])
def test_aliases_cannot_stand_for_more_than_a_file_may_hold(tmp_path: Path, level: int) -> None:
    lines = ["l0: &l0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, level + 1)]
    started = time.thread_time()
    loaded = load(tmp_path, {"apps/laughs.yaml": "\n".join(lines)})
    assert time.thread_time() - started < 5
    assert [problem.line for problem in loaded.problems] == [1]
    assert "aliases" in loaded.problems[0].message


def test_files_that_are_no_text_or_too_large_are_refused(tmp_path: Path) -> None:
    write(tmp_path, {"apps/long.yaml": "#" * 1_100_000, "apps/Big Name.yaml": HEAD, "apps/short.yml": HEAD})
    (tmp_path / "apps/latin.yaml").write_bytes(b"kind: prompt\ndescription: caf\xe9\n")
    (tmp_path / "apps/zero.yaml").write_bytes(b"kind: \x00\n")
    (tmp_path / "apps/folder.yaml").mkdir()
    loaded = load_apps(tmp_path, default_model=MODEL)
    told = {problem.file: problem.message for problem in loaded.problems}
    assert "more than 1000000 bytes" in told["apps/long.yaml"]
    assert "cannot be the name" in told["apps/Big Name.yaml"]
    assert "not UTF-8: line 2" in told["apps/latin.yaml"]
    assert "the character #x0000" in told["apps/zero.yaml"]
    assert "no file" in told["apps/folder.yaml"]
    assert ".yaml are read" in told["apps/short.yml"]
    assert loaded.apps == ()
