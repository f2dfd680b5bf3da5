"""JSONL as bulk import."""

from __future__ import annotations

import gzip
import json
from io import BytesIO
from itertools import islice

import pytest

from answerable.knowledge.parsing.jsonl import parse_jsonl
from answerable.knowledge.parsing.types import ParseFailed, ParseLimits
from answerable.knowledge.sources.types import SourceProblem
from answerable.knowledge.types import ParsedDocument

URI = "file:///bulk.jsonl"


def parse_lines(
    *records: object, problems: list[SourceProblem] | None = None, limits: ParseLimits | None = None
) -> list[ParsedDocument]:
    """Parse records as lines; a record of bytes is a line as it is."""
    lines = [record if isinstance(record, bytes) else json.dumps(record).encode() for record in records]
    stream = BytesIO(b"\n".join(lines) + b"\n")
    noted = [] if problems is None else problems
    return list(parse_jsonl(stream, URI, limits=limits or ParseLimits(), problems=noted))


def test_each_line_is_a_document() -> None:
    one, two = parse_lines(
        {"_id": 7, "title": "BEIR", "text": "A document of a corpus."},
        {"id": "b/2", "text": "Das ist der zweite Text.", "metadata": {"year": 2024}, "groups": ["hr"]},
    )
    assert (one.uri, one.title, one.text) == (f"{URI}#7", "BEIR", "A document of a corpus.")
    assert (two.uri, two.title, two.language) == (f"{URI}#b/2", "", "de")
    assert (two.metadata, two.groups) == ({"year": 2024}, frozenset({"hr"}))


def test_lines_end_at_newlines_only() -> None:
    (document,) = parse_lines('{"id": "1", "text": "one\u2028two\u0085three"}'.encode())
    assert document.text == "one\u2028two\u0085three"


def test_characters_that_no_store_takes_are_replaced() -> None:
    (line,) = parse_lines(
        {"id": "a", "text": "x\ud800y\u0000", "metadata": {"k\u0000": ["\ud800", float("nan")]}}
    )
    assert line.text == "x\ufffdy"
    assert line.metadata == {"k": ["\ufffd", None]}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"not json", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        ([1], "not a JSON object"),
        ({"text": "x"}, "no id"),
        ({"id": True, "text": "x"}, "no id"),
        ({"id": "a"}, "not a string"),
        ({"id": "a", "text": ["x"]}, "not a string"),
        ({"id": "a", "text": " "}, "empty"),
        ({"id": "a", "text": "x", "metadata": []}, "not an object"),
        ({"id": "a", "text": "x", "groups": [1]}, "groups"),
        ({"id": "good", "text": "again"}, "same id"),
        ({"id": "a", "text": "x" * 101}, "longer than 100 characters"),
        (b'{"id": "a", "text": "' + b"x" * 5000 + b'"}', "longer than"),
    ],
)
def test_bad_line_is_a_problem_and_the_rest_goes_on(line: object, reason: str) -> None:
    problems: list[SourceProblem] = []
    limits = ParseLimits(max_characters=100, max_line_bytes=1000)
    good = {"id": "good", "text": "fine"}
    documents = parse_lines(
        good, b"", line, {"id": "last", "text": "fine too"}, problems=problems, limits=limits
    )
    assert [document.uri for document in documents] == [f"{URI}#good", f"{URI}#last"]
    (problem,) = problems
    assert reason in problem.reason
    assert problem.uri == f"{URI}:3"


def test_problems_are_bounded() -> None:
    problems: list[SourceProblem] = []
    parse_lines(
        {"id": "a", "text": "x"}, *[b"bad"] * 50, problems=problems, limits=ParseLimits(max_problems=10)
    )
    assert len(problems) == 10


def test_file_without_any_document_is_refused() -> None:
    with pytest.raises(ParseFailed, match="No line"):
        parse_lines(b"a\nb\n")


def test_gzip_is_read_as_it_is_and_a_cut_file_is_refused_after_what_came_before() -> None:
    lines = b"".join(json.dumps({"id": n, "text": f"text {n * n}"}).encode() + b"\n" for n in range(5000))
    packed = gzip.compress(lines)
    assert len(list(parse_jsonl(BytesIO(packed), URI, limits=ParseLimits(), problems=[]))) == 5000
    documents = parse_jsonl(BytesIO(packed[: len(packed) // 2]), URI, limits=ParseLimits(), problems=[])
    with pytest.raises(ParseFailed, match="breaks off after line"):
        list(documents)


def test_a_large_file_is_streamed() -> None:
    class Endless(BytesIO):
        """A stream that would fill any memory if it were read at once."""

        lines = 0

        def read(self, size: int | None = -1) -> bytes:
            return b"{}"

        def readline(self, size: int | None = -1) -> bytes:
            self.lines += 1
            return json.dumps({"id": self.lines, "text": "x"}).encode() + b"\n"

    documents = parse_jsonl(Endless(), URI, limits=ParseLimits(), problems=[])
    assert len(list(islice(documents, 1000))) == 1000
