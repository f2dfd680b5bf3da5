"""Secrets: by their makers' marks, by the words around them, and nothing that only looks random."""

from __future__ import annotations

import json

import pytest
from benchmarks.secret_samples import make_negatives, make_positives

from answerable.traces.redaction.texts import TextRedactor

REDACTOR = TextRedactor()


def test_of_generated_texts_nearly_every_secret_is_found() -> None:
    samples = list(make_positives(1_500, seed=7))
    left = [sample for sample in samples if sample.secret in REDACTOR.redact(sample.text)]
    assert len(left) <= 0.02 * len(samples), left[:5]


def test_of_generated_texts_without_one_nearly_all_stay() -> None:
    samples = list(make_negatives(1_500, seed=8))
    changed = [sample for sample in samples if REDACTOR.redact(sample.text) != sample.text]
    assert len(changed) <= 0.01 * len(samples), changed[:5]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("password=hunter2&next=/", "password=[SECRET]&next=/"),
        ('{"password": "letmein", "max_tokens": 512}', '{"password": "[SECRET]", "max_tokens": 512}'),
        ("My password is Tr0ub4dor&3. Why?", "My password is [SECRET]. Why?"),
        ("postgres://svc:p@ss:w0rd@db.example:5432/app", "postgres://svc:[SECRET]@db.example:5432/app"),
        ("Authorization: Bearer abcdef1234567890abcdef", "Authorization: Bearer [SECRET]"),
        ("<password>blue kite</password>", "<password>[SECRET]</password>"),
        ("CREATE USER a IDENTIFIED BY 'blue kite'", "CREATE USER a IDENTIFIED BY '[SECRET]'"),
        ("ans_" + "k3J" * 14 + "x", "[API_KEY]"),
        (
            "-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEA1234567890\nabcd==\nand the rest was cut off",
            "[PRIVATE_KEY]\nand the rest was cut off",
        ),
    ],
)
def test_only_the_secret_goes(text: str, expected: str) -> None:
    assert REDACTOR.redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "password: [SECRET]",
        "The password is incorrect.",
        "hashed_password = hashed_password",
        "password = getpass.getpass()",
        "the access token is valid for an hour",
        "token: 8c2f",
        "sk-learn-contrib-something-else",
    ],
)
def test_words_about_secrets_stay(text: str) -> None:
    assert REDACTOR.redact(text) == text


def test_what_overlaps_goes_as_one() -> None:
    key = "sk-proj-" + "aB3dE5fG" * 6
    assert REDACTOR.redact(f"api_key={key}") == "api_key=[API_KEY]"
    assert (
        REDACTOR.redact(json.dumps({"Authorization": f"Bearer {key}"}))
        == '{"Authorization": "Bearer [API_KEY]"}'
    )
