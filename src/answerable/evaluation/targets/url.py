"""An address that takes JSON and answers with JSON: our own `/ask`, or anybody's."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import httpx

from answerable.core.errors import SetupError, UpstreamFailed
from answerable.datasets.types import Example
from answerable.evaluation.targets.endpoint import Endpoint
from answerable.evaluation.targets.settings import UrlSettings
from answerable.evaluation.targets.values import to_output
from answerable.evaluation.types import Output, Target

_FIELD: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_VARIABLE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def open_url(settings: UrlSettings, client: httpx.AsyncClient) -> Target:
    """Return the target. Raises SetupError for a variable of the environment that is not set."""
    headers = {name: _fill_variables(text) for name, text in settings.headers.items()}
    endpoint = Endpoint(client, settings.url, headers)

    async def ask(example: Example) -> Output:
        body = _fill(settings.body, example) if settings.body is not None else dict(example.input)
        return to_output(_pick(settings, await endpoint.post(body)))

    return ask


def _fill(template: Any, example: Example) -> Any:
    """Return the template with the example's values. A text that is one field alone becomes its value as it is."""
    if isinstance(template, Mapping):
        return {name: _fill(one, example) for name, one in template.items()}
    if isinstance(template, list):
        return [_fill(one, example) for one in template]
    if not isinstance(template, str):
        return template
    alone = _FIELD.fullmatch(template)
    if alone is not None:
        return _find_value(alone[1], example)
    return _FIELD.sub(lambda found: str(_find_value(found[1], example)), template)


def _find_value(name: str, example: Example) -> Any:
    if name in example.input:
        return example.input[name]
    if name == "input":
        return dict(example.input)
    if name == "history":
        return [{"role": turn.role, "content": turn.text} for turn in example.history]
    return None


def _pick(settings: UrlSettings, answer: Any) -> Any:
    """Return what the paths name, by the names that `to_output` knows; the answer as it is without any."""
    paths = {
        "answer": settings.answer,
        "sources": settings.sources,
        "cost_usd": settings.cost_usd,
        "input_tokens": settings.input_tokens,
        "output_tokens": settings.output_tokens,
    }
    named = {name: _follow(answer, path) for name, path in paths.items() if path is not None}
    if not named:
        return answer
    if settings.answer is not None and not isinstance(named["answer"], str):
        raise UpstreamFailed(f"There is no text at {settings.answer!r} of its answer.", code="no_output")
    return {**(answer if settings.answer is None and isinstance(answer, Mapping) else {}), **named}


def _follow(value: Any, path: str) -> Any:
    """Return what stands at `a.0.b`; None where nothing does."""
    for part in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


def _fill_variables(text: str, find: Callable[[str], str | None] = os.environ.get) -> str:
    def read(found: re.Match[str]) -> str:
        value = find(found[1])
        if not value:
            raise SetupError(
                f"The environment has no {found[1]}, which a header of the target names.",
                hint=f"Set it: export {found[1]}=...",
                code="bad_target",
            )
        return value

    return _VARIABLE.sub(read, text)
