"""Which questions may share an answer. A wrong hit is a wrong answer: every pair of another meaning is told apart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from answerable.answering.caching.likeness import serves
from answerable.answering.types import Citation
from answerable.knowledge.types import DocumentRef, Hit, HitScores
from tests.fakes.answers import make_answer

SUPPORTED = Citation("Employees get 30 days.", 0, 22, (1,), "supported", 1.0, 1, 0, 22)

SAME = [
    (
        "How many days of paid leave do employees get?",
        "How many paid leave days do employees receive?",
        "Employees get 30 days of paid leave, also called annual vacation, each year.",
    ),
    (
        "Who founded Microsoft?",
        "Who is the founder of Microsoft?",
        "Bill Gates is the founder of Microsoft. Microsoft was founded 1975.",
    ),
    (
        "How do I reset my password?",
        "How can I reset my password?",
        "To reset your password, click on Forgot password.",
    ),
    (
        "How do I reset my password?",
        "how do i reset the password",
        "To reset your password, click on Forgot password.",
    ),
    (
        "When was the Eiffel Tower built?",
        "When was the Eiffel tower constructed?",
        "The Eiffel Tower was built, or constructed, from 1887 to 1889.",
    ),
    ("What is the refund policy?", "What's your refund policy?", "Our refund policy: within 30 days."),
    (
        "Where is the headquarters of Siemens?",
        "Where are the Siemens headquarters?",
        "Siemens has its headquarters in Munich.",
    ),
    (
        "What port does the server listen on?",
        "Which port does the server listen on?",
        "The server listens on port 8000.",
    ),
    ("Is parking free for visitors?", "is parking free for visitors", "Parking is free for visitors."),
    (
        "What is the maximum upload size?",
        "What is the maximum size of uploads?",
        "The maximum upload size is 50 MB.",
    ),
    (
        "Can you tell me what the maximum upload size is?",
        "What is the maximum upload size?",
        "The maximum upload size is 50 MB.",
    ),
]
"""What was asked before, what is asked now, and the passage that was cited."""

OTHER = [
    (
        "How many days of paid leave do employees get?",
        "How many days of sick leave do employees get?",
        "Employees get 30 days of paid leave, also called annual vacation, each year. They carry over until March.",
    ),
    (
        "How many vacation days do employees get?",
        "How many vacation days do contractors get?",
        "Employees get 30 days of paid leave, also called annual vacation, each year. They carry over until March.",
    ),
    ("What is the capital of France?", "What is the capital of Germany?", "Paris is the capital of France."),
    (
        "What is the population of Berlin?",
        "What is the area of Berlin?",
        "Berlin has a population of 3.7 million.",
    ),
    ("What happened in 1998?", "What happened in 1989?", "In 1998 it rained."),
    ("Who won the game in 2019?", "Who lost the game in 2019?", "The Reds won the game in 2019."),
    (
        "Is smoking allowed in the building?",
        "Is smoking not allowed in the building?",
        "Smoking is allowed in the building.",
    ),
    ("How tall is the Eiffel Tower?", "How old is the Eiffel Tower?", "The Eiffel Tower is 330 m tall."),
    ("Who founded Microsoft?", "When was Microsoft founded?", "Microsoft was founded by Bill Gates in 1975."),
    (
        "How do I fly from Berlin to Paris?",
        "How do I fly from Paris to Berlin?",
        "Fly from Berlin to Paris with X.",
    ),
    ("Does Google own YouTube?", "Does YouTube own Google?", "Google owns YouTube."),
    (
        "What is the refund policy for enterprise customers?",
        "What is the refund policy for customers?",
        "Enterprise customers get refunds. The refund policy.",
    ),
    (
        "What is the refund policy?",
        "What is the refund policy for sale items?",
        "Our refund policy: within 30 days. Sale items excluded.",
    ),
    ("What is the largest city?", "What is the smallest city?", "The largest city is Tokyo."),
    (
        "Can I cancel before the deadline?",
        "Can I cancel after the deadline?",
        "You can cancel before the deadline.",
    ),
    ("Who is the CEO of Apple?", "Who was the CEO of Apple?", "Tim Cook is the CEO of Apple."),
    ("Can I work from home?", "Must I work from home?", "You can work from home."),
    ("How many users are active?", "How many users are inactive?", "300 users are active."),
    ("What is the price in dollars?", "What is the price in euros?", "The price is 5 dollars."),
    (
        "What is the maximum upload size?",
        "What is the minimum upload size?",
        "The maximum upload size is 50 MB.",
    ),
    (
        "Does the warranty cover water damage?",
        "Does the warranty cover fire damage?",
        "The warranty covers water damage.",
    ),
    ("Is the office open on Monday?", "Is the office open on Sunday?", "The office is open on Monday."),
    (
        "Can a manager approve the request of an employee?",
        "Can an employee approve the request of a manager?",
        "A manager can approve the request of an employee.",
    ),
    ("How do I enable caching?", "How do I disable caching?", "To enable caching set cache on."),
    ("Which files are included?", "Which files are excluded?", "Files included are a and b."),
    (
        "How do I install the server on Linux?",
        "How do I install the server on Windows?",
        "Install the server on Linux with pip.",
    ),
    ("What is version 2 about?", "What is version 3 about?", "Version 2 is about speed."),
    (
        "What is the minimum age for a licence?",
        "What is the maximum age for a licence?",
        "The minimum age for a licence is 18.",
    ),
    ("Wer hat die Firma gegründet?", "Wann wurde die Firma gegründet?", "Die Firma wurde 1999 gegründet."),
    (
        "Wie viele Urlaubstage haben Angestellte?",
        "Wie viele Urlaubstage haben Werkstudenten?",
        "Angestellte haben 30 Urlaubstage.",
    ),
    ("Should I use threads?", "Shouldn't I use threads?", "Use threads."),
    (
        "What must be done before the launch?",
        "What must be done at the launch?",
        "Before the launch tests are done.",
    ),
]


def _serves(earlier: str, question: str, passage: str) -> bool:
    language = "de" if earlier.startswith(("Wie ", "Wer ")) else "en"
    hit = Hit(
        DocumentRef(UUID(int=1), "a.md", "Text", {}),
        "1:0",
        passage,
        (),
        None,
        0,
        len(passage),
        0.9,
        HitScores(0.8, 0.8),
        language,
    )
    citation = Citation(passage, 0, len(passage), (1,), "supported", 1.0, 1, 0, len(passage))
    return serves(question, earlier, make_answer(passage, sources=(hit,), citations=(citation,)))


@pytest.mark.parametrize(("earlier", "question", "passage"), SAME)
def test_other_words_for_the_same_question_get_its_answer(earlier: str, question: str, passage: str) -> None:
    assert _serves(earlier, question, passage)
    assert _serves(earlier, earlier, passage)


@pytest.mark.parametrize(("earlier", "question", "passage"), OTHER)
def test_a_question_that_only_looks_alike_does_not(earlier: str, question: str, passage: str) -> None:
    assert not _serves(earlier, question, passage)


@pytest.mark.parametrize(
    "changes",
    [
        {"citations": ()},
        {"abstained": True},
        {"citations": (SUPPORTED, replace(SUPPORTED, verdict="unsupported"))},
        {"citations": (SUPPORTED, replace(SUPPORTED, verdict="partial"))},
        {"citations": (replace(SUPPORTED, verdict="unchecked"),)},
    ],
)
def test_an_answer_whose_citations_did_not_pass_is_served_to_no_other_question(
    changes: dict[str, Any],
) -> None:
    assert serves("How much leave?", "How much leave?", make_answer(citations=(SUPPORTED,)))
    assert not serves("How much leave?", "How much leave?", make_answer(**changes))
