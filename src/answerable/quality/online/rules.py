"""From the settings' words to rules, with everything that is wrong with one said at the start."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from answerable.core.errors import SetupError
from answerable.evaluation.judging.version import PREFIX
from answerable.quality.online.evaluators.registry import EVALUATORS
from answerable.quality.online.types import Rule


def make_rule(
    *, name: str, app: str | None, share: float, evaluators: Sequence[str], usd_per_day: Decimal | None
) -> Rule:
    """Return the rule that an entry of the settings describes. Raises SetupError."""
    for evaluator in evaluators:
        judge = evaluator.startswith(PREFIX) and len(evaluator) > len(PREFIX)
        if evaluator not in EVALUATORS and not judge:
            raise SetupError(
                f"The online evaluation {name!r} is not valid: there is no evaluator {evaluator!r}.",
                hint=f"There are {', '.join(EVALUATORS)} and {PREFIX}APP.",
            )
    return Rule(name, app, share, tuple(dict.fromkeys(evaluators)), usd_per_day)


def check_rules(rules: Sequence[Rule]) -> None:
    """Raise SetupError when two rules have one name, or a rule has its own judge judged."""
    names = [rule.name for rule in rules]
    for rule in rules:
        if names.count(rule.name) > 1:
            raise SetupError(
                f"There are several online evaluations {rule.name!r}.", hint="Give each a name of its own."
            )
        if rule.app is not None and f"{PREFIX}{rule.app}" in rule.evaluators:
            raise SetupError(
                f"The online evaluation {rule.name!r} has {rule.app!r} judge itself.",
                hint="Take another judge.",
            )
