"""An app's variant: everything that can change an answer, as one frozen value with a hash."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Literal

from answerable.knowledge.types import RetrievalSettings


@dataclass(frozen=True, slots=True)
class Variant:
    """One immutable configuration of a `rag` app.

    `model` is `provider:model`. `verifier` is `lexical` or
    `model:NAME`. `prompt` is the resolved template text, not its path, so that the hash covers it.
    """

    app: str
    name: str
    collection: str
    prompt: str
    model: str
    retrieval: RetrievalSettings = field(default_factory=RetrievalSettings)
    context_tokens: int = 3000
    temperature: float = 0.0
    deadline: float = 60.0
    verifier: str = "lexical"
    policy: Literal["keep", "strip", "repair", "abstain"] = "keep"

    @property
    def id(self) -> str:
        """Return what a trace and an answer name: the variant's name and the start of its hash."""
        return f"{self.name}@{self.content_hash[:12]}"

    @property
    def content_hash(self) -> str:
        """Return the SHA-256 of the canonical JSON of all that can change an answer (the names are labels)."""
        return _hash_content(self)


@lru_cache(maxsize=256)
def _hash_content(variant: Variant) -> str:
    content = {key: value for key, value in asdict(variant).items() if key not in {"app", "name"}}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
