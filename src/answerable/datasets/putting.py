"""Many examples at once, from a file or a program: all of them or none, and a second time nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Final, TypedDict, Unpack
from uuid import UUID

from answerable.core.clock import Clock
from answerable.core.errors import FieldProblem, InvalidFields, InvalidInput
from answerable.core.ids import new_id
from answerable.datasets import import_store, store
from answerable.datasets.content import make_key
from answerable.datasets.rows import Encoded, encode
from answerable.datasets.rules import check_example, check_name
from answerable.datasets.types import Example, Imported, Provenance, Row
from answerable.datasets.versions import fill_digests
from answerable.db.database import Connection, Database

_CHUNK: Final = 500
_TOLD: Final = 50
"""Problems that are told; beyond them they are only counted."""


class PutOptions(TypedDict, total=False):
    """How rows are brought in; each is no, or empty, unless it is said."""

    replace: bool
    """Whether examples that are not among the rows are removed."""
    by: str
    """Who adds those whose rows do not say it."""
    skip_bad: bool
    """Whether rows that are no examples are left out, instead of refusing all."""
    dry_run: bool
    """Whether nothing is kept."""
    held: bool
    """Whether new examples wait for somebody to accept them."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A row that is an example; `keyed` says that its author gave it the key."""

    place: str
    encoded: Encoded
    keyed: bool

    @property
    def key(self) -> str:
        return self.encoded.example.key


@dataclass(slots=True)
class _Tally:
    """What an import has done so far."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    repeated: int = 0
    rows: int = 0
    problem_count: int = 0
    problems: list[FieldProblem] = field(default_factory=list)

    def refuse(self, place: str, problem: str) -> None:
        self.problem_count += 1
        if len(self.problems) < _TOLD:
            self.problems.append(FieldProblem(place, problem))

    def close(self) -> Imported:
        values = {name: value for name, value in asdict(self).items() if name != "rows"}
        return Imported(**{**values, "problems": tuple(self.problems)})


class Putting:
    """Writes the rows of an import in one transaction, a chunk at a time: its memory does not grow with them."""

    def __init__(self, database: Database, *, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def put(
        self, dataset: str, rows: Iterable[Row | Example], **options: Unpack[PutOptions]
    ) -> Imported:
        """Bring the dataset's draft to what the rows say, by key. See DatasetService.put_examples."""
        check_name(dataset)
        tally, now = _Tally(), self._clock.now()
        async with self._database.transaction() as tx:
            dataset_id = await store.find_or_create(tx, new_id(), dataset, now)
            await fill_digests(tx, dataset_id)
            await import_store.begin(tx)
            async for chunk in _read_chunks(rows):
                read = await asyncio.to_thread(_prepare, chunk, tally, options.get("by", ""), now)
                await _put_chunk(tx, dataset_id, read, tally, now=now, held=options.get("held", False))
            if tally.problems and not options.get("skip_bad"):
                raise _refuse(tally)
            if not tally.rows:
                raise InvalidInput(
                    "There are no examples to bring in.", hint="Check the file.", code="empty_dataset"
                )
            if options.get("replace"):
                missing = await import_store.list_missing(tx, dataset_id)
                tally.removed = await store.remove(tx, missing, at=now)
            if options.get("dry_run"):
                await tx.rollback()
        return tally.close()


async def _read_chunks(rows: Iterable[Row | Example]) -> AsyncIterator[list[Row]]:
    """Yield the rows some at a time, each batch read off the event loop; a file's rows may take long to read."""
    numbered = enumerate(rows, start=1)
    while chunk := await asyncio.to_thread(_take, numbered):
        yield chunk


def _take(rows: Iterator[tuple[int, Row | Example]]) -> list[Row]:
    return [
        row if isinstance(row, Row) else Row(f"example {number}", row) for number, row in islice(rows, _CHUNK)
    ]


def _prepare(rows: Sequence[Row], tally: _Tally, by: str, now: datetime) -> list[_Read]:
    """Return the rows that are examples, ready to be written; the others go on the tally."""
    read = []
    for row in rows:
        tally.rows += 1
        if row.example is None:
            tally.refuse(row.place, row.problem)
            continue
        try:
            check_example(row.example)
            read.append(_complete(row.place, row.example, by, now))
        except InvalidInput as error:
            tally.refuse(row.place, " ".join(filter(None, [error.detail, error.hint])))
    return read


def _complete(place: str, example: Example, by: str, now: datetime) -> _Read:
    provenance = example.provenance
    if not provenance.added_by:
        provenance = replace(provenance, added_by=by)
    complete = replace(
        example, key=example.key or make_key(example), provenance=provenance, id=new_id(), added_at=now
    )
    return _Read(place, encode(complete), keyed=bool(example.key))


async def _put_chunk(
    tx: Connection, dataset_id: UUID, read: Sequence[_Read], tally: _Tally, *, now: datetime, held: bool
) -> None:
    new = await _leave_out_repeated(tx, await _find_own_keys(tx, dataset_id, read), tally)
    known = await import_store.list_known(tx, dataset_id, list(new))
    written: list[tuple[Encoded, int | None]] = []
    gone: list[UUID] = []
    for key, row in new.items():
        old = known.get(key)
        if old is None:
            written.append((row.encoded, None))
            tally.added += 1
        elif row.key != key or old.digest == row.encoded.digest:
            tally.unchanged += 1  # with another key, it is known by its content
        else:
            gone.append(old.id)
            written.append((inherit(row.encoded, old.provenance), old.number))
            tally.changed += 1
    await store.remove(tx, gone, at=now)
    await store.insert(tx, dataset_id, written, held=held)


async def _find_own_keys(tx: Connection, dataset_id: UUID, read: Sequence[_Read]) -> list[tuple[str, _Read]]:
    """Return the rows with their keys: one without is the example with its content, whatever its key is now."""
    contents = [row.encoded.content_hash for row in read if not row.keyed]
    known = await import_store.list_keys_by_content(tx, dataset_id, contents) if contents else {}
    return [(row.key if row.keyed else known.get(row.encoded.content_hash, row.key), row) for row in read]


async def _leave_out_repeated(
    tx: Connection, rows: Sequence[tuple[str, _Read]], tally: _Tally
) -> dict[str, _Read]:
    """Return the rows whose key came for the first time. A key that an author gave twice is a problem."""
    places = await import_store.list_places(tx, [key for key, _ in rows])
    new: dict[str, _Read] = {}
    for key, row in rows:
        before = places.get(key)
        if before is None:
            new[key] = row
            places[key] = row.place
        elif row.keyed:
            tally.refuse(
                row.place, f"The key {key[:60]!r} is at {before} already. Give each example its own."
            )
        else:
            tally.repeated += 1
    await import_store.note(tx, {key: row.place for key, row in new.items()})
    return new


def inherit(encoded: Encoded, old: Provenance) -> Encoded:
    """Return an edited example with what is known of where it came from: its trace must be able to erase it."""
    own: Mapping[str, object] = asdict(encoded.example.provenance)
    kept = {name: value for name, value in asdict(old).items() if value and not own[name]}
    provenance = replace(encoded.example.provenance, **kept)
    return encode(replace(encoded.example, provenance=provenance))


def _refuse(tally: _Tally) -> InvalidFields:
    more = tally.problem_count - len(tally.problems)
    problems = [*tally.problems, *([FieldProblem("", f"... and {more:,} more.")] if more else [])]
    return InvalidFields(
        f"{tally.problem_count:,} of {tally.rows:,} rows cannot be taken in, so nothing was",
        problems,
        hint="Mend them, or leave them out with --skip-bad (`skip_bad`).",
        code="invalid_examples",
    )
