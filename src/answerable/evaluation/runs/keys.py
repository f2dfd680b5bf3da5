"""What makes two outputs, and two cases, the same: hashes of all that decides them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

from answerable.datasets.types import Example
from answerable.evaluation.targets.types import Measured


def hash_output(measured: Measured, example: Example, repeat: int, *, files: str = "") -> bytes:
    """Return the hash of what decides an output: the thing measured, what it is asked, and which time it is.

    `files` names the content of files that the input only points to.
    """
    asked = {"input": example.input, "history": [[turn.role, turn.text] for turn in example.history]}
    if files:
        asked["files"] = files
    settings = [measured.target, measured.app, measured.variant_hash, measured.origin]
    return _hash([settings, asked, repeat])


def hash_case(example: Example) -> bytes:
    """Return the hash of all that an evaluator may look at in an example."""
    return _hash(
        {
            "input": example.input,
            "history": [[turn.role, turn.text] for turn in example.history],
            "expected": example.expected,
            "acceptable": example.acceptable,
            "refuse": example.refuse,
            "tool_calls": [[call.name, call.arguments] for call in example.tool_calls],
            "evidence": [asdict(one) for one in example.evidence],
            "tags": example.tags,
            "metadata": example.metadata,
        }
    )


def _hash(value: Any) -> bytes:
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()
