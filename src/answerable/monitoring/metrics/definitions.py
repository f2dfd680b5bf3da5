"""Every metric of ours, by the name that Prometheus has for it. The guide on monitoring shows this table.

`gen_ai_*` are OpenTelemetry's metrics for generative AI (opentelemetry-semantic-conventions 0.66b2) with the names and
units that its "Prometheus and OpenMetrics Compatibility" gives them, and with its recommended buckets. Towards a
provider we are the client; towards whoever asks an app we are the server, and the app is the model, as in our OpenAI
interface. Users and keys are no labels: a metric must not grow with the number of people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["counter", "gauge", "histogram"]


@dataclass(frozen=True, slots=True)
class Definition:
    """`name` is a metric's family: the samples of a histogram end in `_bucket`, `_sum` and `_count`."""

    name: str
    kind: Kind
    documentation: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


_SECONDS: Final = tuple(0.01 * 2**power for power in range(14))
_FIRST_TOKEN: Final = (
    0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0
)  # fmt: skip
_TOKENS: Final = tuple(float(4**power) for power in range(14))
_MODEL: Final = ("gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model")
_APP: Final = ("app", "variant")
_SERVED: Final = (
    "gen_ai_operation_name",
    "gen_ai_provider_name",
    "gen_ai_request_model",
    "answerable_variant",
)

CALL_DURATION: Final = Definition(
    "gen_ai_client_operation_duration_seconds", "histogram",
    "Tries at models, until the last token or the error (error_type).", (*_MODEL, "error_type"), _SECONDS,
)  # fmt: skip
TOKEN_USAGE: Final = Definition(
    "gen_ai_client_token_usage", "histogram",
    "Tokens of a run (gen_ai_token_type: input, output), by the model that answered.",
    (*_MODEL, "gen_ai_token_type"), _TOKENS,
)  # fmt: skip
RUN_DURATION: Final = Definition(
    "gen_ai_server_request_duration_seconds", "histogram",
    "Runs of apps (gen_ai_request_model), until the last token or the error (error_type).",
    (*_SERVED, "error_type"), _SECONDS,
)  # fmt: skip
FIRST_TOKEN: Final = Definition(
    "gen_ai_server_time_to_first_token_seconds", "histogram",
    "Runs of apps (gen_ai_request_model) that were streamed, until the first token.", _SERVED, _FIRST_TOKEN,
)  # fmt: skip
REQUESTS: Final = Definition(
    "answerable_requests_total", "counter", "Runs of apps; status: ok, error, cancelled.",
    (*_APP, "status", "purpose"),
)  # fmt: skip
ERRORS: Final = Definition(
    "answerable_errors_total", "counter", "Runs that failed, by the stable code of their error.",
    (*_APP, "code"),
)  # fmt: skip
ABSTENTIONS: Final = Definition(
    "answerable_abstentions_total", "counter", "Answers that decline to answer.", _APP
)
SENTENCES: Final = Definition(
    "answerable_sentences_total", "counter",
    "Sentences of answers; verdict: supported, partial, unsupported, unchecked.", (*_APP, "verdict"),
)  # fmt: skip
CACHE_HITS: Final = Definition("answerable_cache_hits_total", "counter", "Answers from the cache.", _APP)
SPEND: Final = Definition(
    "answerable_spend_usd_total", "counter", "US dollars, as far as prices are known.",
    (*_APP, "model", "purpose"),
)  # fmt: skip
UNPRICED: Final = Definition(
    "answerable_unpriced_requests_total", "counter", "Runs of unknown price, which the spend does not hold.",
    (*_APP, "model", "purpose"),
)  # fmt: skip
SAVED: Final = Definition(
    "answerable_saved_usd_total", "counter", "US dollars that answers from the cache would have cost.", _APP
)
BUDGET_SHARE: Final = Definition(
    "answerable_budget_used_ratio", "gauge",
    "Used part of a day's budget, 1 is all of it; of users only the one that used most.", ("budget", "name"),
)  # fmt: skip
TRACES_DROPPED: Final = Definition(
    "answerable_traces_dropped_total", "counter", "Traces lost by this process."
)
TRACES_SPILLED: Final = Definition(
    "answerable_traces_spilled", "gauge", "Traces in the spill files of this process, to be written later."
)
TRACES_WAITING: Final = Definition(
    "answerable_traces_waiting", "gauge", "Traces that this process has yet to write to the database."
)
JOBS: Final = Definition(
    "answerable_jobs", "gauge",
    "Jobs of all processes; state: todo, doing. Missing while the database is away.", ("queue", "state"),
)  # fmt: skip
BREAKER: Final = Definition(
    "answerable_model_breaker", "gauge",
    "1 for the state that a model's circuit breaker is in: closed, open (not asked), half_open (tried).",
    ("model", "state"),
)  # fmt: skip
IN_FLIGHT: Final = Definition("answerable_model_calls_in_flight", "gauge", "Calls under way.", ("model",))
ALERT_DELIVERIES: Final = Definition(
    "answerable_alert_deliveries_total", "counter", "Notices of alerts; outcome: delivered, failed (tried again).",
    ("channel", "outcome"),
)  # fmt: skip
EVALUATIONS: Final = Definition(
    "answerable_online_evaluations_total", "counter",
    "Runs scored in the background; outcome: scored, failed, skipped.", ("rule", "evaluator", "outcome"),
)  # fmt: skip
BUILD: Final = Definition(
    "answerable_build_info",
    "gauge",
    "1, with the version of Answerable and of Python.",
    ("version", "python"),
)

DEFINITIONS: Final = (
    REQUESTS, ERRORS, ABSTENTIONS, SENTENCES, CACHE_HITS, SPEND, UNPRICED, SAVED, RUN_DURATION, FIRST_TOKEN,
    CALL_DURATION, TOKEN_USAGE, BUDGET_SHARE, TRACES_DROPPED, TRACES_SPILLED, TRACES_WAITING, JOBS, BREAKER,
    IN_FLIGHT, ALERT_DELIVERIES, EVALUATIONS, BUILD,
)  # fmt: skip
