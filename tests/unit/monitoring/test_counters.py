"""What Prometheus sees of recorded runs."""

from __future__ import annotations

from decimal import Decimal

from prometheus_client import CollectorRegistry

from answerable.llm.types import Attempt
from answerable.monitoring.metrics.counters import RunCounters
from tests.fakes.runs import make_run

_APP = {"app": "ask", "variant": "main@0123456789ab"}
_MODEL = {
    "gen_ai_operation_name": "chat",
    "gen_ai_provider_name": "openai",
    "gen_ai_request_model": "gpt-5-mini",
}


def _note(**changes: object) -> CollectorRegistry:
    registry = CollectorRegistry()
    counters = RunCounters(registry)
    counters.note(make_run(**changes))
    return registry


def test_a_run_is_counted_by_app_variant_status_and_purpose() -> None:
    registry = _note()
    labels = {**_APP, "status": "ok", "purpose": "serve"}
    assert registry.get_sample_value("answerable_requests_total", labels) == 1


def test_an_error_is_counted_by_its_code_and_ends_its_histogram_with_it() -> None:
    registry = _note(status="error", error_code="upstream_failed", cost_usd=None)
    assert registry.get_sample_value("answerable_errors_total", {**_APP, "code": "upstream_failed"}) == 1
    labels = {
        "gen_ai_operation_name": "invoke_workflow",
        "gen_ai_provider_name": "answerable",
        "gen_ai_request_model": "ask",
        "answerable_variant": "main@0123456789ab",
        "error_type": "upstream_failed",
    }
    assert registry.get_sample_value("gen_ai_server_request_duration_seconds_count", labels) == 1
    assert registry.get_sample_value("gen_ai_server_request_duration_seconds_sum", labels) == 1.0


def test_an_unknown_price_is_a_request_without_a_price_and_no_spend() -> None:
    labels = {**_APP, "model": "openai:gpt-5-mini", "purpose": "serve"}
    unknown, known = _note(cost_usd=None), _note(cost_usd=Decimal("0.25"))
    assert unknown.get_sample_value("answerable_unpriced_requests_total", labels) == 1
    assert unknown.get_sample_value("answerable_spend_usd_total", labels) is None
    assert known.get_sample_value("answerable_spend_usd_total", labels) == 0.25
    assert known.get_sample_value("answerable_unpriced_requests_total", labels) is None


def test_verdicts_abstentions_and_cached_answers_are_counted() -> None:
    registry = _note(
        verdicts={"supported": 3, "unsupported": 2, "partial": 0}, abstained=True, cached=True,
        saved_usd=Decimal("0.5"),
    )  # fmt: skip
    assert registry.get_sample_value("answerable_sentences_total", {**_APP, "verdict": "supported"}) == 3
    assert registry.get_sample_value("answerable_sentences_total", {**_APP, "verdict": "unsupported"}) == 2
    assert registry.get_sample_value("answerable_sentences_total", {**_APP, "verdict": "partial"}) is None
    assert registry.get_sample_value("answerable_abstentions_total", _APP) == 1
    assert registry.get_sample_value("answerable_cache_hits_total", _APP) == 1
    assert registry.get_sample_value("answerable_saved_usd_total", _APP) == 0.5


def test_a_cached_answer_used_no_tokens() -> None:
    tokens = {**_MODEL, "gen_ai_token_type": "input"}
    assert _note().get_sample_value("gen_ai_client_token_usage_sum", tokens) == 100
    assert _note(cached=True).get_sample_value("gen_ai_client_token_usage_sum", tokens) is None


def test_each_try_at_a_model_is_measured_but_not_one_that_was_not_made() -> None:
    registry = _note(
        attempts=(
            Attempt("openai:gpt-5-mini", 0.0, 0.0, code="circuit_open"),
            Attempt("azure:big", 0.0, 500.0, code="upstream_failed"),
            Attempt("openai:gpt-5-mini", 500.0, 250.0),
        )
    )
    name = "gen_ai_client_operation_duration_seconds_sum"
    assert registry.get_sample_value(name, {**_MODEL, "error_type": ""}) == 0.25
    azure = {**_MODEL, "gen_ai_provider_name": "azure.ai.openai", "gen_ai_request_model": "big"}
    assert registry.get_sample_value(name, {**azure, "error_type": "upstream_failed"}) == 0.5
    assert registry.get_sample_value(name, {**_MODEL, "error_type": "circuit_open"}) is None


def test_the_first_token_is_measured_where_somebody_watched() -> None:
    labels = {
        "gen_ai_operation_name": "invoke_workflow",
        "gen_ai_provider_name": "answerable",
        "gen_ai_request_model": "ask",
        "answerable_variant": "main@0123456789ab",
    }
    name = "gen_ai_server_time_to_first_token_seconds_sum"
    assert _note(first_token_ms=120.0).get_sample_value(name, labels) == 0.12
    assert _note().get_sample_value(name, labels) is None
