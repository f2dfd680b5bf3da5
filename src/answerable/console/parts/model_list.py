"""The models of the process: facts, health, and what they have done."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from nicegui import ui

from answerable.apps.rerankers import list_rerankers
from answerable.console.elements import Button, Tag
from answerable.console.parts.facts import build_facts
from answerable.console.parts.figures import format_cost, format_count, format_duration, format_moment
from answerable.console.visitor import Visitor
from answerable.llm.catalogue import ModelInfo
from answerable.llm.names import LOCAL
from answerable.llm.routing.breaker import BreakerState
from answerable.llm.status import ModelStatus, Percentiles

_BREAKERS: Mapping[BreakerState, str] = {"open": "resting", "half_open": "being probed"}


class ModelList:
    """Shows each model with its status; a writer may look whether they can be reached."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        with Tag("div", "", "models-head"):
            self._summary = Tag("p", "", "quiet", role="status")
            if visitor.may_write:
                self._check_button = Button("Check all", icon="retry").on("click", self._check)
        self._list = ui.element("div")

    async def show(self, *, check: bool = False) -> None:
        """Show the models as they are now; with `check`, after asking each provider."""
        models = self._visitor.services.models
        infos = await models.list_models(
            also=self._list_used(),
            rerankers=list_rerankers(self._visitor.services.apps.list_apps()),
            check=check,
        )
        statuses = {status.name: status for status in models.list_status()}
        if check:
            reached = sum(info.reachable is True for info in infos)
            self._summary.set_text(f"{reached} of {format_count(len(infos), 'model')} can be reached.")
        else:
            self._summary.set_text(format_count(len(infos), "model"))
        self._list.clear()
        with self._list, Tag("ul", "", "cards"):
            for info in infos:
                _build_card(info, statuses.get(info.name))

    def _list_used(self) -> list[str]:
        """Return the models of every variant that a label is on."""
        labels = [label for app in self._visitor.services.apps.list_apps() for label in app.labels.values()]
        return [name for label in labels for tier in label.variant.content.model for name in tier]

    async def _check(self) -> None:
        await self._visitor.check_writer()
        self._check_button.set_attribute("disabled", "disabled")
        self._summary.set_text("Asking the providers")
        try:
            await self.show(check=True)
        finally:
            self._check_button.set_attribute("disabled", None)


def _build_card(info: ModelInfo, status: ModelStatus | None) -> None:
    with Tag("li", "", "card model"):
        with Tag("div", "", "card-head"):
            Tag("h2", info.name, "model-name")
            if info.default:
                Tag("span", "default", "chip is-production")
            Tag("span", info.purpose, "tag")
            _build_reach(info)
            _build_breaker(status)
        if info.detail and not info.reachable:
            Tag("p", f"{info.detail} {info.hint or ''}".rstrip(), "card-text")
        build_facts(_list_facts(info))
        if status is not None and status.requests:
            build_facts(list_health(status), "is-health")
            if status.last_error is not None and status.last_error_at is not None:
                Tag("p", f"Last error, {format_moment(status.last_error_at)}: {status.last_error}", "quiet")
        elif info.provider != LOCAL or info.purpose == "chat":  # nobody counts what the embedder inside does
            Tag("p", "Not asked since this server started.", "quiet")


def _build_reach(info: ModelInfo) -> None:
    if info.reachable is not None:
        Tag(
            "span",
            *(("reachable", "tag is-added") if info.reachable else ("not reachable", "tag is-removed")),
        )


def _build_breaker(status: ModelStatus | None) -> None:
    """Say when calls pass the model by; a closed breaker is how it should be and needs no word."""
    if status is not None and status.breaker in _BREAKERS:
        rest = f" for {status.rests_for:.0f} s" if status.rests_for else ""
        Tag("span", f"{_BREAKERS[status.breaker]}{rest}", "tag is-changed")


def _list_facts(info: ModelInfo) -> list[tuple[str, str]]:
    if info.provider == LOCAL:
        return [("Price", "free"), ("Runs", "inside this server")]
    facts = info.facts
    shown = [("Price per million tokens", _format_prices(facts.input_price, facts.output_price))]
    if info.purpose == "chat":
        window = facts.context_window
        shown.append(("Context", "unknown" if window is None else f"{window:,} tokens"))
        can = {"images": facts.images, "typed output": facts.json_schema, "tools": facts.tools}
        if known := [name for name, has in can.items() if has]:
            shown.append(("Takes", ", ".join(known)))
    return shown


def _format_prices(input_price: Decimal | None, output_price: Decimal | None) -> str:
    if input_price is None and output_price is None:
        return "unknown"
    if input_price == output_price == 0:
        return "free"
    return f"{_format_price(input_price)} in, {_format_price(output_price)} out"


def _format_price(price: Decimal | None) -> str:
    return "unknown" if price is None else f"${price.normalize():f}"


def list_health(status: ModelStatus) -> list[tuple[str, str]]:
    """Return what a model has done, for one that was asked at all."""
    shown = [("Tries", f"{status.requests:,}")]
    if status.in_flight:
        shown.append(("In flight", f"{status.in_flight:,}"))
    if status.error_rate is not None:
        shown.append(("Errors lately", f"{status.error_rate:.0%}"))
    shown.append(("First token", _format_percentiles(status.first_token)))
    shown.append(("Whole answer", _format_percentiles(status.total)))
    if status.input_tokens or status.output_tokens or status.unpriced:
        shown.append(("Tokens", f"{status.input_tokens:,} in, {status.output_tokens:,} out"))
        shown.append(("Spend", _format_spend(status)))
    return [(name, value) for name, value in shown if value]


def _format_percentiles(found: Percentiles) -> str:
    if found.p50_ms is None or found.p95_ms is None:
        return ""
    return f"{format_duration(found.p50_ms)} median, {format_duration(found.p95_ms)} p95"


def _format_spend(status: ModelStatus) -> str:
    if not status.unpriced:
        return format_cost(status.spend_usd)
    known = f"{format_cost(status.spend_usd)} and " if status.spend_usd else ""
    return f"{known}{format_count(status.unpriced, 'answer')} of unknown price"
