"""How many tokens the target read and wrote, as its models counted them."""

from __future__ import annotations

from answerable.evaluation.evaluators.measured import Measure, make_kind

_VERSION = 1

KIND = make_kind(
    "tokens",
    _VERSION,
    (
        Measure(
            "input_tokens",
            "tokens",
            "tokens that the models read, as they counted them",
            lambda output: output.input_tokens,
        ),
        Measure(
            "output_tokens",
            "tokens",
            "tokens that the models wrote, as they counted them",
            lambda output: output.output_tokens,
        ),
    ),
    summary="tokens read and written",
)
