from __future__ import annotations

from answerable.console.parts.examples import list_questions


def test_a_question_of_the_document_itself_comes_first() -> None:
    text = "# Boats\n\n## Moorings\n\nx\n\n## How long is a berth?\n\ny\n"
    assert list_questions("Boats", text) == ["How long is a berth?", "What does “Boats” say about Moorings?"]


def test_a_document_without_sections_is_asked_about_as_a_whole() -> None:
    assert list_questions("Boats", "Just text.") == ["What does “Boats” say?"]


def test_numbers_of_chapters_are_left_out() -> None:
    text = "# 4. Boats\n\n## 4.1 Moorings\n\nText.\n"
    assert list_questions("4. Boats", text) == ["What does “Boats” say about Moorings?"]
