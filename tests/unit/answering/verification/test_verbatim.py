"""What the offline model quotes is supported, each quote for itself, whatever markup stands in it."""

from __future__ import annotations

import pytest

from answerable.answering.types import Citation, Evidence
from answerable.answering.verification.lexical import LexicalVerifier
from answerable.answering.verification.sentences import split_sentences as split_cited
from answerable.answering.verification.verbatim import find_verbatim
from answerable.core.sentences import split_sentences
from answerable.llm.extractive.candidates import read_passages
from answerable.llm.extractive.compose import compose
from answerable.llm.extractive.phrases import PREFACES
from answerable.llm.sources import Source

_LIGHTHOUSE = "The lighthouse was lit in 1858. It is 46 metres tall."

_QUICKSTART = """\
# Getting started

You need Python 3.11 or newer with `venv`, and `make`. See [the guide](guides/install.md), e.g. its
section on [proxies][1], if **no** package can be fetched. No key, no Docker and no download of a
model is needed.

> **Note**: the first start takes longer,
> since the database is made.

Run it:

```bash
make run   # then open http://localhost:8000
```

The command prints:

- the *address* of the console,
- a `curl` line,
- etc.

1. The first question is answered.
2. The second says that the sources do not answer the question: abstaining is a feature.
"""

_CHECKS = """\
## Verdicts

A contradiction makes the sentence `unsupported`, a doubt `partial`. Both scores are scaled to [0, 1]
over the union; a *convex* combination decides. **Tests can fail.** The reason is given in plain words:
`says '318' where the passage says '308'`, `no citation; passage [2] supports it`.

| Verdict | Meaning |
|---|---|
| `supported` | all of it stands there |

npm builds the page.[^3] It was measured by Smith et al. [4] on 1,200 questions (see
<https://example.org/a_b>), i.e. on a third of them. Do not compare scores: a question that the collection
cannot answer has a high score too!

"A over B" asks the questions of A of the collection B, which does not hold their answers. I don't know
why anybody would do that...
"""

_GERMAN = """\
# Leuchtturm

Der Turm wurde am 4. März 1871 in Betrieb genommen, vgl. [die Chronik](chronik.md). Er ist z. B. nicht
der höchste im Land: das ist der von **Hallin**. Die Quellen sagen nichts über den Preis.

* Höhe: 38 Meter
* Stufen: 142, davon keine aus Holz
"""

_CHINESE = "# 灯塔\n\n斯凯罗灯塔位于斯凯罗岛上。[3]灯塔由工程师王丽设计，没有电灯。**塔高**38米！资料中没有提到价格。\n"

_PASSAGES = [
    (_LIGHTHOUSE, "en"),
    (_QUICKSTART, "en"),
    (_CHECKS, "en"),
    (_CHECKS.replace("\n", "\r\n"), "en"),
    (_GERMAN, "de"),
    (_CHINESE, "zh"),
]


async def verify(answer: str, *evidence: Evidence, language: str = "en") -> list[Citation]:
    return await LexicalVerifier().verify(answer, evidence, language=language)


async def test_the_preface_is_a_sentence_of_its_own() -> None:
    preface = "Quoted from the sources by the offline model:"
    answer = f"{preface}\nThe lighthouse was lit in 1858. [1]\nIt is 46 metres tall. [1]"
    citations = await verify(answer, Evidence(1, _LIGHTHOUSE))

    assert [(citation.sentence, citation.verdict) for citation in citations] == [
        (preface, "unchecked"),
        ("The lighthouse was lit in 1858. [1]", "supported"),
        ("It is 46 metres tall. [1]", "supported"),
    ]


@pytest.mark.parametrize(("passage", "language"), _PASSAGES)
async def test_what_the_offline_model_quotes_is_supported(passage: str, language: str) -> None:
    (read,) = read_passages([Source(2, "Handbook", passage)], language)
    preface = PREFACES[language]
    answer = "".join(
        piece.text for piece in compose(read.candidates, preface=preface, max_tokens=len(passage) * 10)
    )
    first, *quotes = await verify(answer, Evidence(2, passage, "Handbook", language), language=language)

    assert (first.sentence, first.verdict) == (preface, "unchecked")
    prose = [quote for quote in quotes if not quote.sentence.startswith("```")]
    assert [(q.sentence, q.reason) for q in prose if q.verdict != "supported"] == []
    assert len(prose) >= len(read.candidates)
    assert all(quote.sentence.endswith("[2]") and quote.sentence.count("[2]") <= 2 for quote in prose)


@pytest.mark.parametrize(("passage", "language"), _PASSAGES)
@pytest.mark.parametrize("between", [" ", "\n", "\n\n"])
async def test_every_sentence_may_be_quoted_with_its_white_space_folded(
    passage: str, language: str, between: str
) -> None:
    spans = [span for span in split_sentences(passage, language) if span.kind in {"prose", "item"}]
    quotes = [f"{' '.join(passage[span.start : span.end].split())} [1]" for span in spans]
    citations = await verify(between.join(quotes), Evidence(1, passage, "", language), language=language)

    assert [(c.sentence, c.reason) for c in citations if c.verdict != "supported"] == []
    if between != " ":
        assert [citation.sentence for citation in citations] == quotes


async def test_the_span_is_the_sentence_that_is_quoted() -> None:
    (citation,) = await verify(
        "Both scores are scaled to [0, 1] over the union; a *convex* combination decides. [1]",
        Evidence(1, _CHECKS),
    )

    assert (citation.score, citation.source, citation.markers) == (1.0, 1, (1,))
    quoted = _CHECKS[citation.passage_start : citation.passage_end]
    assert quoted == "Both scores are scaled to [0, 1]\nover the union; a *convex* combination decides."


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("It is not true that the tower is haunted. [2]", "unsupported"),  # stands in another passage
        (
            "It is not true that the tower is haunted. [1][7]",
            "partial",
        ),  # a marker that is not the passage's own
        ("It is not true that the tower is haunted.", "unsupported"),
        ("I don't know. [1]", "unchecked"),
        ("Really. [1]", "unsupported"),  # too short to mean the same elsewhere
    ],
)
async def test_only_whole_sentences_of_a_cited_passage_are_verbatim(claim: str, verdict: str) -> None:
    haunted = Evidence(1, "It is not true that the tower is haunted. Nobody ever saw a ghost. Not really.")
    (citation,) = await verify(claim, haunted, Evidence(2, _LIGHTHOUSE))

    assert citation.verdict == verdict


def test_a_part_of_a_sentence_is_not_verbatim() -> None:
    whole, part = split_cited("It is not true that the tower is haunted. [1] the tower is haunted. [1]")
    evidence = [Evidence(1, "So far so good. It is not true that the tower is haunted.")]

    found = find_verbatim(whole, evidence, "en")
    assert found is not None
    assert (found[0], found[1].text) == (1, "It is not true that the tower is haunted.")
    assert find_verbatim(part, evidence, "en") is None
