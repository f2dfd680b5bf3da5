"""Saved views: what was saved is there for all, and means the same filter."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from answerable.core.clock import SystemClock
from answerable.core.errors import InvalidFields, InvalidInput, NotFound
from answerable.db.database import Database
from answerable.traces.reading.queries import read_query
from answerable.traces.types import TraceFilter
from answerable.traces.views.service import ViewService

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def views(database: Database) -> ViewService:
    return ViewService(database, clock=SystemClock())


async def test_a_view_is_saved_changed_and_deleted(views: ViewService) -> None:
    await views.save_view("Slow answers", {"min_duration_ms": 5000, "app": None}, by="ann")
    await views.save_view("errors", {"status": "error", "purpose": ["serve"]}, by="ann")
    await views.save_view("errors", {"status": "error", "since": "7d"}, by="bob")
    found = await views.list_views()
    assert [(view.name, dict(view.query), view.by) for view in found] == [
        ("errors", {"status": "error", "since": "7d"}, "bob"),
        ("Slow answers", {"min_duration_ms": 5000}, "ann"),
    ]
    await views.delete_view("errors")
    assert [view.name for view in await views.list_views()] == ["Slow answers"]


async def test_an_age_in_a_view_is_from_when_it_is_used(views: ViewService) -> None:
    await views.save_view("week", {"since": "7d"}, by="ann")
    view = await views.get_view("week")
    assert read_query(view.query, now=NOW) == TraceFilter(since=datetime(2026, 11, 14, tzinfo=UTC))


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "a\nb", "a\x00b"])
async def test_a_view_needs_a_name(views: ViewService, name: str) -> None:
    with pytest.raises(InvalidInput):
        await views.save_view(name, {}, by="ann")


@pytest.mark.parametrize("query", [{"status": "bad"}, {"what": 1}, {"text": "?"}, {"since": "soon"}])
async def test_what_cannot_be_searched_for_is_not_saved(views: ViewService, query: dict[str, object]) -> None:
    with pytest.raises((InvalidFields, InvalidInput)):
        await views.save_view("bad", query, by="ann")
    assert await views.list_views() == []


async def test_a_view_that_is_not_there_is_not_found(views: ViewService) -> None:
    for attempt in (views.get_view, views.delete_view):
        with pytest.raises(NotFound):
            await attempt("nul\x00")
