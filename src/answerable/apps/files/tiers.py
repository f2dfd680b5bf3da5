"""The models of a variant, as they are written and as they are tried."""

from __future__ import annotations

from answerable.apps.files.places import Node, Problems
from answerable.core.errors import InvalidInput
from answerable.llm.names import split_name

DEFAULT = "default"
"""Stands for the model of the settings; what it names is part of the variant's content, and so of its hash."""

_HOW = "Write `model: PROVIDER:MODEL`, or a list of them, tried in order."
Tiers = tuple[tuple[str, ...], ...]


def read_tiers(node: Node | None, default_model: str, problems: Problems) -> Tiers | None:
    """Return the tiers, or None when one is not right, which is then among the problems."""
    if node is None:
        return ((default_model,),)
    entries = node.items if node.is_list else [node]
    tiers = [_read_tier(entry, default_model, problems) for entry in entries]
    if not tiers:
        problems.add(node, "`model` is an empty list.", _HOW)
        return None
    return None if None in tiers else tuple(tier for tier in tiers if tier is not None)


def write_tiers(tiers: Tiers) -> object:
    """Return them as short as they can be written: one name, or a list in which only equals are a list."""
    entries = [tier[0] if len(tier) == 1 else list(tier) for tier in tiers]
    return entries[0] if len(entries) == 1 and isinstance(entries[0], str) else entries


def _read_tier(node: Node, default_model: str, problems: Problems) -> tuple[str, ...] | None:
    names = [_read_name(item, default_model, problems) for item in (node.items if node.is_list else [node])]
    if not names:
        problems.add(node, "`model` has an empty list of equal models.", _HOW)
        return None
    return None if None in names else tuple(name for name in names if name is not None)


def _read_name(node: Node, default_model: str, problems: Problems) -> str | None:
    if node.value == DEFAULT:
        return default_model
    try:
        name = node.value if isinstance(node.value, str) else ""
        split_name(name)
    except InvalidInput:
        problems.add(node, f"{node.to_plain()!r} does not name a model.", _HOW)
        return None
    return name.strip()
