"""Puts the meter into a template: every loop, call, comparison and container passes through a counting filter.

The filters' names hold a character that no name in a template can have, so a template neither calls nor shadows them.
"""

from __future__ import annotations

# ruff: noqa: N802, N815 - Jinja finds the methods of a visitor by the names of its nodes
from typing import Any

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

WEIGH, EACH, CHARGE, JOIN = "~weigh", "~each", "~charge", "~join"

_UNWEIGHED_TESTS = frozenset({"defined", "undefined"})


def add_meter(template: nodes.Template) -> None:
    """Rewrite the template in place; its statements stay the same objects."""
    _Rewriter().visit(template)


def _through(node: Any, name: str, *args: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, list(args), [], None, None, lineno=node.lineno)


def _weight(node: nodes.Node) -> nodes.Const:
    """Return the number of nodes below this one."""
    return nodes.Const(sum(1 for _ in node.find_all(nodes.Node)), lineno=node.lineno)


def make_charge(node: nodes.Node) -> nodes.ExprStmt:
    """Return the statement that counts the nodes of a body that is about to run."""
    return nodes.ExprStmt(_through(_weight(node), CHARGE), lineno=node.lineno)


class _Rewriter(NodeTransformer):
    def visit_For(self, node: nodes.For) -> nodes.For:
        weight = _weight(node)
        self.generic_visit(node)
        node.iter = _through(node.iter, EACH, weight)
        return node

    def _visit_called(self, node: Any) -> Any:
        charge = make_charge(node)
        self.generic_visit(node)
        node.body.insert(0, charge)
        return node

    visit_Macro = visit_CallBlock = _visit_called

    def visit_Concat(self, node: nodes.Concat) -> nodes.Filter:
        self.generic_visit(node)
        return _through(nodes.Tuple(node.nodes, "load", lineno=node.lineno), JOIN)

    def visit_Compare(self, node: nodes.Compare) -> nodes.Compare:
        self.generic_visit(node)
        node.expr = _through(node.expr, WEIGH)
        for operand in node.ops:
            operand.expr = _through(operand.expr, WEIGH)
        return node

    def visit_Test(self, node: nodes.Test) -> nodes.Test:
        self.generic_visit(node)
        if node.name not in _UNWEIGHED_TESTS:
            node.node = _through(node.node, WEIGH)
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Expr:
        self.generic_visit(node)
        return _through(node, WEIGH) if isinstance(node.arg, nodes.Slice) else node

    def _visit_container(self, node: Any) -> Any:
        self.generic_visit(node)
        return node if getattr(node, "ctx", "load") == "store" else _through(node, WEIGH)

    visit_List = visit_Tuple = visit_Dict = _visit_container
