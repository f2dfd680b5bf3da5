"""The verdict as a comment on a pull request."""

from __future__ import annotations

import json

from answerable.evaluation.gating.deciding import decide
from answerable.evaluation.gating.json_form import render_verdict
from answerable.evaluation.gating.markdown import render_markdown
from answerable.evaluation.gating.rules import read_gate
from answerable.evaluation.gating.types import GateVerdict
from tests.unit.evaluation.gating.sides import make_side

HOSTILE = "</pre><script>x</script> | **bold** @somebody\n\n# heading"


def make_verdict(before: str, after: str, *, key_input: str = "Why?", lost: int = 60) -> GateVerdict:
    old_texts = {index: {"output": before, "input": key_input} for index in range(lost)}
    new_texts = {index: {"output": after, "input": key_input} for index in range(lost)}
    old = make_side("old", {"exact": [1.0] * 200}, examples=old_texts)
    new = make_side("new", {"exact": [0.0] * lost + [1.0] * (200 - lost)}, examples=new_texts)
    return decide(read_gate({"rules": [{"metric": "exact"}]}), candidate=new, baseline=old)


def test_it_says_the_verdict_the_numbers_and_what_changed() -> None:
    text = render_markdown(make_verdict("Thirty days of paid leave.", "Twenty days of paid leave."))
    assert text.startswith("## ❌ Gate of faq: **fail**")
    assert "`new` against `old` on `golden@3`: 200 examples" in text
    assert "| ❌ | exact | 1.000 | 0.700 | −0.300 (−0.3" in text
    assert "<del>Thirty </del>days of paid leave." in text
    assert "<ins>Twenty </ins>days of paid leave." in text
    assert text.count("<details>") == 5


def test_it_says_what_has_become_better_and_counts_in_good_english() -> None:
    rules = read_gate({"rules": [{"metric": "exact"}]})
    old, new = (
        make_side("old", {"exact": [1.0] * 120 + [0.0] * 80}),
        make_side("new", {"exact": [1.0] * 180 + [0.0] * 20}),
    )
    text = render_markdown(decide(rules, candidate=new, baseline=old))
    assert "200 examples. No metric is worse by its margin. Better: exact." in text
    one = make_side("one", {"exact": [1.0]})
    assert ": 1 example. " in render_markdown(decide(rules, candidate=one, baseline=one))


def test_texts_of_others_stay_texts() -> None:
    text = render_markdown(make_verdict("fine", HOSTILE, key_input=HOSTILE))
    assert "<script>" not in text
    assert text.count("<pre") == text.count("</pre>") == 15
    for block in text.split('<pre dir="auto">')[1:]:
        assert "\n\n" not in block.partition("</pre>")[0]


def test_right_to_left_and_other_scripts_are_compared_word_by_word() -> None:
    text = render_markdown(make_verdict("ثلاثون يوما من الإجازة", "عشرون يوما من الإجازة"))
    assert "<del>ثلاثون </del>يوما من الإجازة" in text
    assert "<ins>عشرون </ins>" in text
    assert 'dir="auto"' in text
    emoji = render_markdown(make_verdict("👩‍👩‍👧 und Zürich", "👩‍👩‍👧 und Genf"))
    assert "<del>Zürich</del>" in emoji
    assert "\ud83d" not in emoji


def test_it_fits_into_a_comment() -> None:
    text = render_markdown(make_verdict("a " * 20_000, "b " * 20_000))
    assert len(text) < 65_000
    assert "answerable gate --json" in text


def test_what_is_kept_has_no_text_of_an_example() -> None:
    verdict = make_verdict("Thirty days.", "Twenty days.")
    full, kept = json.dumps(render_verdict(verdict)), json.dumps(render_verdict(verdict, texts=False))
    assert "Thirty" in full
    assert "Thirty" not in kept
    assert "Why?" not in kept
    assert '"key": "q000"' in kept
