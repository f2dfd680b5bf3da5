"""A template reaches nothing but its values, ends soon, and makes a bounded amount of text."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from answerable.apps.templates.faults import TemplateFailed, TemplateInvalid
from answerable.apps.templates.template import PromptTemplate
from answerable.core.errors import SetupError, TooLarge

SOON = 1.0
"""Seconds of this thread. Each takes some milliseconds, and without the budget minutes or all of the memory."""


class Record:
    """A value that is neither data nor a record."""

    secret = "s3cret"

    def method(self) -> str:
        return self.secret


VALUES: dict[str, Any] = {"text": "abc", "items": [1, 2, 3], "order": {"a": 1}, "record": Record(), "n": 3}


def _render(template: str) -> str:
    return PromptTemplate(template, {}).user(VALUES)


@pytest.mark.parametrize(
    "expression",
    [
        "().__class__",
        "''.__class__.__mro__[1].__subclasses__()",
        "text['__class__']",
        "text['__cl' ~ 'ass__']",
        "order['__class__']",
        "(text|attr('__class__'))",
        "items|map(attribute='__class__')|list",
        "items|map('attr', '__class__')|list",
        "items|selectattr('__class__')|list",
        "items|sort(attribute='__class__')",
        "items|sum('__class__')",
        "items|join(',', '__class__')",
        "text|map('format')|list",
        "'{0.__class__}'.format(text)",
        "'{0.__class__}'|format(text)",
        "'%s' % text",
        "text.format",
        "text.encode()",
        "text.upper.__self__",
        "(text.upper)['function']",
        "text.upper.function",
        "text.upper.value",
        "items.append(4)",
        "items.__len__()",
        "order.update({})",
        "order.clear()",
        "n.bit_length()",
        "record.secret",
        "record.method()",
        "record['secret']",
        "record",
        "range.__globals__",
        "namespace.__init__",
        "namespace().__class__",
        "namespace()['_Namespace__attrs']",
        "cycler",
        "joiner",
        "lipsum()",
        "dict(a=1)",
        "self",
        "self._TemplateReference__context",
        "super()",
        "context",
        "environment",
        "caller()",
        "loop",
        "text|random",
        "text|pprint",
        "text|safe",
        "text is callable",
        "text is filter",
    ],
)
def test_no_expression_reaches_beyond_the_values(expression: str) -> None:
    with pytest.raises(SetupError) as caught:
        _render(f"{{{{ {expression} }}}}")
    assert isinstance(caught.value, TemplateInvalid | TemplateFailed)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "statement",
    [
        "{% for x in items %}{{ loop.__class__ }}{% endfor %}",
        "{% for x in items %}{{ loop._iterable }}{% endfor %}",
        "{% for x in items %}{{ loop['_recurse'] }}{% endfor %}",
        "{% for x in items %}{{ loop.cycle.__self__ }}{% endfor %}",
        "{% for x in items %}{{ loop(items) }}{% endfor %}",
        "{% macro m() %}{% endmacro %}{{ m.__class__ }}",
        "{% macro m() %}{% endmacro %}{{ m._func }}",
        "{% macro m() %}{% endmacro %}{{ m }}",
        "{% macro m() %}{{ varargs.__class__ }}{% endmacro %}{{ m(1) }}",
        "{% set ns = namespace() %}{% set ns.__class__ = 1 %}",
        "{% set text.upper = 1 %}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{% from 'os' import path %}",
        "{% extends 'os' %}",
        "{% do items.append(1) %}",
        "{% debug %}",
    ],
)
def test_no_statement_reaches_beyond_the_values(statement: str) -> None:
    with pytest.raises(SetupError):
        _render(statement)


_GROWING = "{% set ns = namespace(x=START) %}{% for i in range(5000) %}BODY{% endfor %}{{ ns.x }}"


def _growing(start: str, body: str) -> str:
    return _GROWING.replace("START", start).replace("BODY", body)


@pytest.mark.parametrize(
    "template",
    [
        "{% for i in range(10 ** 12) %}x{% endfor %}",
        "{{ range(10 ** 30) }}",
        "{% for i in range(1000) %}" * 3 + "x" + "{% endfor %}" * 3,
        "{% for i in range(90000) %}" + "x" * 100_000 + "{{ i }}{% endfor %}",
        "{% for i in range(300) %}" + "x" * 100_000 + "{% endfor %}",
        "{% for i in range(90000) if i % 7 == 0 and i % 5 == 1 %}x{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro a() %}{{ b() }}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{{ a() }}{% endmacro %}{{ a() }}",
        "".join(f"{{% macro m{n + 1}() %}}{f'{{{{ m{n}() }}}}' * 10}{{% endmacro %}}" for n in range(1, 12))
        + "{% macro m1() %}x{% endmacro %}{{ m12() }}",
        "{% macro m() %}{{ caller() }}{% endmacro %}"
        + "{% call m() %}{% for i in range(99) %}" * 8
        + "{% endfor %}{% endcall %}" * 8,
        "{{ 'a' * 10 ** 10 }}",
        "{{ [0] * 10 ** 10 }}",
        "{{ 10 ** 10 * 'a' }}",
        "{{ 9 ** (9 ** 9) }}",
        "{{ 2 ** 20000 }}",
        "{{ 'a'.center(10 ** 10) }}",
        "{{ 'a'|center(10 ** 10) }}",
        "{{ 'a\nb'|indent(10 ** 10) }}",
        "{{ 'a'|indent('x' * 100000000) }}",
        "{{ items|tojson(10 ** 10) }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '{:>1000000000}'.format(1) }}",
        "{{ 1|round(10 ** 9) }}",
        "{{ ('x' * 1000000).replace('x', 'y' * 1000000) }}",
        "{{ ('x' * 1000000)|replace('x', 'y' * 1000000) }}",
        "{{ ('y' * 1000000).join(range(90000)) }}",
        "{{ range(90000)|join('y' * 1000000) }}",
        "{{ range(90000)|map('indent', 60)|map('indent', 60)|map('indent', 60)|join }}",
        _growing("'ab'", "{% set ns.x = ns.x ~ ns.x %}"),
        _growing("'ab'", "{% set ns.x = ns.x + ns.x %}"),
        _growing("'ab'", "{% set ns.x = ns.x * 2 %}"),
        _growing("'ab'", "{% set ns.x %}{{ ns.x }}{{ ns.x }}{% endset %}"),
        _growing("'ab'", "{% set ns.x %}{% filter upper %}{{ ns.x }}{{ ns.x }}{% endfilter %}{% endset %}"),
        _growing("'ab'", "{% set ns.x = ns.x|replace('a', 'aa') %}"),
        _growing("'<'", "{% set ns.x = ns.x|e %}"),
        _growing("'\"'", "{% set ns.x = ns.x|tojson %}"),
        _growing("[1]", "{% set ns.x = ns.x + ns.x %}"),
        _growing("[1]", "{% set ns.x = [ns.x, ns.x] %}"),
        _growing("[1]", "{% set ns.x = (ns.x, ns.x) %}"),
        _growing("[1]", "{% set ns.x = {'a': ns.x, 'b': ns.x} %}"),
        _growing("[1]", "{% set ns.x = [ns.x] %}"),
        _growing("2", "{% set ns.x = ns.x * ns.x %}"),
        _growing("'x' * 1000000", "{{ ns.x[1:] }}"),
        _growing("'x' * 1000000", "{% if ns.x == ns.x[1:] ~ 'y' %}{% endif %}"),
        _growing("'x' * 1000000", "{% if 'y' in ns.x %}{% endif %}"),
        _growing("'x' * 1000000", "{% if ns.x is eq(ns.x) %}{% endif %}"),
        _growing("'x' * 1000000", "{{ ns.x.count('y') }}"),
        _growing("range(10000)", "{{ ns.x|sort(reverse=true)|first }}"),
        _growing("range(10000)", "{{ 5 in ns.x }}"),
        _growing("range(10000)", "{{ ns.x|map('string')|list|unique|list|length }}"),
    ],
    ids=range(50),
)  # fmt: skip
def test_nothing_runs_on_or_fills_the_memory(template: str) -> None:
    started = time.thread_time()
    with pytest.raises(SetupError):
        _render(template)
    assert time.thread_time() - started < SOON


def test_a_template_cannot_give_itself_more_budget() -> None:
    more = "{{ [0, 0]|map('~charge')|list }}{{ range(9)|map('~each', -1000000)|list }}"
    with pytest.raises(SetupError):
        _render(more + "{% for i in range(90000) %}{{ i }}{{ i }}{{ i }}{% endfor %}")


_FRAGMENTS = st.sampled_from(
    [
        "{{ text }}", "{{ items }}", "{% for i in items %}", "{% endfor %}", "{% if n %}", "{% endif %}",
        "{{ order.a }}", "{% set x = items %}", "{{ x }}", "{{ loop.index }}",
        "{% macro m(a) %}", "{% endmacro %}", "{{ m(1) }}",
        "{{ caller() }}", "{% call m(2) %}", "{% endcall %}", "{{ text|upper }}", "{{ items|map('string')|join }}",
        "{{ text * n }}", "{{ n ** n }}", "{{ [x, x] }}", "{{ text.split('b') }}", "{% block user %}", "{% endblock %}",
        "{{ record }}", "{{ text[n] }}", "{{ order[items] }}", "{{ -n }}", "{% raw %}", "{% endraw %}", "{#", "#}",
        "{{",
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(_FRAGMENTS, max_size=12))
def test_whatever_is_put_together_renders_or_is_refused(fragments: list[str]) -> None:
    try:
        text = _render("".join(fragments))
    except (SetupError, TooLarge):
        return
    assert "s3cret" not in text
    assert " object at 0x" not in text
