"""The evaluators that are judges: what they show, what they say, and what they refuse to be opened for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest

from answerable.core.errors import InvalidFields, NotFound, SetupError
from answerable.datasets.types import Example, Turn
from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.reading import read_specs
from answerable.evaluation.evaluators.registry import open_evaluators
from answerable.evaluation.judging.types import JudgeApp
from answerable.evaluation.judging.version import JudgeRef, find_judge
from answerable.evaluation.scoring import score_case
from answerable.evaluation.types import Case, Evaluator, Output, Passage, Score, Sentence
from answerable.llm.abstention import ABSTENTION
from tests.fakes.judges import CENT, FakeJudge, make_judge, say

PASSAGE = Passage("The tower is 46 metres tall.", id="p1")
CASE = Case(
    Example(
        {"question": "How tall is the tower?"}, expected="46 metres", acceptable=("about 46 m",), key="tower"
    ),
    Output("It is 46 metres tall. [1]", passages=(PASSAGE,), model="anthropic:claude-sonnet-4-5"),
)


def find(name: str) -> JudgeApp:
    if name == "nobody":
        raise NotFound("There is no judge 'nobody'.", code="unknown_app")
    if name == "blind":
        return make_judge(name, inputs=("question",))
    if name == "judge-pairwise":
        return make_judge(name, words=["tie", "first", "second", "abstain"])
    return make_judge(name)


async def verify(text: str, passages: Sequence[Passage]) -> Sequence[Sentence]:
    """A sentence is supported when the passages hold its first word."""
    words = [sentence.strip() for sentence in text.split(".") if sentence.strip()]
    held = " ".join(passage.text for passage in passages)
    return [
        Sentence(word, verdict="supported" if word.split()[0] in held else "unsupported") for word in words
    ]


def open_one(entry: Any, judge: FakeJudge | None = None) -> Evaluator:
    context = EvaluatorContext(
        ask_judge=judge or FakeJudge([say("pass")]), find_judge=find, verify=verify, verifier="v"
    )
    return open_evaluators(read_specs([entry]), context)[0]


async def ask(entry: Any, case: Case, says: Any = None) -> tuple[Sequence[Score], FakeJudge]:
    judge = FakeJudge(says or [say("pass")])
    return await open_one(entry, judge).evaluate(case), judge


async def test_a_judge_of_the_users_own_is_shown_what_it_declares() -> None:
    (score,), judge = await ask({"judge": "tone"}, CASE)
    assert (score.metric, score.value, score.reason, score.cost_usd) == ("tone", 1.0, "Because.", CENT)
    shown = judge.asked[0]
    assert shown["question"] == "How tall is the tower?"
    assert shown["answer"] == "It is 46 metres tall. [1]"
    assert shown["expected"] == "46 metres\nor: about 46 m"
    assert shown["sources"] == "[1] The tower is 46 metres tall."


async def test_a_rubric_makes_a_judge_without_an_app() -> None:
    evaluator = open_one({"judge": {"rubric": "It is polite.", "name": "polite"}})
    (score,), judge = await ask({"judge": {"rubric": "It is polite.", "name": "polite"}}, CASE)
    assert (evaluator.id, score.metric) == ("judge:polite", "polite")
    assert judge.asked[0]["rubric"] == "It is polite."


def test_another_rubric_variant_or_number_of_votes_is_another_version() -> None:
    entries: list[Mapping[str, Any]] = [
        {"judge": {"rubric": "It is polite."}},
        {"judge": {"rubric": "It is short."}},
        {"judge": {"rubric": "It is polite.", "votes": 3}},
        {"judge": {"app": "tone"}},
    ]
    versions = [open_one(entry).version for entry in entries]
    assert len(set(versions)) == 4
    assert find_judge(versions[3]) == JudgeRef("tone", "main@0123456789ab")
    assert find_judge(versions[0]) != find_judge(versions[1])
    assert find_judge(versions[0]) == find_judge(versions[2])


def test_a_name_and_a_deadline_change_no_version() -> None:
    assert (
        open_one({"judge": {"app": "tone"}}).version
        == open_one({"judge": {"app": "tone", "name": "manners", "deadline": 30}}).version
    )


@pytest.mark.parametrize("version", ["1", "1-0a1b2c3d", "", "tone#1", "@x#1"])
def test_the_version_of_code_names_no_judge(version: str) -> None:
    assert find_judge(version) is None


async def test_a_judge_of_the_same_family_is_warned_of_where_its_score_is() -> None:
    case = Case(CASE.example, Output("46 metres", model="openai:gpt-5"))
    (score,), _ = await ask({"judge": "tone"}, case)
    assert "of the family of openai:gpt-5" in score.details["warning"]
    (other,), _ = await ask({"judge": "tone"}, CASE)
    assert "warning" not in other.details


async def test_votes_that_are_all_the_same_vote_are_warned_of() -> None:
    (score,), _ = await ask({"judge": {"app": "tone", "votes": 3}}, CASE)
    assert "temperature 0" in score.details["warning"]


async def test_faithfulness_is_asked_where_something_is_said_of_sources() -> None:
    (score,), _ = await ask("faithfulness", CASE, [say("fail", "[1] says 46.")])
    assert (score.metric, score.value) == ("faithfulness", 0.0)
    silent = [
        Output("It is 46 metres tall."),
        Output("", passages=(PASSAGE,)),
        Output(ABSTENTION, passages=(PASSAGE,)),
        Output("No.", passages=(PASSAGE,), abstained=True),
    ]
    for output in silent:
        scores, judge = await ask("faithfulness", Case(CASE.example, output))
        assert list(scores) == []
        assert judge.asked == []


async def test_faithfulness_offline_is_what_the_verifier_says_and_is_no_judge() -> None:
    entry = {"faithfulness": {"offline": True}}
    evaluator = open_one(entry)
    assert evaluator.source == "code"
    assert find_judge(evaluator.version) is None
    good = Case(CASE.example, Output("The tower is tall.", passages=(PASSAGE,)))
    bad = Case(CASE.example, Output("The tower is tall. Nobody knows why.", passages=(PASSAGE,)))
    assert [score.value for score in (await evaluator.evaluate(good))] == [1.0]
    (score,) = await evaluator.evaluate(bad)
    assert (score.value, score.reason) == (0.0, "unsupported: Nobody knows why")


async def test_relevance_says_nothing_of_what_is_to_be_refused() -> None:
    (score,), _ = await ask("relevance", CASE)
    assert score.metric == "relevance"
    refused = Case(Example({"question": "Who wins tomorrow?"}, refuse=True), Output("I cannot know."))
    assert list((await ask("relevance", refused))[0]) == []


async def test_pairwise_compares_with_what_is_expected_in_both_orders() -> None:
    scores, judge = await ask("pairwise", CASE, lambda shown: say("first"))
    assert {score.metric: score.value for score in scores} == {
        "pairwise": 0.5,
        "pairwise.position_consistency": 0.0,
    }
    assert {(shown["first"], shown["second"]) for shown in judge.asked} == {
        ("It is 46 metres tall. [1]", "46 metres"),
        ("46 metres", "It is 46 metres tall. [1]"),
    }
    assert sum((score.cost_usd or Decimal(0)) for score in scores) == 2 * CENT


async def test_pairwise_says_nothing_where_no_text_is_expected() -> None:
    for example in (Example({"question": "Why?"}), Example({"question": "Why?"}, expected={"total": 3})):
        assert list((await ask("pairwise", Case(example, CASE.output)))[0]) == []


async def test_a_conversation_is_judged_with_what_was_said_before() -> None:
    history = (Turn("user", "Hello."), Turn("assistant", "Hello, what can I do?"))
    case = Case(Example({"question": "How tall is it?"}, history=history), Output("46 metres."))
    (score,), judge = await ask("conversation", case)
    assert score.metric == "conversation"
    assert judge.asked[0]["conversation"].split("\n\n") == [
        "USER: Hello.", "ASSISTANT: Hello, what can I do?", "USER: How tall is it?", "ASSISTANT: 46 metres.",
    ]  # fmt: skip
    assert list((await ask("conversation", CASE))[0]) == []


@pytest.mark.parametrize("entry", [{"judge": "tone"}, "relevance", "pairwise"])
async def test_an_empty_answer_is_judged_and_not_passed_over(entry: Any) -> None:
    scores, judge = await ask(entry, Case(CASE.example, Output("")), [say("fail")])
    assert scores[0].value is not None
    assert "(empty)" in judge.asked[0].values()


async def test_runs_of_judges_are_about_the_trace_that_they_judge() -> None:
    """So they are erased with it."""
    case = Case(CASE.example, Output("It is 46 metres tall.", trace_id="a" * 32))
    for entry in ("relevance", "pairwise"):
        _, judge = await ask(entry, case)
        assert set(judge.about) == {"a" * 32}


async def test_votes_are_on_the_page_of_the_example() -> None:
    (score,), _ = await ask(
        {"judge": {"app": "tone", "votes": 3}}, CASE, [say("pass"), say("fail"), say("pass")]
    )
    assert score.value == 1.0
    assert [vote["word"] for vote in score.details["votes"]] == ["pass", "fail", "pass"]
    assert all(vote["trace_id"] for vote in score.details["votes"])


async def test_prose_is_a_failure_of_the_judge_alone_with_what_it_cost() -> None:
    judge = FakeJudge(["I like it very much."])
    (failed,) = await score_case([open_one({"judge": "tone"}, judge)], CASE, deadline=30)
    assert failed.value is None
    assert failed.error.startswith("bad_judgement: The judge 'tone' did not answer with a `verdict`")
    assert failed.cost_usd == CENT


async def test_an_abstention_is_no_failure() -> None:
    (score,), _ = await ask({"judge": "tone"}, CASE, [say("abstain", "It is not clear.")])
    assert (score.value, score.reason) == (None, "It is not clear.")


def test_a_judge_that_does_not_see_what_it_is_about_is_refused() -> None:
    with pytest.raises(SetupError, match="does not declare answer, sources") as caught:
        open_one({"faithfulness": {"app": "blind"}})
    assert caught.value.code == "judge_sees_too_little"


def test_a_judge_that_is_not_there_is_refused_before_anything_runs() -> None:
    with pytest.raises(NotFound, match="no judge 'nobody'"):
        open_one({"judge": "nobody"})


def test_without_judges_none_is_opened() -> None:
    with pytest.raises(SetupError, match="needs a judge"):
        open_evaluators(read_specs(["relevance"]), EvaluatorContext())


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"judge": {}}, "needs `app` .* or `rubric`"),
        ({"judge": {"app": "tone", "vote": 3}}, "Did you mean 'votes'"),
        ({"judge": {"app": "tone", "votes": 0}}, "greater than or equal to 1"),
        ({"judge": {"app": "tone", "votes": 99}}, "less than or equal to 15"),
        ({"faithfullness": {}}, "Did you mean 'faithfulness'"),
    ],
)
def test_wrong_options_are_named(entry: Any, told: str) -> None:
    with pytest.raises(InvalidFields, match=told):
        read_specs([entry])
