from __future__ import annotations

from answerable.llm.policy import BreakerRules
from answerable.llm.routing.breaker import Breaker
from tests.fakes.clock import FixedClock

RULES = BreakerRules(consecutive=3, window=10, least=6, share=0.5, rest=2.0, longest_rest=10.0)


def make() -> tuple[Breaker, FixedClock]:
    clock = FixedClock()
    return Breaker(RULES, clock), clock


def run(breaker: Breaker, outcomes: str) -> None:
    """Make one call for each letter: `o` goes well, `x` fails."""
    for outcome in outcomes:
        probe = breaker.begin()
        breaker.succeed(probe=probe) if outcome == "o" else breaker.fail(probe=probe)


def test_a_few_failures_with_successes_between_change_nothing() -> None:
    breaker, _ = make()
    run(breaker, "xxoxx")

    assert (breaker.state, breaker.is_ready(), breaker.get_error_rate()) == ("closed", True, 0.8)


def test_failures_in_a_row_open_it_for_a_while() -> None:
    breaker, clock = make()
    run(breaker, "xxx")

    assert (breaker.state, breaker.is_ready(), breaker.get_rest()) == ("open", False, 2.0)
    clock.advance(2.0)
    assert (breaker.state, breaker.is_ready()) == ("half_open", True)


def test_half_of_the_last_calls_failing_opens_it() -> None:
    breaker, _ = make()
    run(breaker, "oxoxo")
    assert breaker.is_ready()
    run(breaker, "x")
    assert not breaker.is_ready()


def test_old_calls_leave_the_window() -> None:
    breaker, _ = make()
    run(breaker, "xx" + "o" * 10 + "xxoxxo")

    assert (breaker.state, breaker.get_error_rate()) == ("closed", 0.4)


def test_one_probe_goes_out_and_heals() -> None:
    breaker, clock = make()
    run(breaker, "xxx")
    clock.advance(2.0)

    probe = breaker.begin()
    assert probe
    assert not breaker.is_ready(), "one probe at a time"
    breaker.succeed(probe=probe)
    assert (breaker.state, breaker.get_error_rate()) == ("closed", None)
    run(breaker, "xx")
    assert breaker.state == "closed", "what was before the rest is forgotten"


def test_each_probe_that_fails_doubles_the_rest_up_to_a_bound() -> None:
    breaker, clock = make()
    run(breaker, "xxx")
    rests = []
    for _ in range(4):
        clock.advance(breaker.get_rest())
        run(breaker, "x")
        rests.append(breaker.get_rest())

    assert rests == [4.0, 8.0, 10.0, 10.0]


def test_a_probe_that_was_cancelled_lets_another_one_go() -> None:
    breaker, clock = make()
    run(breaker, "xxx")
    clock.advance(2.0)
    breaker.abandon(probe=breaker.begin())

    assert breaker.is_ready()


def test_the_rest_is_no_shorter_than_the_provider_asks() -> None:
    breaker, _ = make()
    run(breaker, "xx")
    breaker.fail(probe=breaker.begin(), retry_after=7.0)

    assert breaker.get_rest() == 7.0


def test_calls_from_before_the_rest_do_not_count_in_it() -> None:
    breaker, clock = make()
    late = [breaker.begin() for _ in range(3)]
    run(breaker, "xxx")
    breaker.succeed(probe=late[0])
    breaker.fail(probe=late[1])
    assert (breaker.state, breaker.get_rest()) == ("open", 2.0)
    clock.advance(2.0)
    assert breaker.is_ready()


def test_failures_are_fresh_for_as_long_as_a_first_rest() -> None:
    breaker, clock = make()
    run(breaker, "xx")
    assert breaker.get_fresh_failures() == 2
    clock.advance(2.0)
    assert breaker.get_fresh_failures() == 0
