"""From the text of a template and its partials to one tree: includes put in place, everything unusable named.

Partials stand inside the tree that includes them. To know later where a node came from, the lines of the n-th partial
start at n * PARTIAL_LINES.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jinja2 import TemplateSyntaxError, nodes
from jinja2.visitor import NodeTransformer

from answerable.apps.templates.checking import list_faults
from answerable.apps.templates.faults import MEND, TemplateFault
from answerable.apps.templates.sandbox import ENVIRONMENT
from answerable.core.closeness import suggest

PARTIAL_LINES = 1_000_000
MAX_CHARACTERS = 512_000
"""Of a template and its partials together."""

MAX_TAGS = 2_000
"""Of `{{` and `{%` together, in the whole tree: compiling takes 0.2 to 0.5 ms for each."""

_MAX_DEPTH = 16


def parse(template: str, partials: Mapping[str, str]) -> tuple[nodes.Template, list[TemplateFault]]:
    """Return the whole tree, and all that is wrong in any of the texts. What cannot be parsed is not in the tree."""
    return _Assembly(partials).assemble(template)


def locate(line: int, partials: Mapping[str, str]) -> tuple[int, str | None]:
    """Return the line in its own text, and the partial's name where it is one."""
    place, own = divmod(line, PARTIAL_LINES)
    return own, list(partials)[place - 1] if place else None


def list_includes(template: str) -> list[tuple[str, int]]:
    """Return the names that a text includes, with their lines. A text that `parse` refuses includes nothing."""
    if len(template) > MAX_CHARACTERS or _count_tags(template) > MAX_TAGS:
        return []
    try:
        tree = ENVIRONMENT.parse(template)
    except (TemplateSyntaxError, RecursionError):
        return []
    return [
        (node.template.value, node.lineno)
        for node in tree.find_all(nodes.Include)
        if isinstance(node.template, nodes.Const) and isinstance(node.template.value, str)
    ]


class _Assembly:
    """Parses texts into one tree, and gathers the faults of all of them."""

    def __init__(self, partials: Mapping[str, str]) -> None:
        self._partials = partials
        self._faults: dict[TemplateFault, None] = {}
        self._characters = 0
        self._tags = 0

    def assemble(self, template: str) -> tuple[nodes.Template, list[TemplateFault]]:
        tree = self._parse(template, None, ())
        return tree, list(self._faults)

    def _parse(self, text: str, partial: str | None, path: tuple[str, ...]) -> nodes.Template:
        if not self._fits(text, partial):
            return nodes.Template([], lineno=1)
        try:
            tree = ENVIRONMENT.parse(text)
        except TemplateSyntaxError as error:
            self._add(_sentence(error.message), MEND, error.lineno, partial)
            return nodes.Template([], lineno=1)
        except RecursionError:
            self._add("It is nested too deeply.", "Take it apart.", 1, partial)
            return nodes.Template([], lineno=1)
        found = [
            TemplateFault(problem, hint, line, partial) for problem, hint, line in list_faults(tree, partial)
        ]
        self._faults.update(dict.fromkeys(found))
        _Inliner(self, partial, path).visit(tree)
        return tree

    def _fits(self, text: str, partial: str | None) -> bool:
        """Bound the work of parsing and compiling, before it is done. Names nothing twice: the rest is left out."""
        self._characters += len(text)
        self._tags += _count_tags(text)
        if self._characters <= MAX_CHARACTERS and self._tags <= MAX_TAGS:
            return True
        self._add(
            f"It is too large: with what it includes it has over {MAX_CHARACTERS} characters or {MAX_TAGS} tags.",
            "Make it shorter, or move data into the input.",
            1,
            partial,
        )
        return False

    def _add(self, problem: str, hint: str, line: int, partial: str | None) -> None:
        self._faults[TemplateFault(problem, hint, line, partial)] = None

    def include(self, node: nodes.Include, partial: str | None, path: tuple[str, ...]) -> nodes.Scope | None:
        """Return what stands in the place of an include."""
        name = node.template.value if isinstance(node.template, nodes.Const) else None
        if not isinstance(name, str):
            return None  # named by list_faults
        if name not in self._partials:
            if not node.ignore_missing:
                hint = suggest(name, self._partials) or f"Write the file prompts/{name}."
                self._add(f"There is no partial {name!r}.", hint, node.lineno, partial)
            return None
        if name in path or len(path) >= _MAX_DEPTH:
            self._add(
                f"{name!r} includes itself.", "Take the include out of one of them.", node.lineno, partial
            )
            return None
        tree = self._parse(self._partials[name], name, (*path, name))
        place = list(self._partials).index(name) + 1
        for inner in _walk(tree):
            if inner.lineno is not None and inner.lineno < PARTIAL_LINES:
                inner.lineno += place * PARTIAL_LINES
        return nodes.Scope(tree.body, lineno=node.lineno)


class _Inliner(NodeTransformer):
    """Puts partials in the place of their includes."""

    def __init__(self, assembly: _Assembly, partial: str | None, path: tuple[str, ...]) -> None:
        self._assembly = assembly
        self._partial = partial
        self._path = path

    def visit_Include(self, node: nodes.Include) -> nodes.Scope | None:  # noqa: N802 - Jinja calls it so
        return self._assembly.include(node, self._partial, self._path)


def _count_tags(text: str) -> int:
    return text.count("{{") + text.count("{%")


def _walk(tree: nodes.Node) -> Iterator[nodes.Node]:
    yield tree
    yield from tree.find_all(nodes.Node)


def _sentence(text: str | None) -> str:
    text = (text or "It is not valid Jinja").strip()
    return text[0].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")
