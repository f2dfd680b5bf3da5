from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from answerable.console.prose import Mark, list_headings, plain_text, render_prose
from answerable.console.prose.blocks import split_blocks

ALLOWED = {"p", "span", "ul", "li", "pre", "blockquote", "hr", "button"}


class Reader(HTMLParser):
    """Collects tags, attributes and text, as a browser would."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


def marked(html: str, style: str) -> str:
    """Return the text of the pieces that carry a class."""
    return "".join(
        read(part.split("</span>", 1)[0]).text
        for part in html.split("<span ")[1:]
        for part in ["<span " + part]
        if style in part.split(">", 1)[0].split('"')[1].split()
    )


MARKUP = st.lists(
    st.sampled_from(
        [
            *("<script>alert(1)</script>", "<img src=x onerror=y>", "&amp;", '"', "'", "`", "**", "*", "_"),
            *("[1]", "[2, 3]", "[a](javascript:x)", "\n", "\n\n", "# ", "- ", "1. ", "> ", "```\n", "| a |"),
            *("word", " ", "ü", "漢字", "---"),
        ]
    )
).map("".join)


@given(st.one_of(st.text(), MARKUP))
def test_no_text_becomes_a_tag_of_its_own(text: str) -> None:
    found = read(render_prose(text))
    assert set(found.tags) <= ALLOWED - {"button"}
    assert found.attributes <= {"class", "data-bullet", "role", "aria-level", "tabindex"}


@given(MARKUP, st.integers(0, 60), st.integers(0, 60))
def test_a_mark_covers_its_characters_and_no_others(text: str, first: int, second: int) -> None:
    start, end = sorted((first, second))
    html = render_prose(text, marks=[Mark(start, end, "here")])
    inside, shown = marked(html, "here"), read(html).text
    assert shown == read(render_prose(text)).text, "a mark changes nothing but the looks"
    assert Counter(inside) <= Counter(text[start:end])
    hidden = Counter(text) - Counter(shown)
    assert Counter(text[start:end]) - hidden <= Counter(inside)


def test_a_marker_is_a_button_and_the_blank_before_it_goes() -> None:
    html = render_prose(
        "So it is. [2][1, 3] Then.", render_marker=lambda number: f"<button>{number}</button>"
    )
    assert html == (
        '<p class="p-paragraph">So it is.<button>2</button><button>1</button><button>3</button> Then.</p>'
    )


def test_the_sign_that_ends_a_sentence_stands_before_its_markers() -> None:
    text = "So it is [1][2]. Then"
    html = render_prose(
        text, marks=[Mark(0, 16, "s")], render_marker=lambda number: f"<button>{number}</button>"
    )
    assert html == (
        '<p class="p-paragraph"><span class="s">So it is</span><span class="s">.</span>'
        "<button>1</button><button>2</button> Then</p>"
    )


def test_a_marker_in_code_is_code() -> None:
    html = render_prose("Write `x[1]` so.", render_marker=lambda number: f"<button>{number}</button>")
    assert "button" not in html


def test_marks_cross_blocks_and_nest() -> None:
    text = "# Title\n\nOne **two** three."
    marks = [Mark(2, len(text), "passage", {"id": "passage"}), Mark(13, 20, "span")]
    html = render_prose(text, marks=marks)
    assert marked(html, "passage") == "TitleOne two three."
    assert marked(html, "span") == "two"
    assert html.count('id="passage"') == 1


def test_links_keep_their_words_alone() -> None:
    html = render_prose("See [the guide](https://example.org/x) and ![a picture](https://example.org/p.png).")
    assert read(html).text == "See the guide and a picture."
    assert "example.org" not in html


def test_blocks() -> None:
    text = "## Two\n\n- a\n  - b\n1. c\n\n> q\n\n```py\nx = '<b>'\n```\n\n| a | b |\n|---|---|\n\n---\nend"
    html = render_prose(text)
    assert '<p class="p-heading p-heading-2" role="heading" aria-level="4">Two</p>' in html
    assert html.count("<ul") == 1
    assert 'data-bullet="1."' in html
    assert '<pre class="p-code" tabindex="0">x = &#x27;&lt;b&gt;&#x27;</pre>' in html
    assert '<pre class="p-table" tabindex="0">| a | b |\n|---|---|</pre>' in html
    assert '<hr class="p-rule">' in html


def test_a_table_without_bars_at_the_ends_is_one_too() -> None:
    text = "Some words\nName | Size\n--- | ---\na → b | 1\n\na | b, or c"
    assert [(block.kind, text[block.start : block.end]) for block in split_blocks(text, 0, len(text))] == [
        ("paragraph", "Some words"),
        ("table", "Name | Size\n--- | ---\na → b | 1"),
        ("paragraph", "a | b, or c"),
    ]


def test_plain_text_and_headings() -> None:
    text = "# A **bold** title\n\nSome `code` and [words](http://x.y).\n\n## Next\n"
    assert plain_text(text) == "A bold title Some code and words. Next"
    assert list_headings(text) == ["A bold title", "Next"]
