"""Redaction: personal data on Presidio's labelled set, secrets on generated texts, and what it costs.

A labelled stretch counts as found when nothing of it is left, under the right label. A finding counts as right when it
touches a labelled stretch of its label. Labels that rules do not cover (people, places, organisations, dates) are left
out; a finding inside one of those counts as wrong all the same.
"""

from __future__ import annotations

import json
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

from answerable.traces.redaction.texts import TextRedactor
from answerable.traces.redaction.types import Found
from benchmarks.data import get_data_root
from benchmarks.report import write_result
from benchmarks.secret_samples import make_negatives, make_positives

_LABELS = {
    "EMAIL_ADDRESS": "EMAIL",
    "PHONE_NUMBER": "PHONE",
    "CREDIT_CARD": "CARD",
    "IBAN_CODE": "IBAN",
    "US_SSN": "NATIONAL_ID",
    "IP_ADDRESS": "IP",
}
_SECRETS = frozenset({"API_KEY", "JWT", "PRIVATE_KEY", "SECRET"})
_DOCUMENTS = ("docs_fastapi", "docs_prometheus", "docs_pgvector", "docs_rustbook")
_SEED = 20261121
_SAMPLES = 20_000
_RECALL = 0.98


class Row(NamedTuple):
    """`spans` are (start, end, label) in bytes."""

    text: bytes
    spans: tuple[tuple[int, int, str], ...]


@dataclass
class Count:
    found: int = 0
    missed: int = 0
    wrong: int = 0

    def to_figures(self) -> dict[str, float | int]:
        labelled, findings = self.found + self.missed, self.found + self.wrong
        return {
            "labelled": labelled,
            "recall": round(self.found / labelled, 4) if labelled else 1.0,
            "precision": round(self.found / findings, 4) if findings else 1.0,
        }


@dataclass(frozen=True)
class Secrets:
    """`missed` and `wrong` count by the kind of the text."""

    texts: int
    recall: float
    precision: float
    missed: dict[str, int]
    wrong: dict[str, int]


def main() -> None:
    redactor = TextRedactor(ip=True)
    personal = _measure_personal(redactor, list(_read_presidio()))
    secrets = _measure_secrets(TextRedactor())
    result = {
        "personal": personal,
        "secrets": asdict(secrets),
        "documents": _measure_documents(TextRedactor()),
        "speed": _measure_speed(TextRedactor()),
        "met": secrets.recall >= _RECALL,
    }
    print(json.dumps(result, indent=2))
    print(write_result("redaction", result))


def _read_presidio() -> Iterator[Row]:
    with (get_data_root() / "presidio" / "spans.jsonl").open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            text: str = row["text"]
            offsets = [0]
            for sign in text:
                offsets.append(offsets[-1] + len(sign.encode()))
            spans = (
                (offsets[span["start"]], offsets[span["end"]], _LABELS[span["label"]])
                for span in row["spans"]
                if span["label"] in _LABELS
            )
            yield Row(text.encode(), tuple(spans))


def _measure_personal(redactor: TextRedactor, rows: Sequence[Row]) -> dict[str, object]:
    counts: dict[str, Count] = {label: Count() for label in [*_LABELS.values(), *sorted(_SECRETS)]}
    for row in rows:
        found = redactor.find(row.text)
        for start, end, label in row.spans:
            if any(one.start <= start and one.end >= end and one.label == label for one in found):
                counts[label].found += 1
            else:
                counts[label].missed += 1
        for one in found:
            if not any(_touches(one, span) for span in row.spans):
                counts[one.label].wrong += 1
    total = Count(
        *(sum(getattr(count, name) for count in counts.values()) for name in ("found", "missed", "wrong"))
    )
    labels = {
        label: count.to_figures()
        for label, count in counts.items()
        if count.found + count.missed + count.wrong
    }
    return {"texts": len(rows), "all": total.to_figures(), "labels": labels}


def _touches(found: Found, span: tuple[int, int, str]) -> bool:
    return found.start < span[1] and found.end > span[0] and found.label == span[2]


def _measure_secrets(redactor: TextRedactor) -> Secrets:
    missed: Counter[str] = Counter()
    for sample in make_positives(_SAMPLES, seed=_SEED):
        after = redactor.redact(sample.text)
        missed[sample.kind] += sample.secret in after or json.dumps(sample.secret)[1:-1] in after
    wrong: Counter[str] = Counter()
    for sample in make_negatives(_SAMPLES, seed=_SEED + 1):
        wrong[sample.kind] += redactor.redact(sample.text) != sample.text
    found = _SAMPLES - missed.total()
    return Secrets(
        texts=2 * _SAMPLES,
        recall=round(found / _SAMPLES, 5),
        precision=round(found / (found + wrong.total()), 5),
        missed=dict(+missed),
        wrong=dict(+wrong),
    )


def _measure_documents(redactor: TextRedactor) -> dict[str, float | int]:
    """Return how many secrets are found in the documentation of four projects, which is full of words about them."""
    counts: Counter[str] = Counter()
    size = 0
    for text in _read_documents():
        size += len(text)
        counts.update(found.label for found in redactor.find(text) if found.label in _SECRETS)
    return {"megabytes": round(size / 1e6, 2), **counts}


def _read_documents() -> Iterator[bytes]:
    for name in _DOCUMENTS:
        for path in sorted((get_data_root() / name).rglob("*.md")):
            yield path.read_bytes()


def _measure_speed(redactor: TextRedactor) -> dict[str, float]:
    """Return microseconds: for 2 kB of documentation, for 2 kB of the labelled texts, for 20 kB of documentation."""
    prose = b" ".join(_read_documents()).decode("utf-8", "replace")
    dense = " ".join(row.text.decode() for row in _read_presidio())
    return {
        "prompt_2kb_us": _time(redactor, _cut(prose, 2_000, 500)),
        "full_of_personal_data_2kb_us": _time(redactor, _cut(dense, 2_000, 60)),
        "prompt_20kb_us": _time(redactor, _cut(prose, 20_000, 50)),
    }


def _cut(text: str, size: int, count: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text) - size, size)][:count]


def _time(redactor: TextRedactor, texts: Iterable[str]) -> float:
    """Return the median over the texts, each the best of three, in microseconds."""
    return round(statistics.median(min(_time_once(redactor, text) for _ in range(3)) for text in texts), 1)


def _time_once(redactor: TextRedactor, text: str) -> float:
    began = time.perf_counter()
    redactor.redact(text)
    return (time.perf_counter() - began) * 1e6


if __name__ == "__main__":
    main()
