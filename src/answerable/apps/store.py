"""The SQL of `app`, `variant`, `label` and `label_event`."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Json, Jsonb
from pydantic import ValidationError

from answerable.apps.content import Kind, VariantContent
from answerable.apps.gate_settings import GateSpec, read_gate_spec
from answerable.apps.trace_settings import TraceSettings, read_trace_settings
from answerable.apps.types import App, Label, LabelEvent, Variant
from answerable.core.errors import Unavailable
from answerable.db.database import Connection

_log = logging.getLogger(__name__)

_LOCK = 0x61707073  # "apps": the advisory lock of whoever changes apps

_UPSERT_LABEL = """
INSERT INTO label (app, name, variant, hash, source, moved_by, reason, moved_at, file_variant, held)
VALUES (%(app)s, %(name)s, %(variant)s, %(hash)s, %(source)s, %(by)s, %(reason)s, %(at)s, %(file)s, %(held)s)
ON CONFLICT (app, name) DO UPDATE SET
    variant = EXCLUDED.variant, hash = EXCLUDED.hash, source = EXCLUDED.source, moved_by = EXCLUDED.moved_by,
    reason = EXCLUDED.reason, moved_at = EXCLUDED.moved_at, file_variant = EXCLUDED.file_variant, held = EXCLUDED.held
"""
_EVENT = (
    "app, label, from_variant, from_hash, to_variant, to_hash, source, moved_by, reason, moved_at, forced"
)
_INSERT_EVENT = """
INSERT INTO label_event (app, label, from_variant, from_hash, to_variant, to_hash, source, moved_by, reason, moved_at,
    forced)
VALUES (%(app)s, %(name)s, %(from_variant)s, %(from_hash)s, %(variant)s, %(hash)s, %(source)s, %(by)s, %(reason)s,
    %(at)s, %(forced)s)
"""


async def lock(tx: Connection, *, longest_wait: float) -> None:
    """Wait until this transaction is the only one that changes apps. Raises Unavailable after so many seconds."""
    await tx.execute("SELECT set_config('lock_timeout', %s, true)", (f"{longest_wait * 1000:.0f}ms",))
    try:
        await tx.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
    except psycopg.errors.LockNotAvailable as error:
        raise Unavailable(
            f"Somebody else has been changing apps for {longest_wait:g} seconds.",
            hint="Nothing was changed. Try again when their `answerable apply` has ended.",
            code="apps_busy",
        ) from error


async def read_apps(tx: Connection, known: Mapping[str, VariantContent]) -> dict[str, App]:
    """Return all apps by name. Contents are read only for hashes that are not in `known`."""
    contents = {**known, **await _read_contents(tx, known)}
    variants: dict[str, list[Variant]] = defaultdict(list)
    names: dict[str, dict[str, Variant]] = defaultdict(dict)
    cursor = await tx.execute(
        "SELECT app, name, hash, registered_at, is_current FROM variant ORDER BY number DESC"
    )
    async for app, name, hash, registered_at, is_current in cursor:
        if hash in contents:
            variant = Variant(app, name, contents[hash], registered_at)
            variants[app].append(variant)
            if is_current:
                names[app][name] = variant
    labels = await _read_labels(tx, [one for some in variants.values() for one in some])
    cursor = await tx.execute(
        "SELECT name, kind, description, traces, evaluators, gate FROM app ORDER BY name"
    )
    return {
        name: App(
            name,
            kind,
            description,
            labels[name],
            tuple(variants[name]),
            names[name],
            read_trace_settings(name, traces),
            tuple(evaluators),
            read_gate_spec(name, gate),
        )
        async for name, kind, description, traces, evaluators, gate in cursor
    }


async def _read_contents(tx: Connection, known: Collection[str]) -> dict[str, VariantContent]:
    cursor = await tx.execute(
        "SELECT DISTINCT ON (hash) hash, content FROM variant WHERE hash <> ALL(%s) ORDER BY hash, number",
        (list(known),),
    )
    found = {hash: _to_content(hash, data) async for hash, data in cursor}
    return {hash: content for hash, content in found.items() if content is not None}


def _to_content(hash: str, data: Any) -> VariantContent | None:
    """Return the content with the hash that it was registered under.

    One that a later version would compute has that version's new settings in it. A content that only another
    version can read is passed over: one old variant must not stop a server.
    """
    try:
        content = VariantContent.model_validate(data)
    except ValidationError as error:
        _log.error(
            "The variant %s was registered by another version and is passed over: %s", hash[:12], error
        )
        return None
    content.__dict__["hash"] = hash  # where the cached property keeps it
    return content


async def _read_labels(tx: Connection, variants: Iterable[Variant]) -> dict[str, dict[str, Label]]:
    targets = {(variant.app, variant.name, variant.hash): variant for variant in variants}
    labels: dict[str, dict[str, Label]] = defaultdict(dict)
    cursor = await tx.cursor(row_factory=dict_row).execute("SELECT * FROM label ORDER BY app, name")
    async for row in cursor:
        variant = targets.get((row["app"], row["variant"], row["hash"]))
        if variant is not None:
            labels[row["app"]][row["name"]] = Label(
                app=row["app"],
                name=row["name"],
                variant=variant,
                moved_at=row["moved_at"],
                source=row["source"],
                by=row["moved_by"],
                reason=row["reason"],
                file_variant=row["file_variant"],
                held=row["held"],
            )
    return labels


async def write_app(
    tx: Connection,
    *,
    name: str,
    kind: Kind,
    description: str,
    traces: TraceSettings,
    evaluators: Sequence[Any],
    gate: GateSpec,
) -> None:
    """Insert the app, or give it this kind, this description and these settings."""
    await tx.execute(
        "INSERT INTO app (name, kind, description, traces, evaluators, gate) VALUES (%s, %s, %s, %s, %s, %s) "
        "ON CONFLICT (name) DO UPDATE SET kind = EXCLUDED.kind, description = EXCLUDED.description, "
        "traces = EXCLUDED.traces, evaluators = EXCLUDED.evaluators, gate = EXCLUDED.gate",
        (name, kind, description, Jsonb(traces.to_json()), Jsonb(list(evaluators)), Jsonb(gate.to_json())),
    )


async def insert_variant(tx: Connection, variant: Variant, *, at: datetime) -> None:
    """Register the variant; its name does not mean it yet."""
    await tx.execute(
        "INSERT INTO variant (app, name, hash, content, registered_at, is_current) "
        "VALUES (%s, %s, %s, %s, %s, false)",
        (variant.app, variant.name, variant.hash, Json(variant.content.model_dump(mode="json")), at),
    )


async def set_current(tx: Connection, variant: Variant) -> None:
    """Let the variant's name mean this content."""
    await tx.execute(
        "UPDATE variant SET is_current = false WHERE app = %s AND name = %s AND is_current",
        (variant.app, variant.name),
    )
    await tx.execute(
        "UPDATE variant SET is_current = true WHERE app = %s AND name = %s AND hash = %s",
        (variant.app, variant.name, variant.hash),
    )


async def write_label(tx: Connection, label: Label, *, before: Variant | None, forced: bool = False) -> None:
    """Put the label where it says, and the move into its history."""
    values = {
        "app": label.app,
        "name": label.name,
        "variant": label.variant.name,
        "hash": label.variant.hash,
        "source": label.source,
        "by": label.by,
        "reason": label.reason,
        "at": label.moved_at,
        "file": label.file_variant,
        "held": label.held,
        "from_variant": None if before is None else before.name,
        "from_hash": None if before is None else before.hash,
        "forced": forced,
    }
    await tx.execute(_UPSERT_LABEL, values)
    await tx.execute(_INSERT_EVENT, values)


async def settle_label(tx: Connection, label: Label, *, file_variant: str) -> None:
    """Note that the file agrees with where the label is, so that the file may move it again."""
    await tx.execute(
        "UPDATE label SET file_variant = %s, held = false WHERE app = %s AND name = %s",
        (file_variant, label.app, label.name),
    )


async def list_events(tx: Connection, app: str, *, limit: int) -> list[LabelEvent]:
    """Return the moves of the app's labels, newest first."""
    cursor = await tx.execute(
        f"SELECT {_EVENT} FROM label_event WHERE app = %s ORDER BY id DESC LIMIT %s", (app, limit)
    )
    return [_to_event(row) async for row in cursor]


async def list_events_between(
    tx: Connection, since: datetime, until: datetime, *, app: str | None, limit: int
) -> list[LabelEvent]:
    """Return the moves of labels in a range of time, of one app or of all, newest first."""
    cursor = await tx.execute(
        f"SELECT {_EVENT} FROM label_event WHERE moved_at >= %(since)s AND moved_at < %(until)s"
        " AND (%(app)s::text IS NULL OR app = %(app)s) ORDER BY id DESC LIMIT %(limit)s",
        {"since": since, "until": until, "app": app, "limit": limit},
    )
    return [_to_event(row) async for row in cursor]


def _to_event(row: tuple[Any, ...]) -> LabelEvent:
    return LabelEvent(
        app=row[0],
        label=row[1],
        before=None if row[2] is None else _to_id(row[2], row[3]),
        after=_to_id(row[4], row[5]),
        source=row[6],
        by=row[7],
        reason=row[8],
        at=row[9],
        forced=row[10],
    )


def _to_id(name: str, hash: str) -> str:
    return f"{name}@{hash[:12]}"
