"""Alerts with their channels, and online evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prometheus_client import CollectorRegistry

from answerable.access.audit.service import AuditLog
from answerable.core.clock import SystemClock
from answerable.db.database import Database
from answerable.evaluation.canaries.telling import TOPIC
from answerable.feedback.service import FeedbackService
from answerable.monitoring.alerts.channels.registry import ChannelSettings, open_channel
from answerable.monitoring.alerts.delivering import Courier
from answerable.monitoring.alerts.rules import check_alerts, make_alert
from answerable.monitoring.alerts.service import AlertService
from answerable.monitoring.metrics.counters import make_counter
from answerable.monitoring.metrics.definitions import ALERT_DELIVERIES, EVALUATIONS
from answerable.quality.online.caps import DailyCaps
from answerable.quality.online.evaluators.registry import Evaluators
from answerable.quality.online.scoring import TaskScorer
from answerable.quality.online.service import OnlineEvaluation
from answerable.quality.online.types import Rule
from answerable.settings import ChannelEntry, Settings
from answerable.traces.service import TraceService
from answerable.wiring.secrets import read_secret


def make_online(
    database: Database,
    rules: Sequence[Rule],
    evaluators: Evaluators,
    traces: TraceService,
    feedback: FeedbackService,
    registry: CollectorRegistry,
) -> OnlineEvaluation:
    clock = SystemClock()
    scorer = TaskScorer(
        database,
        rules={rule.name: rule for rule in rules},
        evaluators=evaluators,
        traces=traces,
        feedback=feedback,
        caps=DailyCaps(database, clock=clock),
        outcomes=make_counter(registry, EVALUATIONS),
        clock=clock,
    )
    return OnlineEvaluation(database, rules, scorer, traces=traces, clock=clock)


def make_alerts(
    settings: Settings,
    environ: Mapping[str, str],
    database: Database,
    traces: TraceService,
    registry: CollectorRegistry,
    audit: AuditLog,
) -> AlertService:
    clock = SystemClock()
    channels = {
        name: open_channel(_channel(name, entry, environ), clock=clock)
        for name, entry in settings.channels.items()
    }
    alerts = [make_alert(**entry.model_dump()) for entry in settings.alerts]
    check_alerts(alerts, channels)
    deliveries = make_counter(registry, ALERT_DELIVERIES)
    courier = Courier(database, channels, clock=clock, deliveries=deliveries)
    return AlertService(
        database,
        alerts,
        courier,
        clock=clock,
        count_lost=lambda: traces.dropped,
        audit=audit,
        topics=(TOPIC,),
    )


def _channel(name: str, entry: ChannelEntry, environ: Mapping[str, str]) -> ChannelSettings:
    plain = entry.model_dump(
        include={"kind", "host", "port", "tls", "username", "sender", "recipients", "certificates"}
    )
    who = f"The channel {name!r}"
    return ChannelSettings(
        name=name,
        url=read_secret(entry.url, entry.url_env, environ, of=f"{who} takes its address"),
        secret=read_secret(entry.secret, entry.secret_env, environ, of=f"{who} takes its secret"),
        password=read_secret(entry.password, entry.password_env, environ, of=f"{who} takes its password"),
        **plain,
    )
