"""What comes out of each format, and what is refused with which reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerable.knowledge.parsing.parse import parse_bytes, parse_item, read_name
from answerable.knowledge.parsing.types import ParseFailed, ParseLimits
from answerable.knowledge.sources.discover import discover
from answerable.knowledge.sources.types import SourceItem, SourceProblem
from answerable.knowledge.types import ParsedDocument
from tests.fakes.documents import (
    make_docx,
    make_eml,
    make_notebook,
    make_pdf,
    make_pptx,
    make_scan,
    make_xlsx,
    make_zip,
)

MIB = 1 << 20
NOTEBOOK = make_notebook([("markdown", "# T"), ("code", "x = 1")], output="42")


def parse(
    data: bytes | str, name: str, *, media_type: str | None = None, limits: ParseLimits | None = None
) -> ParsedDocument:
    content = data.encode() if isinstance(data, str) else data
    return parse_bytes(
        content, uri=f"upload:{name}", name=name, media_type=media_type, limits=limits or ParseLimits()
    )


def parse_file(
    path: Path, *, problems: list[SourceProblem] | None = None, limits: ParseLimits | None = None
) -> list[ParsedDocument]:
    (item,) = discover([str(path)])
    assert isinstance(item, SourceItem)
    return list(parse_item(item, limits or ParseLimits(), problems=problems))


def test_markdown_stays_as_it_is_and_front_matter_describes_it() -> None:
    text = "---\ntitle: Leave policy\ngroups: [hr, managers]\ndate: 2024-05-01\nlang: de-AT\n---\n# Other\n\nText.\n"
    document = parse(text, "a.md")
    assert document.text == text
    assert (document.title, document.language) == ("Leave policy", "de")
    assert document.groups == frozenset({"hr", "managers"})
    assert document.metadata == {"date": "2024-05-01"}


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# A *good* [title](x.md) {#anchor}\n\ntext", "A good title"),
        ("Title\n=====\n\ntext", "Title"),
        ("## Only heading\n\ntext", "Only heading"),
        ("## 1.2\n\ntext\n\n## 1.1\n\ntext", "a.md"),
        ("```\n# comment\n```\n\n# Real\n", "Real"),
        ("# Closed ##\n", "Closed"),
        ("# a" + " " * 30_000 + "b", "a"),
        ("no heading", "a.md"),
    ],
)
def test_title_of_markdown(text: str, title: str) -> None:
    assert parse(text, "a.md").title == title


def test_misspelt_groups_are_refused_and_not_ignored() -> None:
    with pytest.raises(ParseFailed, match="groups"):
        parse("---\ngroups: {hr: true}\n---\nsecret", "a.md")


@pytest.mark.parametrize(
    "data",
    [
        "Grüße aus Köln\r\nzweite Zeile".encode(),
        "Grüße aus Köln\nzweite Zeile".encode("utf-8-sig"),
        "Grüße aus Köln\nzweite Zeile".encode("utf-16"),
        "Grüße aus Köln\nzweite Zeile".encode("utf-16-be"),
        "Grüße aus Köln\nzweite Zeile".encode("utf-32"),
        "Grüße aus Köln\rzweite Zeile".encode("cp1252"),
    ],
)
def test_encodings_and_line_ends(data: bytes) -> None:
    assert parse(data, "a.txt").text == "Grüße aus Köln\nzweite Zeile"


def test_characters_that_no_store_takes_are_removed() -> None:
    document = parse(b"one\x00two\x07 \xed\xa0\x80" + b"x" * 300, "a.txt")
    assert "\x00" not in document.text
    assert document.text.startswith("onetwo")
    document.text.encode("utf-8")


def test_pdf_has_pages() -> None:
    document = parse(make_pdf(["First page\nof two", "Second (page)"]), "report.pdf")
    assert [document.text[start:].split("\n")[0] for start in document.page_starts] == [
        "First page",
        "Second (page)",
    ]
    assert (document.title, document.media_type) == ("report.pdf", "application/pdf")


@pytest.mark.parametrize(
    ("data", "name", "text"),
    [
        (make_docx([("Heading1", "Leave"), ("Normal", "Thirty days.")]), "a.docx", "# Leave\n\nThirty days."),
        (make_xlsx([["item", "price"], ["apple", "3"]]), "a.xlsx", "| item | price |\n| --- | --- |\n| apple | 3 |"),
        (make_pptx([("Plan", "Ship in May!")]), "a.pptx", "## Plan\n\nShip in May!"),
        (make_eml(subject="Release", text="It is on Monday."), "a.eml", "It is on Monday."),
        (NOTEBOOK, "a.ipynb", "```python\nx = 1\n```\n\n```text\n42\n```"),
        (b'{"a": {"b": [1, 2]}, "c": null, "d": "x"}', "a.json", "a.b: 1, 2\nd: x"),
        (b"Title\n=====\n\nText with ``code``.\n", "a.rst", "# Title\n\nText with `code`."),
        (b"a,b\n1,2\n", "a.csv", "a,b\n1,2\n"),
        (b"def f():\n    return 1\n", "a.py", "def f():\n    return 1\n"),
    ],
)  # fmt: skip
def test_text_of_each_format(data: bytes, name: str, text: str) -> None:
    assert text in parse(data, name).text


def test_titles_of_office_formats() -> None:
    assert parse(make_docx([("Heading1", "Leave"), ("Normal", "x y")]), "a.docx").title == "Leave"
    assert parse(make_xlsx([["item"], ["apple"]]), "prices.xlsx").title == "prices.xlsx"
    assert parse(make_eml(subject="Release", text="x y"), "a.eml").title == "Release"


def test_html_keeps_what_a_reader_reads() -> None:
    menu, body = "<nav><a href='/'>Home</a></nav>", "<p>Urlaub sind 30 Tage!</p>" * 30
    page = (
        "<html lang='de'><head><meta charset='iso-8859-1'><title>Urlaub &amp; Co</title><script>evil()</script></head>"
        f"<body>{menu}<main><h1>Urlaub für alle</h1>{body}<img src='data:image/png;base64,AAAA'></main>"
        f"{menu}</body></html>"
    )
    document = parse(page.encode("iso-8859-1"), "a.html")
    assert document.title == "Urlaub & Co"
    assert document.language == "de"
    assert document.text.startswith("# Urlaub für alle\n\nUrlaub sind 30 Tage!")
    assert not any(noise in document.text for noise in ("Home", "evil", "base64", "title:"))


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (b"", "a.md", "empty"),
        (b" \n\t", "a.md", "no text"),
        (make_pdf(["x"])[:80], "a.pdf", "broken"),
        (make_pdf(["x"], encrypted=True), "a.pdf", "password"),
        (make_scan(), "a.pdf", "no text"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 64, "a.pdf", "a PNG picture"),
        (b"%PDF-1.4 ...", "a.md", "a PDF"),
        (make_zip({"x": b"x"}), "a.txt", "zip container"),
        (b"plain words", "a.docx", "something else"),
        (make_zip({"x": b"x"}), "a.docx", "broken"),
        (bytes(range(256)) * 8, "a.bin", "not supported"),
        (bytes(range(256)) * 8, "a.md", "something else|not text"),
        (b"\x7fELF" + bytes(64), "a.txt", "a program"),
        (b'{"a": ', "a.json", "line 1, column 7"),
        (b"[" * 100_000, "a.json", "too deep"),
        (b"[]", "a.ipynb", "not a notebook"),
        (b'{"metadata": {}}', "a.ipynb", "no cells"),
    ],
)  # fmt: skip
def test_what_is_refused_and_why(data: bytes, name: str, reason: str) -> None:
    with pytest.raises(ParseFailed, match=reason) as refused:
        parse(data, name, limits=ParseLimits(ocr=False))
    assert refused.value.hint


@pytest.mark.parametrize(
    ("data", "name", "hint"), [(b" \n\t", "a.md", "fill it"), (make_scan(), "a.pdf", "pictures of text")]
)
def test_what_to_do_about_a_file_without_text_depends_on_its_kind(data: bytes, name: str, hint: str) -> None:
    with pytest.raises(ParseFailed, match="no text") as refused:
        parse(data, name, limits=ParseLimits(ocr=False))
    assert hint in (refused.value.hint or "")


def test_office_file_under_another_office_name_is_read() -> None:
    assert "Leave" in parse(make_docx([("Heading1", "Leave"), ("Normal", "x y")]), "a.doc").text


def test_declared_type_counts_where_the_name_says_nothing() -> None:
    assert parse("<h1>Hello</h1>", "", media_type="text/html; charset=utf-8").text.strip() == "# Hello"
    assert parse("# Hello", "a.md", media_type="application/octet-stream").media_type == "text/markdown"


def test_sizes_are_bounded(tmp_path: Path) -> None:
    with pytest.raises(ParseFailed, match="larger than 1 MiB"):
        parse(b"x" * (MIB + 1), "a.txt", limits=ParseLimits(max_bytes=MIB))
    with pytest.raises(ParseFailed, match="longer than 10"):
        parse(b"x" * 11, "a.txt", limits=ParseLimits(max_characters=10))
    sparse = tmp_path / "huge.txt"
    with sparse.open("wb") as stream:
        stream.truncate(200 * MIB)
    with pytest.raises(ParseFailed, match="larger than 64 MiB"):
        parse_file(sparse)


def test_member_of_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(make_zip({"docs/a.md": b"# Inside\n\ntext", "docs/a.md.meta.yaml": b"groups: [hr]"}))
    (document,) = parse_file(path)
    assert (document.title, document.groups) == ("Inside", frozenset({"hr"}))


def test_sidecar_describes_what_has_no_front_matter(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(make_pdf(["Salaries of all"]))
    sidecar = tmp_path / "a.pdf.meta.yaml"
    sidecar.write_text("title: Salaries\ngroups: hr\nyear: 2025\n", encoding="utf-8")
    (document,) = parse_file(tmp_path / "a.pdf")
    assert (document.title, document.groups, document.metadata["year"]) == (
        "Salaries",
        frozenset({"hr"}),
        2025,
    )
    sidecar.write_text("groups: [", encoding="utf-8")
    with pytest.raises(ParseFailed, match=r"meta\.yaml"):
        parse_file(tmp_path / "a.pdf")


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("file:///x/a%20b.md", "a b.md"),
        ("file:///x/a.zip!/b/c.pdf", "c.pdf"),
        ("upload:report.pdf", "report.pdf"),
        ("https://host/docs/page.html?x=/y#z", "page.html"),
        ("https://host/docs/", "docs"),
    ],
)
def test_file_name_in_a_uri(uri: str, name: str) -> None:
    assert read_name(uri) == name


def test_sidecar_of_a_bulk_file_holds_for_each_line(tmp_path: Path) -> None:
    (tmp_path / "bulk.jsonl").write_text('{"id": 1, "title": "One", "text": "Text."}\n', encoding="utf-8")
    (tmp_path / "bulk.jsonl.meta.yaml").write_text("title: Bulk\ngroups: [hr]\n", encoding="utf-8")
    (document,) = parse_file(tmp_path / "bulk.jsonl")
    assert (document.title, document.groups) == ("One", frozenset({"hr"}))
