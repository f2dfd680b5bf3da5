"""A batch over a provider with faults, killed in the middle and started again."""

from __future__ import annotations

from benchmarks.batch import BAD_LINES, run_scenario

from tests.e2e.running import clean_environment


def test_every_row_is_settled_once_whatever_is_killed() -> None:
    outcome = run_scenario(400, env=clean_environment())

    assert (outcome.missing, outcome.twice) == (0, 0)
    assert outcome.answered + outcome.failed == 400
    assert 180 <= outcome.settled_at_kill < 400, "it was killed while there was work left"
    assert outcome.failures["bad_row"] == 400 // BAD_LINES
    assert outcome.failed > 400 // BAD_LINES, "the provider's faults cost some rows"
    # What was under way when it was killed is asked again, and nothing else is.
    assert outcome.requests <= 400 + 32
