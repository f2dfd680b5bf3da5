"""Drafts are held against the same rules as files, and everything that is wrong is said at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from answerable.apps.content import InputField, PromptContent, VariantContent
from answerable.apps.drafts import make_draft, suggest_name
from answerable.apps.files.types import AppFile
from answerable.apps.files.workspace import WorkspaceFiles
from answerable.apps.types import App, Variant
from answerable.core.errors import InvalidFields

BASE = Variant(
    "triage",
    "main",
    VariantContent(
        kind="prompt",
        model=(("openai:small",),),
        prompt=PromptContent(template="Sort: {{ ticket }}", partials={"tone.md": "Be kind."}),
        input={"ticket": InputField()},
    ),
)
APP = App("triage", "prompt", "Sorts tickets.", {}, (BASE,), {"main": BASE})


def draft(
    tmp_path: Path, *, name: str = "kinder", template: str = "Sort: {{ ticket }}", **settings: Any
) -> AppFile:
    files = WorkspaceFiles(tmp_path)
    return make_draft(APP, BASE, name=name, template=template, settings=settings, files=files)


def test_a_draft_keeps_all_that_it_does_not_change(tmp_path: Path) -> None:
    made = draft(
        tmp_path,
        template='{% include "tone.md" %} Sort: {{ ticket }}',
        temperature="0.7",
        model=[["openai:large", "azure:large"], ["openai:small"]],
    )
    [variant] = made.variants
    assert (variant.app, variant.name) == ("triage", "kinder")
    assert variant.content.temperature == 0.7
    assert variant.content.model == (("openai:large", "azure:large"), ("openai:small",))
    assert variant.content.prompt.partials == {"tone.md": "Be kind."}
    assert variant.content.input == BASE.content.input
    assert variant.hash != BASE.hash
    assert made.labels == {}, "a draft moves no label"
    assert (made.kind, made.description) == (APP.kind, APP.description)


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidFields) as caught:
        draft(tmp_path, name="Main One", template="Sort:\n{{ tickets }}", model=[["nonsense"]])
    assert [problem.at for problem in caught.value.problems] == ["name", "model", "prompt, line 2"]
    assert "Did you mean 'ticket'?" in str(caught.value)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{% if ticket %}", "line 1"),
        ("{{ ticket.__class__ }}", "out of reach"),
        ('{% include "other.md" %} {{ ticket }}', "other.md"),
    ],
    ids=["not closed", "internals", "unknown partial"],
)
def test_a_template_that_cannot_work_is_refused(tmp_path: Path, template: str, expected: str) -> None:
    with pytest.raises(InvalidFields, match=expected):
        draft(tmp_path, template=template)


@pytest.mark.parametrize(
    ("settings", "place"),
    [({"temperature": "warm"}, "temperature"), ({"max_tokens": "0"}, "max_tokens"), ({"model": []}, "model")],
)
def test_a_setting_out_of_bounds_is_refused(tmp_path: Path, settings: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidFields) as caught:
        draft(tmp_path, **settings)
    assert caught.value.problems[0].at.startswith(place)


def test_what_is_registered_under_a_name_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(InvalidFields, match="'main' is taken"):
        draft(tmp_path, name="main")


def test_the_first_free_name_is_offered() -> None:
    taken = App("triage", "prompt", "", {}, (BASE,), {"draft-1": BASE, "draft-3": BASE})
    assert suggest_name(taken) == "draft-2"
