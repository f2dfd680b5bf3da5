"""Judges are found by name; the built-in ones are registered when they are first asked, and never over one's own."""

from __future__ import annotations

import pytest

from answerable.apps.files.loader import load_apps
from answerable.core.errors import InvalidInput, NotFound, SetupError
from answerable.evaluation.judging.apps import JudgeApps, copy_builtin
from answerable.llm.names import EXTRACTIVE
from tests.integration.evaluation.judging.conftest import MODEL, Bench


async def test_an_app_that_judges_is_described(bench: Bench) -> None:
    judge = bench.judge_apps.find("tone")
    assert (judge.name, judge.variant, judge.inputs, judge.models) == (
        "tone",
        bench.variant,
        ("answer",),
        (MODEL,),
    )
    assert bench.judge_apps.find("tone@production").variant == judge.variant


async def test_all_that_can_judge_are_listed(bench: Bench) -> None:
    assert bench.judge_apps.list_names() == (
        "judge-conversation", "judge-faithfulness", "judge-pairwise", "judge-relevance", "judge-rubric", "tone",
    )  # fmt: skip


async def test_a_built_in_judge_is_no_app_until_it_is_asked(bench: Bench) -> None:
    found = bench.judge_apps.find("judge-rubric")
    assert "judge-rubric" not in {app.name for app in bench.apps.list_apps()}
    await bench.judge_apps.register("judge-rubric")
    await bench.judge_apps.register("judge-rubric")
    assert bench.apps.get_variant("judge-rubric").id == found.variant


async def test_a_built_in_judge_follows_the_model_of_the_workspace(bench: Bench) -> None:
    await bench.judge_apps.register("judge-rubric")
    later = JudgeApps(bench.apps, default_model="fake:fake-2")
    assert later.find("judge-rubric").models == ("fake:fake-2",)
    await later.register("judge-rubric")
    assert bench.apps.get_variant("judge-rubric").content.model == (("fake:fake-2",),)


async def test_ones_own_judge_of_that_name_is_left_alone(bench: Bench) -> None:
    copy_builtin("judge-rubric", bench.workspace)
    prompt = bench.workspace / "prompts" / "judge-rubric.md"
    prompt.write_text(prompt.read_text().replace("two sentences", "one sentence"))
    await bench.apps.apply(load_apps(bench.workspace, default_model=MODEL).apps, by="test")
    own = bench.apps.get_variant("judge-rubric").id
    later = JudgeApps(bench.apps, default_model="fake:fake-2")
    await later.register("judge-rubric")
    assert later.find("judge-rubric").variant == own == bench.apps.get_variant("judge-rubric").id
    assert not later.is_builtin("judge-rubric")


async def test_a_misspelt_judge_is_answered_with_what_was_meant(bench: Bench) -> None:
    with pytest.raises(NotFound, match=r"no judge 'tonne'\. Did you mean 'tone'") as caught:
        bench.judge_apps.find("tonne")
    assert caught.value.code == "unknown_app"


async def test_an_app_without_typed_output_is_no_judge(bench: Bench) -> None:
    with pytest.raises(InvalidInput, match="is no judge") as caught:
        bench.judge_apps.find("chat")
    assert caught.value.code == "no_judge"


async def test_without_a_model_a_judge_says_what_to_do_instead(bench: Bench) -> None:
    offline = JudgeApps(bench.apps, default_model=EXTRACTIVE)
    with pytest.raises(SetupError, match=r"cannot judge.*faithfulness: \{offline: true\}") as caught:
        offline.find("judge-faithfulness")
    assert caught.value.code == "judge_needs_model"
