"""How many planted faults the offline verifier catches, how many true sentences it doubts, and public sets.

    python -m benchmarks.verification [--limit 600] [--split dev|test] [--embedder] [--show KIND]

Faults and true sentences come from XQuAD-en and QED, split by article: rules and thresholds were tuned on `dev`,
and `test` is what is published. Caught means that the verdict is not `supported`.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import hashlib
import json
import random
import re
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import bm25s

from answerable.answering.types import Citation, Evidence
from answerable.answering.verification.lexical import LexicalVerifier
from answerable.answering.verification.sentences import split_sentences
from answerable.llm.minilm.embedder import LocalEmbedder
from answerable.llm.minilm.model import MiniLM
from benchmarks import faults, true_edits
from benchmarks.data import get_data_root
from benchmarks.report import write_result

_SEED = 20_261_121
_NEIGHBOURS = 4
_SPACED = re.compile(r" (?=[,.;:!?)'’%]|n't\b)|(?<=\() |(?<=``) | (?='')")


@dataclass(frozen=True, slots=True)
class Item:
    """One sentence with its marker and what is put before the verifier. `kind` says what was done to it."""

    kind: str
    answer: str
    evidence: tuple[Evidence, ...]


@dataclass(slots=True)
class Source:
    """One set: its passages and the true sentences taken from them."""

    corpus: faults.Corpus
    sentences: list[faults.TrueSentence]
    similar: dict[int, list[int]]


def in_split(title: str, split: str) -> bool:
    """Whether a document belongs to `dev` (a third, by the hash of its title) or `test`."""
    is_dev = int(hashlib.sha256(title.encode()).hexdigest(), 16) % 3 == 0
    return split == "all" or is_dev == (split == "dev")


def load_xquad(split: str) -> Source:
    """Return the sentences that hold an answer; `following` is the next sentence of the paragraph."""
    data = json.loads((get_data_root() / "xquad" / "xquad.en.json").read_text(encoding="utf-8"))["data"]
    passages: list[str] = []
    titles: list[str] = []
    sentences: list[faults.TrueSentence] = []
    for article in data:
        title = article["title"].replace("_", " ")
        for paragraph in article["paragraphs"]:
            passages.append(paragraph["context"])
            titles.append(title)
            if in_split(title, split):
                starts = {qa["answers"][0]["answer_start"] for qa in paragraph["qas"]}
                sentences += _answering(paragraph["context"], starts, len(passages) - 1)
    return _source(passages, titles, sentences)


def load_qed(split: str) -> Source:
    """Return the selected sentences, with the spaces before punctuation of the set taken out, as a model would."""
    with gzip.open(get_data_root() / "qed" / "qed-dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    passages: dict[str, int] = {}
    titles: list[str] = []
    sentences: list[faults.TrueSentence] = []
    for row in rows:
        text = row["paragraph_text"]
        if text not in passages:
            passages[text] = len(passages)
            titles.append(row["title_text"])
        chosen = row["annotation"].get("selected_sentence")
        if chosen and in_split(row["title_text"], split):
            found = _answering(text, {chosen["start"]}, passages[text])
            sentences += [s for s in found if s not in sentences]
    return _source(list(passages), titles, sentences)


def _answering(text: str, starts: set[int], passage: int) -> Iterator[faults.TrueSentence]:
    spans = split_sentences(text)
    for at, span in enumerate(spans):
        if any(span.start <= start < span.end for start in starts) and len(span.text) >= 25:
            following = spans[at + 1].text if at + 1 < len(spans) else None
            yield faults.TrueSentence(
                _SPACED.sub("", span.text), passage, following and _SPACED.sub("", following)
            )


def _source(passages: list[str], titles: list[str], sentences: list[faults.TrueSentence]) -> Source:
    index = bm25s.BM25()
    index.index(bm25s.tokenize(passages, show_progress=False), show_progress=False)
    wanted = sorted({sentence.passage for sentence in sentences})
    queries = bm25s.tokenize([passages[i] for i in wanted], show_progress=False)
    found, _ = index.retrieve(queries, k=_NEIGHBOURS + 3, show_progress=False, n_threads=1)
    similar = {
        at: [int(i) for i in row if passages[int(i)] != passages[at]]
        for at, row in zip(wanted, found, strict=True)
    }
    return Source(faults.collect_names(passages, titles), sentences, similar)


def make_items(source: Source, limit: int, rng: random.Random) -> list[Item]:
    """Return the true items and the planted faults, at most `limit` of each kind."""
    made: dict[str, list[Item]] = defaultdict(list)
    sentences = list(source.sentences)
    rng.shuffle(sentences)
    for sentence in sentences:
        for kind, text, cited in _variants(source, sentence, rng):
            if len(made[kind]) < limit:
                made[kind].append(_item(source, kind, text, sentence.passage, cited, rng))
    return [item for items in made.values() for item in items]


def _variants(
    source: Source, sentence: faults.TrueSentence, rng: random.Random
) -> Iterator[tuple[str, str, int]]:
    """Yield (kind, text, cited passage) of everything made from one true sentence."""
    corpus, home = source.corpus, sentence.passage
    yield "true: verbatim", sentence.text, home
    for kind, edited in true_edits.edits(sentence, corpus.titles[home], rng):
        yield f"true: {kind}", edited, home
    planted = {
        "number changed": faults.change_number(sentence.text, rng),
        "name swapped": faults.swap_name(sentence, corpus, rng),
        "name of the same passage": faults.swap_roles(sentence, corpus, rng),
        "number of the same passage": faults.swap_numbers(sentence, corpus, rng),
        "negated: inserted": faults.negate(sentence.text, rng),
        "negated: removed": faults.affirm(sentence.text, rng),
        "invented: template": faults.invent(home, corpus, rng),
        "invented: other passage": rng.choice(source.sentences).text,
    }
    for kind, text in planted.items():
        if text is not None and not _stands_in(text, corpus.passages[home]):
            yield kind, text, home
    away = {"moved: random": rng.randrange(len(corpus.passages)), "moved: similar": source.similar[home][0]}
    for kind, cited in away.items():
        if not _echoes(sentence.text, corpus.passages[cited]):
            yield kind, sentence.text, cited


def _stands_in(sentence: str, passage: str) -> bool:
    return re.sub(r"\W+", "", sentence) in re.sub(r"\W+", "", passage)


def _echoes(sentence: str, passage: str) -> bool:
    """Whether a passage says the sentence as well, as two versions of one article do: half of its 4-grams."""
    words, other = re.findall(r"\w+", sentence.lower()), re.findall(r"\w+", passage.lower())
    grams = {tuple(words[i : i + 4]) for i in range(len(words) - 3)}
    return bool(grams) and len(grams & {tuple(other[i : i + 4]) for i in range(len(other) - 3)}) > 0.5 * len(
        grams
    )


def _item(source: Source, kind: str, text: str, home: int, cited: int, rng: random.Random) -> Item:
    shown = list(dict.fromkeys([home, cited, *source.similar[home][:_NEIGHBOURS]]))
    rng.shuffle(shown)
    corpus = source.corpus
    evidence = tuple(Evidence(n, corpus.passages[i], corpus.titles[i]) for n, i in enumerate(shown, start=1))
    return Item(kind, f"{text} [{shown.index(cited) + 1}]", evidence)


async def judge(verifier: LexicalVerifier, item: Item) -> list[Citation]:
    return await verifier.verify(item.answer, item.evidence)


def worst(citations: Sequence[Citation]) -> str:
    """Return the verdict of a text of several sentences: the worst of theirs."""
    verdicts = {citation.verdict for citation in citations}
    return next((v for v in ("unsupported", "partial", "supported") if v in verdicts), "unchecked")


async def run_faults(
    verifier: LexicalVerifier, source: Source, limit: int, show: str | None
) -> dict[str, object]:
    """Return for each kind how the verdicts fall, and the milliseconds a sentence took."""
    confusion: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    items = make_items(source, limit, random.Random(_SEED))
    begun = time.perf_counter()
    for item in items:
        citations = await judge(verifier, item)
        verdict = worst(citations)
        confusion[item.kind][verdict] += 1
        if show and item.kind.startswith(show) and (verdict == "supported") != item.kind.startswith("true"):
            print(f"{item.kind} -> {verdict}: {item.answer}\n    {[c.reason for c in citations]}")
    spent = time.perf_counter() - begun
    kinds = {kind: _share(kind, dict(verdicts)) for kind, verdicts in sorted(confusion.items())}
    return {
        "kinds": kinds,
        "ms_per_sentence": round(1000 * spent / len(items), 2),
        "items": len(items),
    } | _totals(confusion)


def _share(kind: str, verdicts: dict[str, int]) -> dict[str, object]:
    total = sum(verdicts.values())
    doubted = 1 - verdicts.get("supported", 0) / total
    return {"n": total, "doubted" if kind.startswith("true") else "caught": round(doubted, 4), **verdicts}


def _totals(confusion: dict[str, dict[str, int]]) -> dict[str, float]:
    groups: dict[str, list[dict[str, int]]] = defaultdict(list)
    for kind, verdicts in confusion.items():
        name = kind.split(":")[0]
        if name == "true":
            name = (
                "true sentences doubted, verbatim"
                if kind.endswith("verbatim")
                else "true sentences doubted, edited"
            )
        groups[name].append(verdicts)
    shares = {}
    for name, rows in sorted(groups.items()):
        total = sum(sum(row.values()) for row in rows)
        shares[name] = round(1 - sum(row.get("supported", 0) for row in rows) / total, 4)
    return shares


async def run_public(verifier: LexicalVerifier, name: str, split: str, show: str | None) -> dict[str, object]:
    """Return the balanced accuracy on a set of claims with sources, whole and by domain; split by source."""
    with gzip.open(get_data_root() / name / "faithfulness.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    rows = [row for row in rows if in_split(row["source"], split) and row.get("upstream_label") != "Generic"]
    hits: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        evidence = (Evidence(1, row["source"]),)
        cited = "".join(f"{s.text} [1] " for s in split_sentences(row["claim"]))
        citations = await verifier.verify(cited, evidence)
        said = "supported" if worst(citations) == "supported" else "unsupported"
        for group in ("all", row["domain"]):
            hits[group][row["label"]].append(said == row["label"])
        if show == name and said != row["label"]:
            print(
                f"{row['label']} but {worst(citations)}: {row['claim']}\n    {[c.reason for c in citations]}"
            )
    return {group: _balanced(labels) for group, labels in hits.items()}


def _balanced(labels: dict[str, list[bool]]) -> dict[str, float]:
    recalls = {label: sum(right) / len(right) for label, right in labels.items()}
    return {
        "n": sum(map(len, labels.values())),
        "balanced_accuracy": round(sum(recalls.values()) / len(recalls), 4),
        **{f"recall_{label}": round(recall, 4) for label, recall in sorted(recalls.items())},
    }


async def run(arguments: argparse.Namespace) -> dict[str, object]:
    verifier = LexicalVerifier(LocalEmbedder(MiniLM.load()) if arguments.embedder else None)
    results: dict[str, object] = {"split": arguments.split, "embedder": arguments.embedder, "seed": _SEED}
    for name, load in (("xquad-en", load_xquad), ("qed", load_qed)):
        results[name] = await run_faults(verifier, load(arguments.split), arguments.limit, arguments.show)
    for name in ("summedits", "begin"):
        results[name] = await run_public(verifier, name, arguments.split, arguments.show)
    return results


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=600)
    parser.add_argument("--split", choices=["dev", "test", "all"], default="test")
    parser.add_argument("--embedder", action="store_true")
    parser.add_argument("--show", help="print the failures of the kinds that begin so, or of a public set")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    results = asyncio.run(run(arguments))
    print(json.dumps(results, indent=1))
    if arguments.write:
        write_result("verification", results)


if __name__ == "__main__":
    main()
