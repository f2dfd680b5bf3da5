"""Apps: registered from files, never changed, and found in memory by every request."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from typing import Final

import psycopg

from answerable.apps import applying, store
from answerable.apps.auditing import note_apply, note_move
from answerable.apps.diff import VariantDiff, diff_variants
from answerable.apps.events import listen
from answerable.apps.files.types import AppFile
from answerable.apps.label_gate import GatePasses, LabelGate, make_refusal
from answerable.apps.planning import ApplyReport, plan
from answerable.apps.rerankers import CheckReranker, check_rerankers
from answerable.apps.snapshot import Snapshot
from answerable.apps.types import App, Label, LabelEvent, Variant
from answerable.core.clock import Clock
from answerable.core.errors import InvalidInput, Unavailable
from answerable.core.tasks import pass_cancellation_on, stop
from answerable.db.changes import ChangeLog
from answerable.db.database import Database
from answerable.traces.types import TracePolicy

_log = logging.getLogger(__name__)

_LABEL = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""What PostgreSQL has no room for in a text: NUL, and halves of a character."""
_MAX_REASON: Final = 1000
_RETRY_SECONDS: Final = 0.5


class AppService:
    """The apps of a workspace. Reading takes no I/O: `load` and `watch` keep all of them in memory.

    `longest_wait` is how many seconds a change waits for another one to end. `trace_policy` holds where an app says
    nothing of its own. `gate_passes` knows which variants may have a label that needs a pass; without it none may.
    `check_reranker` says which rerankers a new variant may name; without it any.
    """

    def __init__(
        self,
        database: Database,
        *,
        default_app: str,
        clock: Clock,
        audit: ChangeLog,
        trace_policy: TracePolicy | None = None,
        gate_passes: GatePasses | None = None,
        check_reranker: CheckReranker | None = None,
        longest_wait: float = 10.0,
    ) -> None:
        self.default_app = default_app
        self._trace_policy = trace_policy or TracePolicy()
        self._database = database
        self._audit = audit
        self._gate = LabelGate(gate_passes)
        self._check_reranker = check_reranker
        self._clock = clock
        self._longest_wait = longest_wait
        self._snapshot = Snapshot({})
        self._loading = asyncio.Lock()

    def list_apps(self) -> tuple[App, ...]:
        """Return all apps by name."""
        return tuple(self._snapshot.apps.values())

    def get_app(self, name: str) -> App:
        """Raises NotFound (`unknown_app`)."""
        return self._snapshot.get_app(name)

    def get_variant(self, reference: str | None = None) -> Variant:
        """Return what `APP` or `APP@VARIANT` names, the default app's production without one.

        VARIANT: the name of a variant, a label, the start of a hash or a variant's id. Raises NotFound
        (`unknown_app`, `unknown_variant`) and InvalidInput (`ambiguous_variant`).
        """
        return self._snapshot.get_variant(reference or self.default_app)

    def find_label(self, reference: str | None = None) -> str:
        """Return the label by which `get_variant` finds that variant; empty where the reference names it itself."""
        return self._snapshot.find_label(reference or self.default_app)

    def find_variant_by_hash(self, hash: str, *, app: str | None = None) -> Variant | None:
        """Return the variant that a trace's `variant_hash` names, of this app or of any."""
        return self._snapshot.find_by_hash(hash, app)

    def get_trace_policy(self, app: str) -> TracePolicy:
        """Return what is kept of the app's traces; for one that is not there, what the workspace says. No I/O."""
        found = self._snapshot.apps.get(app)
        return self._trace_policy if found is None else found.traces.to_policy(self._trace_policy)

    def diff(self, app: str, before: str, after: str) -> VariantDiff:
        """Compare two variants of an app, each named as after the `@` of a reference. Raises as `get_variant`."""
        found = self.get_app(app)
        return diff_variants(self._snapshot.select(found, before), self._snapshot.select(found, after))

    async def apply(self, files: Sequence[AppFile], *, by: str, dry_run: bool = False) -> ApplyReport:
        """Register what is new in the files, and move the labels that no person holds; all of it or nothing.

        What is registered already stays as it is, so a second apply changes nothing. A label that needs a pass of the
        gate stays where it is without one. With `dry_run` the report says what would be done. Raises InvalidInput and
        Unavailable.
        """
        async with self._database.transaction() as tx:
            await store.lock(tx, longest_wait=self._longest_wait)
            apps = await store.read_apps(tx, self._snapshot.contents)
            planned = await self._gate.hold_back(tx, plan(files, apps), files, apps)
            if self._check_reranker is not None:
                check_rerankers(planned, self._check_reranker)
            report = ApplyReport(planned, dry_run=dry_run)
            changes = () if dry_run else report.apps
            for change in changes:
                await applying.write(tx, change, by=by, at=self._clock.now())
            for change in changes:
                await note_apply(tx, self._audit, change, by=by)
        if not dry_run:
            await self.load()
        return report

    async def move_label(
        self, app: str, label: str, variant: str, *, by: str, reason: str, force: bool = False
    ) -> Label:
        """Point the label at a variant, named as after the `@` of a reference; a new label is made.

        The app's file leaves it there until it says something else, or the label is put back where the file says.
        A label that is there already is not moved. One that needs a pass of the gate moves without it by `force`
        alone, which is audited. Raises NotFound, InvalidInput and Conflict (`gate_required`).
        """
        _check_label(label, reason)
        async with self._database.transaction() as tx:
            await store.lock(tx, longest_wait=self._longest_wait)
            current = Snapshot(await store.read_apps(tx, self._snapshot.contents))
            found = current.get_app(app)
            before = found.labels.get(label)
            target = current.select(found, variant)
            if before is not None and before.variant.id == target.id:
                return before
            is_open = await self._gate.is_open(tx, found.gate, label, before=before, after=target)
            if before is not None and not is_open and not force:
                raise make_refusal(before, target)
            moved = Label(
                app=app,
                name=label,
                variant=target,
                moved_at=self._clock.now(),
                source="person",
                by=by,
                reason=reason.strip(),
                file_variant=None if before is None else before.file_variant,
                held=not _file_agrees(before, target, found),
            )
            old = None if before is None else before.variant
            await store.write_label(tx, moved, before=old, forced=not is_open)
            await note_move(tx, self._audit, moved, before=old, forced=not is_open)
        await self.load()
        return moved

    async def history(self, app: str, *, limit: int = 200) -> list[LabelEvent]:
        """Return who moved which label of the app, newest first. Raises NotFound."""
        self.get_app(app)
        async with self._database.transaction() as tx:
            return await store.list_events(tx, app, limit=limit)

    async def list_moves(
        self, *, since: datetime, until: datetime, app: str | None = None, limit: int = 200
    ) -> list[LabelEvent]:
        """Return the moves of labels in a range of time, of one app or of all, newest first."""
        async with self._database.transaction() as tx:
            return await store.list_events_between(tx, since, until, app=app, limit=limit)

    async def load(self) -> None:
        """Take in all apps as they are now. Raises Unavailable."""
        async with self._loading, self._database.snapshot({}) as tx:
            self._snapshot = Snapshot(await store.read_apps(tx, self._snapshot.contents))

    async def watch(self) -> None:
        """Take in every change that others make, within a second, until cancelled. Outlives a lost database."""
        async with aclosing(listen(self._database.conninfo)) as words:
            async for _ in words:
                await self._load_patiently()

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Load, and watch while the context is open. Raises Unavailable when the first load fails."""
        await self.load()
        task = asyncio.create_task(self.watch(), name="apps watch")
        try:
            yield
        finally:
            await stop(task)

    async def _load_patiently(self) -> None:
        while True:
            try:
                return await self.load()
            except (Unavailable, psycopg.Error) as error:
                pass_cancellation_on()
                _log.warning("The apps could not be loaded, what was loaded last is used: %s", error)
                await asyncio.sleep(_RETRY_SECONDS)


def _file_agrees(label: Label | None, target: Variant, app: App) -> bool:
    """Tell whether the file has the label on just this content too."""
    named = None if label is None or label.file_variant is None else app.names.get(label.file_variant)
    return named is not None and named.id == target.id


def _check_label(label: str, reason: str) -> None:
    if not _LABEL.fullmatch(label):
        raise InvalidInput(
            f"{label!r} is not the name of a label.",
            hint="Use lower-case letters, digits, _ and -, at most 63 of them.",
        )
    if not reason.strip() or len(reason) > _MAX_REASON or _UNSTORABLE.search(reason):
        raise InvalidInput(
            f"A moved label needs a reason, of 1 to {_MAX_REASON} characters of text.",
            hint="Say why: whoever reads the history of the app will want to know.",
        )
