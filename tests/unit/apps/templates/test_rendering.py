"""What a template renders to, and what is said of one that cannot."""

from __future__ import annotations

import pytest

from answerable.answering.types import Citation
from answerable.apps.content import PromptContent
from answerable.apps.templates.faults import TemplateFailed, TemplateInvalid
from answerable.apps.templates.meter import OUTPUT, WORK
from answerable.apps.templates.template import PromptTemplate
from answerable.core.errors import TooLarge


def _compile(template: str, **partials: str) -> PromptTemplate:
    named = {f"{name}.md": text for name, text in partials.items()}
    return PromptTemplate.compile(PromptContent(template=template, partials=named))


def _render(template: str, **values: object) -> str:
    return _compile(template).user(values)


def test_blocks_are_rendered_apart_and_without_the_space_around_them() -> None:
    template = _compile(
        "{# for the shop #}\n"
        "{% block system %}\nYou write {{ kind }}s.\n{% endblock %}\n\n"
        "{% block user %}\n{{ notes }}\n{% endblock %}\n"
    )
    values = {"kind": "listing", "notes": 'A "bike" & <lock>'}
    assert template.system(values) == "You write listings."
    assert template.user(values) == 'A "bike" & <lock>'
    assert template.repair(values) == ""
    assert template.blocks == {"system", "user"}
    assert template.variables == {"kind", "notes"}


def test_a_template_without_blocks_is_what_the_user_says() -> None:
    template = _compile("Summarise: {{ log }}")
    assert template.blocks == {"user"}
    assert template.user({"log": "ok"}) == "Summarise: ok"


def test_what_stands_before_the_blocks_holds_in_all_of_them() -> None:
    template = _compile(
        "{% set tone = 'short' %}{% macro item(x) %}<{{ x }}>{% endmacro %}"
        "{% block system %}{{ tone }} {{ item(1) }}{% endblock %}{% block user %}{{ item(2) }} {{ tone }}{% endblock %}"
    )
    assert template.system({}) == "short <1>"
    assert template.user({}) == "<2> short"
    assert template.variables == set()


def test_equal_content_is_compiled_once() -> None:
    assert _compile("Say {{ x }}.", tone="Be brief.") is _compile("Say {{ x }}.", tone="Be brief.")
    assert _compile("Say {{ x }}.", tone="Be brief.") is not _compile("Say {{ x }}.", tone="Be long.")


def test_a_partial_sees_the_variables_of_its_place_and_keeps_its_own() -> None:
    template = _compile(
        "{% for item in items %}{% include 'row.md' %};{% endfor %}{{ sign }}",
        row="{% set sign = '#' %}{{ sign }}{{ item }}{% include 'end.md' %}",
        end="!",
    )
    assert template.user({"items": [1, 2], "sign": "?"}) == "#1!;#2!;?"


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ none_yet }}|{{ yes }}|{{ 1.5 }}", "|True|1.5"),
        ("{{ tags }}", '["a", "ü"]'),
        ("{{ order }}", '{"items": 3, "by": "Ann"}'),
        ("{{ order|tojson(2) }}", '{\n  "items": 3,\n  "by": "Ann"\n}'),
        ("{{ order['items'] }} {{ order.by }} {% for k, v in order.items() %}{{ k }}{% endfor %}", "3 Ann itemsby"),
        ("{{ tags|join(', ') }} {{ tags|length }} {{ tags|first|upper }}", "a, ü 2 A"),
        ("{{ rows|selectattr('n', 'gt', 1)|map(attribute='n')|join('-') }}", "2-3"),
        ("{{ rows|sum('n') }} {{ rows|sort(attribute='n', reverse=true)|map(attribute='n')|first }}", "6 3"),
        ("{% for r in rows %}{{ loop.index }}/{{ loop.length }}{{ ',' if not loop.last }}{% endfor %}", "1/3,2/3,3/3"),
        ("{% for r in rows if r.n > 2 %}{{ r.n }}{% else %}none{% endfor %}", "3"),
        ("{% for r in [] %}x{% else %}none{% endfor %}", "none"),
        ("{% set ns = namespace(n=0) %}{% for r in rows %}{% set ns.n = ns.n + r.n %}{% endfor %}{{ ns.n }}", "6"),
        ("{{ text[:3] }}{{ text[-1] }} {{ text.replace('a', 'o') }}", "bana bonono"),
        ("{{ text.split('n') }}", '["ba", "a", "a"]'),
        ("{{ missing|default('x') }} {{ missing is defined }} {{ text is string }}", "x False True"),
        ("{{ 'a' ~ 1 ~ none_yet }} {{ 'ab' + 'c' }} {{ '-' * 3 }} {{ 7 // 2 }} {{ 2 ** 8 }}", "a1 abc --- 3 256"),
        ("{% macro tag(n) %}<{{ n }}>{{ caller() }}{% endmacro %}{% call tag('b') %}x{% endcall %}", "<b>x"),
        ("{% filter upper %}{{ text }}{% endfilter %}{% with x = 2 %}{{ x }}{% endwith %}", "BANANA2"),
        ("{{ long|truncate(12) }} {{ 'a\nb'|indent(2) }} {{ '<a>'|e }}", "one two... a\n  b &lt;a&gt;"),
        ("{{ 'b' in tags }} {{ 'a' in tags }} {{ 1 < 2 <= 2 }}", "False True True"),
        ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
    ],
)  # fmt: skip
def test_what_prompts_need_works(template: str, text: str) -> None:
    values = {
        "none_yet": None,
        "yes": True,
        "tags": ["a", "ü"],
        "order": {"items": 3, "by": "Ann"},
        "rows": [{"n": 1}, {"n": 3}, {"n": 2}][::-1],
        "text": "banana",
        "long": "one two three four",
    }
    assert _render(template, **values) == text


def test_the_fields_of_a_record_can_be_read_and_nothing_else_of_it() -> None:
    fault = Citation("It is 50 m tall.", 0, 16, (1,), "unsupported", 0.1, reason="the number differs")
    assert _render("{{ f.sentence }} {{ f.reason }}", f=fault) == "It is 50 m tall. the number differs"
    with pytest.raises(TemplateFailed, match="no attribute"):
        _render("{{ f['__in' ~ 'it__'] }}", f=fault)


def test_text_of_users_is_never_read_as_a_template() -> None:
    assert _render("{{ notes }}", notes="{{ 7 * 7 }}{% raw %}") == "{{ 7 * 7 }}{% raw %}"


@pytest.mark.parametrize(
    ("template", "line", "told"),
    [
        ("a\n\n{{ pric }}", 3, "'pric' is undefined"),
        ("a\n{{ price.net }}", 2, "no attribute 'net'"),
        ("a\n{{ price + 'x' }}", 2, "unsupported operand"),
        ("{{ 1 / 0 }}", 1, "division by zero"),
        ("\n{{ price() }}", 2, "cannot be called"),
        ("{% for x in price %}{% endfor %}", 1, "no list"),
        ("{{ range }}", 1, "no text"),
    ],
)
def test_a_failure_names_the_line_and_what_to_do(template: str, line: int, told: str) -> None:
    with pytest.raises(TemplateFailed, match=told) as caught:
        _render(template, price=3)
    assert caught.value.fault.line == line
    assert caught.value.code == "template_failed"
    assert caught.value.hint


def test_a_failure_suggests_the_variable_that_was_meant() -> None:
    with pytest.raises(TemplateFailed, match="Did you mean 'price'"):
        _render("{{ pric }}", price=3)


def test_a_failure_in_a_partial_names_the_partial() -> None:
    template = _compile("a\n{% include 'row.md' %}", row="\n\n{{ nowhere }}")
    with pytest.raises(TemplateFailed) as caught:
        template.user({})
    assert (caught.value.fault.partial, caught.value.fault.line) == ("row.md", 3)


@pytest.mark.parametrize(
    ("template", "line", "told"),
    [
        ("a\n{% if %}", 2, "Expected an expression"),
        ("a\n{% for x in y %}", 2, "Unexpected end"),
        ("{% block user %}{% endblock %}\n\n  lost", 3, "never sent"),
        ("{% block user %}{% endblock %}\n{% block user %}{% endblock %}", 2, "twice"),
        ("{% block user %}\n{% block inner %}{% endblock %}{% endblock %}", 2, "top level"),
        ("\n{{ x|uper }}", 2, "no filter 'uper'"),
        ("{{ x is strin }}", 1, "no test 'strin'"),
        ("{% include name %}", 1, "names one file"),
        ("{% include 'gone.md' %}", 1, "no partial 'gone.md'"),
        ("{% extends 'base.md' %}", 1, "no {% extends %}"),
        ("{% import 'm.md' as m %}", 1, "no {% import %}"),
        ("{% autoescape true %}{% endautoescape %}", 1, "autoescape"),
        ("{% for x in y recursive %}{{ loop(x) }}{% endfor %}", 1, "recursive"),
        ("{{ self.user() }}", 1, "no 'self'"),
        ("{{ " + "(" * 3000 + " }}", 1, "too deeply"),
        ("{% for i in x %}" * 30 + "{% endfor %}" * 30, 1, "too deeply"),
        ("{{ x }}" * 6000, 1, "too large"),
        ("x" * 600_000, 1, "too large"),
    ],
)
def test_a_template_that_cannot_work_is_refused_with_its_line(template: str, line: int, told: str) -> None:
    with pytest.raises(TemplateInvalid) as caught:
        _compile(template)
    assert any(told in fault.problem and fault.line == line for fault in caught.value.faults)
    assert all(fault.hint for fault in caught.value.faults)


def test_every_fault_is_named_at_once_those_of_partials_too() -> None:
    with pytest.raises(TemplateInvalid) as caught:
        _compile("{{ a|uper }}\n{{ b|lowr }}{% include 'p.md' %}", p="\n{{ c|titl }}")
    assert [(fault.partial, fault.line) for fault in caught.value.faults] == [
        (None, 1),
        (None, 2),
        ("p.md", 2),
    ]


def test_partials_that_include_each_other_are_refused() -> None:
    with pytest.raises(TemplateInvalid, match="includes itself"):
        _compile("{% include 'a.md' %}", a="{% include 'b.md' %}", b="{% include 'a.md' %}")


def test_partials_that_multiply_are_refused() -> None:
    names = [f"p{n}" for n in range(12)]
    partials = {
        name: "{% include 'NEXT.md' %}".replace("NEXT", after) * 4
        for name, after in zip(names, names[1:], strict=False)
    }
    with pytest.raises(TemplateInvalid, match="too large"):
        _compile("{% include 'p0.md' %}", **partials, p11="x")


def test_where_variables_are_read_is_known() -> None:
    template = _compile(
        "{% block system %}{% endblock %}{% block user %}\n{{ a }}{% include 'p.md' %}{% endblock %}",
        p="\n\n{{ b }}",
    )
    assert {(use.name, use.block, use.line, use.partial) for use in template.uses} == {
        ("a", "user", 2, None),
        ("b", "user", 3, "p.md"),
    }


def test_input_that_is_too_large_for_a_fair_template_is_the_callers_to_change() -> None:
    template = "{% for row in rows %}{{ row.a }}{{ row.b }}{{ row.c }}{% endfor %}"
    with pytest.raises(TooLarge) as caught:
        _render(template, rows=[{"a": 1, "b": 2, "c": 3}] * WORK)
    assert caught.value.code == "input_too_large"
    with pytest.raises(TooLarge):
        _render("{{ text }}", text="x" * (OUTPUT + 1))


def test_thousands_of_rows_are_within_the_budget() -> None:
    rows = [{"title": "A bicycle", "price": 120, "tags": ["red", "city"]}] * 5_000
    text = _render(
        "{% for r in rows %}- {{ r.title }} ({{ r.price }}): {{ r.tags|join(', ') }}\n{% endfor %}", rows=rows
    )
    assert text.count("\n") == 4_999
