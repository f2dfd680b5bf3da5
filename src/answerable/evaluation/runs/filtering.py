"""Which results are meant, as SQL."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from answerable.core.texts import to_storable
from answerable.evaluation.runs.types import ResultFilter


def write_filter(wanted: ResultFilter) -> tuple[str, dict[str, Any]]:
    """Return what follows the conditions of `eval_item AS item`, and the values of it."""
    conditions = {
        "failed": (wanted.failed, "(output IS NULL) = %(failed)s"),
        "tag": (wanted.tag, "%(tag)s = ANY (tags)"),
        "key": (wanted.key, "example_key = %(key)s"),
        "text": (
            None if wanted.text is None else wanted.text.casefold(),
            "(strpos(lower(question), %(text)s) > 0 OR strpos(lower(output ->> 'text'), %(text)s) > 0)",
        ),
    }
    parts = [sql for value, sql in conditions.values() if value is not None]
    values: dict[str, Any] = {
        name: to_storable(value) if isinstance(value, str) else value
        for name, (value, _) in conditions.items()
        if value is not None
    }
    if wanted.metric is not None:
        parts.append(_of_metric("metric = %(metric)s", _list_bounds(wanted)))
        values |= {"metric": to_storable(wanted.metric), "below": wanted.below, "above": wanted.above}
    return "".join(f" AND {part}" for part in parts), values


def _list_bounds(wanted: ResultFilter) -> Iterable[str]:
    if wanted.below is not None:
        yield "value < %(below)s"
    if wanted.above is not None:
        yield "value > %(above)s"


def _of_metric(named: str, bounds: Iterable[str]) -> str:
    conditions = " AND ".join([named, *bounds])
    return (
        "EXISTS (SELECT FROM eval_score AS score WHERE score.run_id = item.run_id"
        f" AND score.position = item.position AND score.repeat = item.repeat AND {conditions})"
    )
