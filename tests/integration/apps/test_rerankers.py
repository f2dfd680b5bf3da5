"""A variant's reranker is looked at when the variant is registered."""

from __future__ import annotations

import pytest

from answerable.access.audit.service import AuditLog
from answerable.apps.rerankers import list_rerankers
from answerable.apps.service import AppService
from answerable.core.errors import InvalidInput
from answerable.db.database import Database
from answerable.llm.providers.types import ProviderSettings
from answerable.llm.service import Models
from tests.fakes.clock import FixedClock
from tests.integration.apps.files import make_content, make_file

SETTINGS = (ProviderSettings("cohere", "openai-compatible", "http://127.0.0.1:9"),)


def _make_apps(database: Database, *providers: ProviderSettings) -> AppService:
    models = Models(providers)
    return AppService(
        database,
        default_app="listing",
        clock=FixedClock(),
        audit=AuditLog(database),
        check_reranker=models.admit_reranker,
    )


def _make_variant(reranker: str | None) -> dict[str, object]:
    return {"photo": make_content("Describe it.", kind="rag", grounding={"reranker": reranker})}


async def test_a_provider_that_is_not_there_is_told_with_the_nearest_and_nothing_is_registered(
    database: Database,
) -> None:
    apps = _make_apps(database, *SETTINGS)
    with pytest.raises(
        InvalidInput, match=r"listing@photo.*no model provider 'cohre'.*Did you mean 'cohere'"
    ):
        await apps.apply([make_file(**_make_variant("cohre:rerank-v3"))], by="ana", dry_run=True)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="'rerank' does not name a model"):
        await apps.apply([make_file(**_make_variant("rerank"))], by="ana")  # type: ignore[arg-type]
    assert apps.list_apps() == ()


async def test_one_that_is_registered_stays_when_its_provider_is_gone(database: Database) -> None:
    file = make_file(**_make_variant("cohere:rerank-v3"))  # type: ignore[arg-type]
    await _make_apps(database, *SETTINGS).apply([file], by="ana")

    later = _make_apps(database)
    report = await later.apply([file], by="ana")

    assert not report.changed
    assert list_rerankers(later.list_apps()) == ("cohere:rerank-v3",)
