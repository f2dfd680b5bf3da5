"""What can be measured, opened and ready to be asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from answerable.datasets.types import Example
from answerable.evaluation.types import Target


@dataclass(frozen=True, slots=True)
class Measured:
    """A thing to measure. `target` is `app` for a variant of an app, else what it is in words (`url http://...`).

    `variant` is the variant's name, or the kind of target; `variant_hash` names its settings. `origin` is what else
    decides its outputs, such as the state of the index that it searches. `reusable` says that these two do name an
    output: those of a foreign address or program may be others the next time, and are never taken from an earlier run.
    `digest` (blocking) names the content of the files that an example only points to; None where it points to none.
    """

    app: str
    variant: str
    variant_hash: str
    target: str
    ask: Target
    origin: str = ""
    reusable: bool = False
    digest: Callable[[Example], str] | None = None
