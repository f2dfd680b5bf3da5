"""Which language a text is taken for."""

from __future__ import annotations

import pytest

from answerable.knowledge.languages import detect_language, detect_query_language


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "What is the capital of France?"),
        ("en", "install package"),
        ("en", "HNSW"),
        ("de", "Wie viele Urlaubstage habe ich?"),
        ("de", "Rückgaberecht"),
        ("fr", "Comment installer le paquet ?"),
        ("es", "¿Cuál es la capital de España?"),
        ("it", "Dove si trova la chiave della stanza?"),
        ("pt", "Qual é a capital de Portugal?"),
        ("nl", "Wat is de hoofdstad van Nederland?"),
        ("sv", "Vad är huvudstaden i Sverige?"),
        ("da", "Hvad er hovedstaden i Danmark?"),
        ("no", "Hva er hovedstaden i Norge?"),
        ("fi", "Mikä on Suomen pääkaupunki?"),
        ("hu", "Mi Magyarország fővárosa?"),
        ("tr", "Türkiye'nin başkenti neresidir?"),
        ("ro", "Care este capitala României?"),
        ("pl", "Jaka jest stolica Polski?"),
        ("cs", "Jaké je hlavní město Česka?"),
        ("id", "Apa ibu kota Indonesia?"),
        ("ru", "Какая столица России?"),
        ("uk", "Яка столиця України?"),
        ("zh", "法国的首都是哪里？"),
        ("ja", "日本の首都はどこですか"),
        ("ko", "한국의 수도는 어디입니까?"),
        ("th", "เมืองหลวงของไทยคืออะไร"),
        ("ar", "ما هي عاصمة مصر"),
        ("fa", "پایتخت ایران کجاست؟ چگونه"),
        ("he", "מהי בירת ישראל"),
        ("el", "Ποια είναι η πρωτεύουσα"),
        ("hi", "भारत की राजधानी क्या है"),
    ],
)
def test_short_text(language: str, text: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize(
    "text", ["", "12 345", "| a | b |\n|---|---|\n| 1 | 2 |", "x = e + a - o", "A,A,A,o,e"]
)
def test_text_that_shows_nothing_is_taken_for_english(text: str) -> None:
    assert detect_language(text) == "en"


def test_code_and_links_do_not_decide() -> None:
    text = "Das ist die Anleitung.\n```\nfor the list of all and with\n```\n[x](https://example.com/the/of/and/the)\n"
    assert detect_language(text * 3) == "de"


def test_some_foreign_words_do_not_decide() -> None:
    assert (
        detect_language("The Chinese word for tea is 茶, and in Japanese it is お茶, which is polite.")
        == "en"
    )
    assert detect_language("使用 PostgreSQL 的 HNSW 索引进行向量搜索") == "zh"


def test_query_language_is_one_of_the_candidates() -> None:
    assert detect_query_language("Wie hoch ist der Turm?", ["en", "de"]) == "de"
    assert detect_query_language("Turm", ["de", "en"]) == "de"
    assert detect_query_language("Quelle est la capitale ?", ["en", "de"]) == "en"
    assert detect_query_language("塔有多高", ["en", "zh"]) == "zh"
    assert detect_query_language("塔有多高", ["en", "de"]) == "en"
    assert detect_query_language("Wie hoch ist der Turm?", []) == "de"
