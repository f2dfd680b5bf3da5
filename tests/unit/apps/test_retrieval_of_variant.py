"""A variant may name the index that it searches, and a reranker."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from answerable.apps.content import Grounding, VariantContent
from answerable.apps.files.dump import dump_app
from answerable.apps.files.loader import load_apps
from answerable.apps.types import Variant
from tests.unit.apps.files.workspaces import MODEL

_TEMPLATE = """{% block system %}Answer.{% endblock %}
{% block user %}{{ question }}{% endblock %}
{% block repair %}Again.{% endblock %}
"""


def _make(**grounding: Any) -> VariantContent:
    return VariantContent.model_validate(
        {
            "kind": "rag",
            "model": ((MODEL,),),
            "prompt": {"template": _TEMPLATE},
            "grounding": grounding,
        }
    )


def test_a_variant_that_names_none_keeps_its_hash() -> None:
    """The hash is of what was there before an index could be named: labels and traces of old variants stand by it."""
    values = _make().model_dump(mode="json")
    assert list(values["grounding"]) == [
        "collection", "top_k", "candidates", "dense_weight", "context_tokens", "verifier", "policy",
    ]  # fmt: skip
    canonical = json.dumps(values, separators=(",", ":"))
    assert _make().hash == hashlib.sha256(canonical.encode()).hexdigest()


def test_another_index_or_reranker_is_another_variant() -> None:
    assert len({_make().hash, _make(index="short").hash, _make(index="long").hash}) == 3
    assert len({_make().hash, _make(reranker="p:m").hash, _make(index="short", reranker="p:m").hash}) == 3


@pytest.mark.parametrize("grounding", [{"index": "short"}, {"reranker": "cohere:rerank-v3"}])
def test_what_is_named_stands_in_the_file(grounding: dict[str, str], tmp_path: Path) -> None:
    variant = Variant("ask", "main", _make(**grounding))
    files = dump_app("ask", "rag", "", {"production": "main"}, [variant])
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    loaded = load_apps(tmp_path, default_model=MODEL)
    assert loaded.errors == ()
    (app,) = loaded.apps
    assert app.variants[0].content.grounding == Grounding.model_validate(grounding)
    assert app.variants[0].hash == variant.hash


@pytest.mark.parametrize("name", ["", "Short", "a b", "x" * 64])
def test_what_no_index_is_called_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        _make(index=name)
