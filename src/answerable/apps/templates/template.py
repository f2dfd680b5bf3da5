"""A prompt template, ready to be filled."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType, TracebackType
from typing import Any

from jinja2 import Template, TemplateError, nodes

from answerable.apps.content import PromptContent
from answerable.apps.templates.faults import (
    MEND,
    Overrun,
    Refused,
    TemplateFailed,
    TemplateFault,
    TemplateInvalid,
)
from answerable.apps.templates.meter import CURRENT, OUTPUT, WORK, Meter, measure
from answerable.apps.templates.parsing import locate, parse
from answerable.apps.templates.rewriting import add_meter, make_charge
from answerable.apps.templates.sandbox import ENVIRONMENT
from answerable.apps.templates.uses import find_uses, list_uses
from answerable.core.closeness import suggest
from answerable.core.errors import TooLarge

_CACHED = 256


class PromptTemplate:
    """The blocks of a template, each ready to render on its own.

    A template without blocks is the block `user`. Macros and assignments outside of the blocks hold in all of them.
    Rendering is pure: the same values make the same text, within the budget of `templates.meter`.
    """

    def __init__(self, template: str, partials: Mapping[str, str]) -> None:
        """Raises TemplateInvalid."""
        self._partials = partials
        tree, faults = parse(template, partials)
        blocks = _split(tree)
        if faults:
            raise TemplateInvalid(faults, find_uses(blocks, partials))
        self.uses = list_uses(blocks, partials)
        self.variables = frozenset(use.name for use in self.uses)
        self.blocks = frozenset(blocks)
        add_meter(tree)
        self._blocks = {name: _compile(block) for name, block in blocks.items()}

    @classmethod
    def compile(cls, content: PromptContent) -> PromptTemplate:
        """Return the template of this content; equal content is compiled once. Raises TemplateInvalid."""
        return _get_template(content.template, tuple(sorted(content.partials.items())))

    def system(self, values: Mapping[str, Any]) -> str:
        return self.render("system", values)

    def user(self, values: Mapping[str, Any]) -> str:
        return self.render("user", values)

    def repair(self, values: Mapping[str, Any]) -> str:
        return self.render("repair", values)

    def render(self, block: str, values: Mapping[str, Any]) -> str:
        """Return the text of a block without the space around it; a block that is not there is empty.

        Raises TemplateFailed for what is the template's fault, TooLarge where it is the size of the values.
        """
        template = self._blocks.get(block)
        if template is None:
            return ""
        token = CURRENT.set(Meter())
        try:
            text = ENVIRONMENT.concat(template.root_render_func(template.new_context(dict(values)))).strip()
            if len(text) > OUTPUT:
                raise Overrun(f"it makes more than {OUTPUT} characters", "Make its text shorter.")
        except Exception as error:
            # Whatever goes wrong in a sandbox is the fault of what runs in it.
            raise self._explain(block, values, error) from error
        finally:
            CURRENT.reset(token)
        return text

    def _explain(self, block: str, values: Mapping[str, Any], error: Exception) -> Exception:
        if isinstance(error, Overrun) and measure(dict(values), limit=WORK) > WORK // 20:
            return TooLarge(
                "The input is too large for the prompt of this app.",
                hint="Send less, or have the app bound its input with `max_length`.",
                code="input_too_large",
            )
        line, partial = locate(_find_line(error.__traceback__), self._partials)
        problem, hint = _describe(error, values)
        return TemplateFailed(block, TemplateFault(f"{problem}.", hint, line, partial))


@lru_cache(maxsize=_CACHED)
def _get_template(template: str, partials: tuple[tuple[str, str], ...]) -> PromptTemplate:
    return PromptTemplate(template, MappingProxyType(dict(partials)))


def _split(tree: nodes.Template) -> dict[str, nodes.Template]:
    """Return a tree for each block, what stands outside of the blocks in front of it."""
    blocks = [node for node in tree.body if isinstance(node, nodes.Block)]
    if not blocks:
        return {"user": _to_template(tree.body)}
    shared = [node for node in tree.body if isinstance(node, nodes.Macro | nodes.Assign | nodes.AssignBlock)]
    return {block.name: _to_template([*shared, *block.body]) for block in blocks}


def _to_template(body: list[nodes.Node]) -> nodes.Template:
    template = nodes.Template(body, lineno=1)
    template.set_environment(ENVIRONMENT)
    return template


def _compile(tree: nodes.Template) -> Template:
    """Compile one block. Python bounds how deeply loops stand in each other, and says so in its own words."""
    tree.body.insert(0, make_charge(tree))
    tree.set_environment(ENVIRONMENT)
    try:
        code = ENVIRONMENT.compile(tree)
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise TemplateInvalid([TemplateFault("It is nested too deeply.", "Take it apart.", 1)]) from error
    return Template.from_code(ENVIRONMENT, code, dict(ENVIRONMENT.globals))


def _find_line(traceback: TracebackType | None) -> int:
    """Return the line of the template that ran last."""
    line = 1
    while traceback is not None:
        template = traceback.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            line = template.get_corresponding_lineno(traceback.tb_lineno)
        traceback = traceback.tb_next
    return line


def _describe(error: Exception, values: Mapping[str, Any]) -> tuple[str, str]:
    """Return what went wrong and what to do about it."""
    match error:
        case Refused():
            return error.problem, error.hint
        case RecursionError():
            return "it calls itself too deeply", "Give the macro an end."
        case TemplateError():
            problem = (error.message or type(error).__name__).rstrip(".")
            meant = suggest(problem.split("'")[1], values) if "'" in problem else ""
            return problem, meant or MEND
    return f"{error}".rstrip(".") or type(error).__name__, MEND
