"""What a reader relies on: a true sentence is supported, a false one is not, and the reason says why."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from answerable.answering.types import Citation, Evidence
from answerable.answering.verification.lexical import LexicalVerifier
from answerable.answering.verification.sentences import split_sentences

_PANTHERS = (
    "The Panthers defense gave up just 308 points, ranking sixth in the league, while also leading the NFL in "
    "interceptions with 24. Kawann Short led the team in sacks with 11, while also forcing three fumbles. The prize "
    "was not awarded in 1916. In the final, Denver beat Carolina by 14 points. Profits increased by 5% before 2010. "
    "The drug is legal in France. “We shall fight on the beaches,” Churchill said on 4 June 1940. The city has "
    "1,234,567 inhabitants. Google acquired YouTube in 2006. It weighs $3.5 million and costs 98 percent."
)
_EINSTEIN = (
    "Albert Einstein was born in Ulm in 1879. He moved to the United States in 1933 and never returned."
)


async def check(sentence: str, *passages: str, language: str = "en", title: str = "") -> Citation:
    evidence = [Evidence(number, text, title, language) for number, text in enumerate(passages, start=1)]
    (citation,) = await LexicalVerifier().verify(sentence, evidence, language=language)
    return citation


@pytest.mark.parametrize(
    "claim",
    [
        "The Panthers defense gave up just 308 points, ranking sixth in the league.",
        "The Panthers gave up 308 points and led the NFL in interceptions.",
        "The Panthers ranked 6th in the league with twenty-four interceptions.",
        "According to the source, Kawann Short forced 3 fumbles.",
        "The prize wasn't awarded in 1916.",
        "Carolina was beaten by Denver in the final.",
        "Before 2010, profits rose by 5 percent.",
        "The drug is not illegal in France.",
        "Churchill said on June 4, 1940: \"We shall fight on the beaches.\"",
        "The city has 1234567 inhabitants.",
        "The city has about 1.2 million inhabitants.",
        "YouTube was acquired by Google in 2006.",
        "Kawann Short led the team in sacks with 11, and the drug is legal in France.",
        "The National Football League was led by the Panthers in interceptions with 24.",
    ],
)  # fmt: skip
async def test_a_true_sentence_is_supported(claim: str) -> None:
    citation = await check(f"{claim} [1]", _PANTHERS)
    assert (citation.verdict, citation.reason) == ("supported", None)


@pytest.mark.parametrize(
    ("claim", "named"),
    [
        ("The Panthers defense gave up just 318 points.", "308"),
        ("The Panthers defense gave up just 24 points.", "308"),
        ("The Panthers ranked eighth in the league.", "sixth"),
        ("Kawann Short led the team in sacks with twelve.", "twelve"),
        ("Churchill said on 4 June 1941 that we shall fight on the beaches.", "1941"),
        ("Profits increased by 5 dollars before 2010.", "5"),
        ("Mario Addison led the team in sacks with 11.", "Kawann Short"),
        ("The drug is legal in Germany.", "France"),
        ("Google acquired Vimeo in 2006.", "YouTube"),
        ("Carolina beat Denver in the final.", "swaps"),
        ("Google was acquired by YouTube in 2006.", "swaps"),
        ("The prize was awarded in 1916.", "awarded"),
        ("The Panthers defense never gave up 308 points.", "denies"),
        ("Kawann Short didn't lead the team in sacks.", "denies"),
        ("The drug is not legal in France.", "legal"),
        ("The drug is illegal in France.", "illegal"),
        ("Profits decreased by 5% before 2010.", "increased"),
        ("Profits increased by 5% after 2010.", "before"),
        ('Churchill said: "We shall fight in the quiet hills."', "quotation"),
        ("The stadium was torn down by angry farmers.", "stadium"),
    ],
)
async def test_a_false_sentence_is_unsupported_and_the_reason_names_the_fault(claim: str, named: str) -> None:
    citation = await check(f"{claim} [1]", _PANTHERS)
    assert citation.verdict == "unsupported"
    assert named in str(citation.reason)
    assert citation.score < 0.5


_HNSW = (
    "HNSW is an index that creates a multilayer graph. It has better query performance than IVFFlat, but has slower "
    "build times and uses more memory. An index can be created without any data in the table since there isn't a "
    "training step. Supported types are: vector - up to 2,000 dimensions; halfvec - up to 4,000 dimensions. The "
    "default for ef_construction is 64. By default, PostgreSQL uses 2 parallel maintenance workers."
)


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("HNSW builds a multilayer graph index.", "supported"),
        ("HNSW offers better query performance than IVFFlat.", "supported"),
        ("HNSW offers worse query performance than IVFFlat.", "unsupported"),
        ("HNSW uses less memory.", "unsupported"),
        ("You can create an index on a table without data because no training step is needed.", "supported"),
        ("An HNSW index needs a training step.", "unsupported"),
        ("It supports halfvec up to 4,000 dimensions.", "supported"),
        ("It supports halfvec up to 2,000 dimensions.", "unsupported"),
        ("The default value of `ef_construction` is 64.", "supported"),
        ("`ef_construction` defaults to 100.", "unsupported"),
        ("PostgreSQL runs two parallel maintenance workers by default.", "supported"),
        ("pgvector was created by Andrew Kane.", "unsupported"),
    ],
)
async def test_paraphrases_of_documentation(claim: str, verdict: str) -> None:
    assert (await check(f"{claim} [1]", _HNSW, title="pgvector")).verdict == verdict


@pytest.mark.parametrize(
    ("claim", "passage", "language", "verdict"),
    [
        ("Die Stadt hat 1.234 Einwohner [1].", "Die Stadt hatte 1234 Einwohner.", "de", "supported"),
        ("Die Stadt hat 2.234 Einwohner [1].", "Die Stadt hatte 1234 Einwohner.", "de", "unsupported"),
        ("Das Gesetz gilt nicht in Berlin [1].", "Das Gesetz gilt seit 1990 in Berlin.", "de", "unsupported"),
        ("Das Gesetz gilt in Berlin [1].", "Das Gesetz gilt nicht in Berlin.", "de", "unsupported"),
        ("爱因斯坦1879年出生于乌尔姆。[1]", "爱因斯坦于1879年出生于德国乌尔姆。", "zh", "supported"),
        ("爱因斯坦1880年出生于乌尔姆。[1]", "爱因斯坦于1879年出生于德国乌尔姆。", "zh", "unsupported"),
        ("他没有离开德国。[1]", "他离开德国。", "zh", "unsupported"),
        ("Παρίσι είναι η πρωτεύουσα [1].", "Το Παρίσι είναι η πρωτεύουσα της Γαλλίας.", "el", "supported"),
        ("ירושלים נוסדה בשנת 1000 [1].", "ירושלים נוסדה בשנת 1000.", "he", "supported"),
    ],
)
async def test_other_languages(claim: str, passage: str, language: str, verdict: str) -> None:
    assert (await check(claim, passage, language=language)).verdict == verdict


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("Marie Curie won the prize [1].", "Marie\u00a0Curie won the\nprize."),
        (
            "Lodz has a well known co-operative [1].",
            "Łódź has a well-known cooperative and a co\u00adoperative.",
        ),
        ("It sold 80 units [1].", "It sold ８０ units."),
        ("It’s Müller’s idea [1].", "It's Mueller's idea. It is Müller's idea."),
        ("The EU's law applies [1].", "The law of the E.U. applies. The EU's law applies to all."),
    ],
)
async def test_spelling_does_not_matter(claim: str, passage: str) -> None:
    assert (await check(claim, passage)).verdict == "supported"


@pytest.mark.parametrize(
    "sentence",
    [
        "I don't know.",
        "The sources do not contain the answer [1].",
        "I cannot answer this from the sources.",
        "Here is what I found:",
        "Hello!",
        "I hope this helps.",
        "# Results",
        "Do you want to know more?",
        "```\ncode\n```",
        "Ich kann das anhand der Quellen nicht beantworten.",
        "资料中没有提到。",
    ],
)
async def test_what_claims_nothing_is_unchecked(sentence: str) -> None:
    assert (await check(sentence, _EINSTEIN)).verdict == "unchecked"


async def test_a_claim_without_a_marker_is_unsupported_and_the_passage_is_named() -> None:
    citation = await check("Einstein was born in Ulm in 1879.", _PANTHERS, _EINSTEIN)
    assert (citation.verdict, citation.source) == ("unsupported", None)
    assert citation.reason == "no citation; passage [2] supports it"


async def test_a_marker_to_nothing_is_unsupported() -> None:
    citation = await check("Einstein was born in Ulm [7].", _EINSTEIN)
    assert citation.verdict == "unsupported"
    assert str(citation.reason).startswith("[7] names no passage")


async def test_a_second_marker_to_nothing_costs_the_full_support() -> None:
    assert (await check("Einstein was born in Ulm [1][7].", _EINSTEIN)).verdict == "partial"


async def test_the_wrong_passage_is_unsupported_and_the_right_one_is_named() -> None:
    citation = await check("Einstein was born in Ulm in 1879 [1].", _PANTHERS, _EINSTEIN)
    assert citation.verdict == "unsupported"
    assert str(citation.reason).endswith("passage [2] supports it")


async def test_two_passages_may_support_one_sentence_together() -> None:
    citation = await check(
        "Einstein was born in 1879, and the drug is legal in France [1][2].", _EINSTEIN, _PANTHERS
    )
    assert citation.verdict == "supported"


async def test_no_evidence_at_all() -> None:
    assert (await check("Einstein was born in Ulm [1].")).verdict == "unsupported"
    assert (await check("Einstein was born in Ulm [1].", "")).verdict == "unsupported"


async def test_a_subject_from_the_title_is_supported() -> None:
    passage = "He moved to Princeton in 1933."
    assert (
        await check("Albert Einstein moved to Princeton in 1933 [1].", passage, title="Albert Einstein")
    ).verdict == "supported"
    assert (
        await check("Max Born moved to Princeton in 1933 [1].", passage, title="Albert Einstein")
    ).verdict == "unsupported"


async def test_the_span_holds_the_words_that_support() -> None:
    citation = await check("Einstein moved to the United States in 1933 [1].", _EINSTEIN)
    assert citation.source == 1
    assert citation.passage_start is not None
    assert "moved to the United States in 1933" in _EINSTEIN[citation.passage_start : citation.passage_end]


async def test_a_stream_gives_the_same_verdicts_as_the_whole_answer() -> None:
    answer = "Einstein was born in Ulm [1]. Einstein was born in Bern [1]."
    evidence = [Evidence(1, _EINSTEIN)]
    verifier = LexicalVerifier()
    one_by_one = [await verifier.verify_sentence(s, evidence) for s in split_sentences(answer)]
    assert one_by_one == await verifier.verify(answer, evidence)
    assert [citation.verdict for citation in one_by_one] == ["supported", "unsupported"]


@pytest.mark.parametrize(
    "sentence",
    [
        "word " * 2000,
        "Name " * 2000,
        "1 2 " * 2500,
        "not " * 2500,
        "中" * 10_000,
        '"' * 10_000,
        "a.b." * 2500,
    ],
)
async def test_a_huge_sentence_takes_bounded_time(sentence: str) -> None:
    begun = time.perf_counter()
    await check(f"{sentence} [1]", (sentence + " ") * 3)
    assert time.perf_counter() - begun < 30.0  # quadratic work takes minutes


class OneMeaning:
    """An embedder to which all texts mean the same."""

    name = "test:one"
    dimensions = 2
    languages: frozenset[str] | None = None

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        return np.array([1, 0], dtype=np.float32)

    async def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.tile(np.array([[1, 0]], dtype=np.float32), (len(texts), 1))


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("The physicist emigrated overseas and stayed away [1].", "partial"),
        ("Einstein was born in Ulm in 1880 [1].", "unsupported"),
        ("Einstein was born in Ulm in 1879.", "unsupported"),
    ],
)
async def test_close_meaning_lifts_wording_only_and_never_to_supported(claim: str, verdict: str) -> None:
    (citation,) = await LexicalVerifier(OneMeaning()).verify(claim, [Evidence(1, _EINSTEIN)])
    assert citation.verdict == verdict


async def test_the_event_loop_goes_on_meanwhile() -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    ticking = asyncio.create_task(tick())
    await LexicalVerifier().verify("Einstein was born in Ulm [1]. " * 1000, [Evidence(1, _EINSTEIN)])
    ticking.cancel()
    assert ticks > 5  # two or three where the loop has to wait for the whole
