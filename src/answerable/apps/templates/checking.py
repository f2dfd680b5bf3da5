"""What a template may be made of: the tags, filters, tests and names that a prompt needs, and no others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from jinja2 import nodes

from answerable.apps.templates.filters import FILTERS, TESTS
from answerable.core.closeness import suggest

Found = tuple[str, str, int]
"""What is wrong, what to do about it, and the line."""

_INTERNAL = re.compile(r"__\w+__")
_REFUSED_TAGS: dict[type[nodes.Node], str] = {
    nodes.Extends: "extends",
    nodes.Import: "import",
    nodes.FromImport: "from",
    nodes.ScopedEvalContextModifier: "autoescape",
}
_REFUSED_NAMES = frozenset({"self", "super"})


def list_faults(tree: nodes.Template, partial: str | None) -> Iterator[Found]:
    """Yield what a text may not hold. `partial` is its name when it is one."""
    for node in tree.find_all(nodes.Node):
        for check in _CHECKS:
            yield from check(node)
    yield from _check_blocks(tree, partial)


def is_refused(name: str) -> bool:
    """Tell whether a template may not use a variable of this name, whatever it is given."""
    return name in _REFUSED_NAMES or _INTERNAL.search(name) is not None


def _check_tag(node: nodes.Node) -> Iterator[Found]:
    tag = _REFUSED_TAGS.get(type(node))
    if tag is not None:
        yield f"A prompt has no {{% {tag} %}}.", 'Share text with {% include "name.md" %}.', node.lineno
    elif isinstance(node, nodes.For) and node.recursive:
        yield "A loop of a prompt is not recursive.", "Call a macro that calls itself.", node.lineno
    elif isinstance(node, nodes.Include):
        named = isinstance(node.template, nodes.Const) and isinstance(node.template.value, str)
        if not named or not node.with_context:
            yield "An include names one file.", 'Write {% include "name.md" %}.', node.lineno


def _check_filter(node: nodes.Node) -> Iterator[Found]:
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        yield _unknown("filter", node.name, FILTERS, node.lineno)
    if isinstance(node, nodes.Test) and node.name not in TESTS:
        yield _unknown("test", node.name, TESTS, node.lineno)


def _unknown(kind: str, name: str, known: Iterable[str], line: int) -> Found:
    names = [known_name for known_name in known if known_name.isidentifier()]
    hint = suggest(name, names) or f"There are {', '.join(sorted(names))}."
    return f"There is no {kind} {name!r}.", hint, line


def _check_name(node: nodes.Node) -> Iterator[Found]:
    name = _name_of(node)
    if name is not None and _INTERNAL.search(name):
        yield (
            f"{name!r} is out of reach of a template.",
            "A template sees its input and nothing else.",
            node.lineno,
        )
    elif isinstance(node, nodes.Name) and name in _REFUSED_NAMES:
        yield f"A prompt has no {name!r}.", "Use a macro for what is written twice.", node.lineno


def _name_of(node: nodes.Node) -> str | None:
    match node:
        case nodes.Name(name=name) | nodes.NSRef(attr=name) | nodes.Getattr(attr=name):
            return str(name)
        case nodes.Getitem(arg=nodes.Const(value=str(name))):
            return name
    return None


def _check_blocks(tree: nodes.Template, partial: str | None) -> Iterator[Found]:
    top = [node for node in tree.body if isinstance(node, nodes.Block)]
    for block in tree.find_all(nodes.Block):
        if partial is not None or not any(block is node for node in top):
            yield "A block stands at the top level of the prompt itself.", "Move it there.", block.lineno
    seen = set[str]()
    for block in top:
        if block.name in seen:
            yield f"The block {block.name!r} is there twice.", "Put the two together.", block.lineno
        seen.add(block.name)
    if top and partial is None:
        yield from (_lost(line) for line in map(_find_text, tree.body) if line is not None)


def _lost(line: int) -> Found:
    return "Text outside of the blocks is never sent.", "Move it into the block system or user.", line


def _find_text(node: nodes.Node) -> int | None:
    """Return the line of a statement that writes something, None for one that does not."""
    if isinstance(node, nodes.Block | nodes.Macro | nodes.Assign | nodes.AssignBlock):
        return None
    if isinstance(node, nodes.Output):
        for child in node.nodes:
            if not isinstance(child, nodes.TemplateData):
                return child.lineno
            if child.data.strip():
                blank = len(child.data) - len(child.data.lstrip())
                return child.lineno + child.data[:blank].count("\n")
        return None
    return node.lineno


_CHECKS: tuple[Callable[[nodes.Node], Iterator[Found]], ...] = (_check_tag, _check_filter, _check_name)
