"""How many tokens the target read and wrote."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from answerable.evaluation.evaluators.context import EvaluatorContext
from answerable.evaluation.evaluators.kind import CodeEvaluator, Kind, Options, make_prefix, make_version
from answerable.evaluation.types import Case, Evaluator, Metric, Score

_VERSION = 1


class TokensOptions(Options):
    """There is nothing to tell it."""


def _score(case: Case, prefix: str) -> Sequence[Score]:
    counted = (("input_tokens", case.output.input_tokens), ("output_tokens", case.output.output_tokens))
    return [Score(f"{prefix}{name}", float(value)) for name, value in counted if value is not None]


def _open(options: TokensOptions, _: EvaluatorContext) -> Evaluator:
    prefix = make_prefix(options)
    metrics = (
        _describe(f"{prefix}input_tokens", "tokens that the models read, as they counted them"),
        _describe(f"{prefix}output_tokens", "tokens that the models wrote, as they counted them"),
    )
    return CodeEvaluator(
        options.name or "tokens", make_version(_VERSION, options), metrics, partial(_score, prefix=prefix)
    )


def _describe(name: str, description: str) -> Metric:
    return Metric(name, better="lower", unit="tokens", highest=None, description=description)


KIND = Kind(TokensOptions, _open, "tokens read and written")
