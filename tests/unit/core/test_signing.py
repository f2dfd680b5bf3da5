"""Tokens: read back by who signed them, for what they were signed, until they expire."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.core.signing import MAX_TOKEN, Signer, TokenExpired, TokenInvalid

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SIGNER = Signer(b"s" * 32)
TOKEN = SIGNER.sign("trace", {"t": "ü", "n": [1, None]}, NOW + timedelta(hours=1))


def test_a_token_gives_back_what_was_signed_until_it_expires() -> None:
    assert SIGNER.read("trace", TOKEN, NOW) == {"t": "ü", "n": [1, None]}
    assert SIGNER.read("trace", TOKEN, NOW + timedelta(minutes=59, seconds=59)) == {"t": "ü", "n": [1, None]}
    with pytest.raises(TokenExpired) as raised:
        SIGNER.read("trace", TOKEN, NOW + timedelta(hours=1))
    assert raised.value.code == "token_expired"


def test_a_token_can_stand_in_an_address() -> None:
    assert set(TOKEN) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "x",
        TOKEN + "=",
        TOKEN[:-1],
        TOKEN.replace(".", ""),
        TOKEN.split(".", maxsplit=1)[0] + ".",
        "é.\ud800",
        "A" * 10_000,
    ],
)
def test_what_was_not_signed_here_is_refused(token: str) -> None:
    with pytest.raises(TokenInvalid) as raised:
        SIGNER.read("trace", token, NOW)
    assert raised.value.code == "token_invalid"


def test_a_token_is_worth_nothing_for_another_purpose_or_under_another_secret() -> None:
    for signer, purpose in ((SIGNER, "feedback"), (Signer(b"t" * 32), "trace")):
        with pytest.raises(TokenInvalid):
            signer.read(purpose, TOKEN, NOW)


def test_a_forged_token_is_told_apart_from_an_expired_one() -> None:
    body, tag = TOKEN.split(".")
    with pytest.raises(TokenInvalid):
        SIGNER.read("trace", f"{body}A.{tag}", NOW + timedelta(days=9))


@given(st.integers(0, len(TOKEN) - 1), st.characters(codec="ascii"))
def test_no_single_character_can_be_changed(place: int, character: str) -> None:
    changed = TOKEN[:place] + character + TOKEN[place + 1 :]
    if changed != TOKEN:
        with pytest.raises(TokenInvalid):
            SIGNER.read("trace", changed, NOW)


def test_a_short_secret_and_a_long_payload_are_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Signer(b"short")
    with pytest.raises(ValueError, match="characters"):
        SIGNER.sign("trace", {"t": "x" * MAX_TOKEN}, NOW)
