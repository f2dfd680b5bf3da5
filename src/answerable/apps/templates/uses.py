"""What a template reads: the variables of each block, with the places where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from jinja2 import TemplateSyntaxError, meta, nodes

from answerable.apps.templates.checking import is_refused
from answerable.apps.templates.faults import MEND, TemplateFault, TemplateInvalid, Use
from answerable.apps.templates.filters import FILTERS, TESTS
from answerable.apps.templates.parsing import locate


def list_uses(blocks: Mapping[str, nodes.Template], partials: Mapping[str, str]) -> tuple[Use, ...]:
    """Return what every block reads and does not assign itself. Raises TemplateInvalid where that cannot be told."""
    return tuple(use for name, block in blocks.items() for use in _list_uses(name, block, partials))


def find_uses(blocks: Mapping[str, nodes.Template], partials: Mapping[str, str]) -> tuple[Use, ...]:
    """Return what the blocks of a template with faults read, as far as that can be told.

    The trees are of no use afterwards: Jinja refuses to look through one with a filter that it does not know, so
    those are taken for known ones. A name that is a fault itself is left out.
    """
    uses: list[Use] = []
    for name, block in blocks.items():
        _take_for_known(block)
        with suppress(TemplateInvalid):
            uses += (use for use in _list_uses(name, block, partials) if not is_refused(use.name))
    return tuple(uses)


def _take_for_known(tree: nodes.Template) -> None:
    for node in tree.find_all(nodes.Node):
        if isinstance(node, nodes.Filter) and node.name not in FILTERS:
            node.name = next(iter(FILTERS))
        elif isinstance(node, nodes.Test) and node.name not in TESTS:
            node.name = next(iter(TESTS))


def _list_uses(block: str, tree: nodes.Template, partials: Mapping[str, str]) -> list[Use]:
    try:
        names = meta.find_undeclared_variables(tree)
    except TemplateSyntaxError as error:
        raise _invalid(error.message or "It is not valid Jinja", error.lineno, partials) from error
    except RecursionError as error:
        raise _invalid("It is nested too deeply", 1, partials) from error
    lines: dict[str, int] = {}
    for node in tree.find_all(nodes.Name):
        if node.ctx == "load" and node.name in names:
            lines.setdefault(node.name, node.lineno)
    return [Use(name, block, *locate(line, partials)) for name, line in lines.items()]


def _invalid(problem: str, line: int, partials: Mapping[str, str]) -> TemplateInvalid:
    own, partial = locate(line, partials)
    return TemplateInvalid([TemplateFault(f"{problem}.", MEND, own, partial)])
