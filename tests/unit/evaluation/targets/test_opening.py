"""What `--target` means, and programs in Python as things to measure."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerable.core.errors import InvalidInput, SetupError
from answerable.datasets.types import Example, Turn
from answerable.evaluation.targets.opening import opened_target
from answerable.evaluation.targets.settings import OpenAISettings, PythonSettings, UrlSettings, read_target
from answerable.evaluation.types import Output

EXAMPLE = Example(input={"question": "Is it lit?"}, expected="Yes.", history=(Turn("user", "Hello."),))

PROGRAMS = """
from helper import shout

async def answer(question: str) -> str:
    return shout(question)

def plain(input, history):
    return {"answer": input["question"] + str(len(history)), "contexts": ["one", "two"]}

async def whole(example):
    return {"answer": example.expected}

async def other(query):
    return query

async def lost(question, nothing):
    return question

async def crash(question):
    raise ValueError("no light")

class Chain:
    async def __call__(self, question):
        return "chained"

chain = Chain()
not_callable = 3
"""


async def ask(text: str, folder: Path) -> Output:
    (folder / "rag.py").write_text(PROGRAMS)
    (folder / "helper.py").write_text("def shout(text):\n    return text.upper()\n")
    async with opened_target(text, name="faq", workspace=folder, deadline=5) as measured:
        return await measured.ask(EXAMPLE)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("answer", "IS IT LIT?"),
        ("plain", "Is it lit?1"),
        ("whole", "Yes."),
        ("other", "Is it lit?"),
        ("chain", "chained"),
    ],
)
async def test_a_program_gets_what_its_parameters_name(tmp_path: Path, name: str, text: str) -> None:
    output = await ask(f"rag.py:{name}", tmp_path)
    assert output.text == text
    if name == "plain":
        assert [one.text for one in output.passages] == ["one", "two"]


async def test_a_program_may_raise_what_it_likes(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no light"):
        await ask("rag.py:crash", tmp_path)


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("rag.py:lost", "nothing"),
        ("rag.py:not_callable", "no function"),
        ("rag.py:anser", "'anser'"),
        ("nowhere.py:answer", "nowhere.py"),
    ],
)
async def test_a_program_that_cannot_be_asked_is_refused(tmp_path: Path, target: str, said: str) -> None:
    with pytest.raises(SetupError, match=said):
        await ask(target, tmp_path)


async def test_a_changed_program_is_another_thing(tmp_path: Path) -> None:
    async def find_hash() -> str:
        async with opened_target("p.py:f", name="faq", workspace=tmp_path, deadline=5) as measured:
            assert not measured.reusable
            return measured.variant_hash

    (tmp_path / "p.py").write_text("async def f(question):\n    return 'a'\n")
    first = await find_hash()
    assert await find_hash() == first
    (tmp_path / "p.py").write_text("async def f(question):\n    return 'b'\n")
    assert await find_hash() != first


def test_what_a_target_is_shows_in_how_it_is_written(tmp_path: Path) -> None:
    assert read_target("https://host/ask", folder=tmp_path) == UrlSettings(url="https://host/ask")
    assert read_target("rag.py:answer", folder=tmp_path) == PythonSettings(function="rag.py:answer")
    openai = read_target("openai:gpt-x@http://localhost:11434/v1", folder=tmp_path)
    assert openai == OpenAISettings(model="gpt-x", url="http://localhost:11434/v1")
    (tmp_path / "bot.yaml").write_text(
        "kind: url\nurl: https://host/chat\nbody: {q: '{question}'}\nanswer: reply\n"
    )
    read = read_target("bot.yaml", folder=tmp_path)
    assert isinstance(read, UrlSettings)
    assert (read.body, read.answer) == ({"q": "{question}"}, "reply")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("somewhere", "names nothing"),
        ("missing.yaml", "cannot be read"),
        ("bad.yaml", "urll"),
        ("broken.yaml", "cannot be read"),
        ("odd.yaml", "describes no target"),
    ],
)
def test_a_target_that_is_none_is_refused_with_all_that_is_wrong(
    tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "bad.yaml").write_text("kind: url\nurll: https://host\n")
    (tmp_path / "broken.yaml").write_text("kind: [\n")
    (tmp_path / "odd.yaml").write_text("- 1\n")
    with pytest.raises(InvalidInput, match=said) as refused:
        read_target(text, folder=tmp_path)
    assert refused.value.code == "bad_target"
