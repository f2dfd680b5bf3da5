"""Questions as MT-Bench has them (Zheng et al. 2023): `{question_id, category, turns, reference}` a line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from answerable.core.errors import InvalidInput
from answerable.datasets.importing.entries import describe, read_entries
from answerable.datasets.importing.types import ImportOptions
from answerable.datasets.importing.values import to_tag
from answerable.datasets.types import Example, Provenance, Row, Turn


def read_mt_bench(path: Path, _: ImportOptions) -> Iterator[Row]:
    """Yield an example of each turn whose way there is known: a later one needs references for those before it.

    Turns that cannot stand alone are kept in the metadata of the first, as `next_turns`.
    """
    for place, value in read_entries(path, keys=()):
        if isinstance(value, Row):
            yield value
            continue
        try:
            yield from [Row(place, example) for example in _read(value)]
        except (KeyError, TypeError, InvalidInput) as error:
            yield Row(place, problem=describe(error))


def _read(value: Mapping[str, Any]) -> list[Example]:
    key, turns = str(value["question_id"]), value["turns"]
    if not isinstance(turns, list) or not turns or not all(isinstance(turn, str) for turn in turns):
        raise InvalidInput("`turns` is a list of texts.")
    references = _read_references(value)
    category = str(value.get("category") or "")
    examples: list[Example] = []
    history: list[Turn] = []
    for number, turn in enumerate(turns, start=1):
        reference = references[number - 1] if number <= len(references) else None
        examples.append(
            Example(
                input={"question": turn},
                expected=reference,
                history=tuple(history),
                tags=(*([to_tag(category)] if category else []), f"turn:{number}"),
                metadata={"next_turns": turns[number:]} if reference is None and turns[number:] else {},
                provenance=Provenance(source="import:mt-bench"),
                key=key if number == 1 else f"{key}#{number}",
            )
        )
        if reference is None:
            break
        history += [Turn("user", turn), Turn("assistant", reference)]
    return examples


def _read_references(value: Mapping[str, Any]) -> Sequence[str | None]:
    found = value.get("reference") or []
    if not isinstance(found, list):
        raise InvalidInput("`reference` is a list of texts, one a turn.")
    return [one if isinstance(one, str) and one else None for one in found]
