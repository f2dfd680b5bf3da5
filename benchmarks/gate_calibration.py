"""How often the gate errs, and what prediction-powered intervals cover: by simulation, where the truth is known.

Each cell is 2,000 comparisons of a candidate with a baseline. Once both are equally good: a `fail` is false. Once the
candidate is worse by exactly the margin: a `pass` is false. Decided is as `evaluation.gating` does, at alpha .05: the
95 % interval has to exclude what is denied. The bootstrap has 2,000 resamples here instead of 10,000, for time. The
rates at which equal candidates pass and worse ones fail are the power.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from answerable.evaluation.statistics.paired import Differences, choose_test
from answerable.evaluation.statistics.paired_binary import PairedTable
from answerable.evaluation.statistics.ppi import estimate_mean
from benchmarks.line_chart import Panel, draw
from benchmarks.report import write_result

RUNS = 2_000
PPI_RUNS = 4_000
RESAMPLES = 2_000
ALPHA = 0.05
MARGIN = 0.05
SIZES = (30, 50, 100, 200, 500)
_SEED = 20261121
_IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"

Random: TypeAlias = np.random.Generator
Draw: TypeAlias = Callable[[Random, int, float], NDArray[np.float64]]
"""Draws the differences of n examples, whose true mean is the third argument: 0 or less."""


class Family(NamedTuple):
    """A kind of metric. `reach` is the largest difference there can be; `binary` ones are decided exactly."""

    draw: Draw
    reach: float | None
    binary: bool = False


class Cell(NamedTuple):
    false_fail: float
    false_pass: float
    passes_when_equal: float
    fails_when_worse: float


def _draw_binary(differing: float) -> Draw:
    """Yes or no: `differing` of the examples change, as many for the better as for the worse when both are equal."""

    def draw(random: Random, n: int, shift: float) -> NDArray[np.float64]:
        gained = max(0.0, (differing + shift) / 2)
        lost = gained - shift
        at = random.random(n)
        return np.where(at < gained, 1.0, np.where(at < gained + lost, -1.0, 0.0))

    return draw


def _draw_normal(random: Random, n: int, shift: float) -> NDArray[np.float64]:
    return random.normal(shift, 0.3, n)


def _draw_heavy(random: Random, n: int, shift: float) -> NDArray[np.float64]:
    """A few examples change a lot, such as latencies do."""
    return 0.1 * (random.lognormal(0, 1, n) - random.lognormal(0, 1, n)) + shift


def _draw_skewed(random: Random, n: int, shift: float) -> NDArray[np.float64]:
    """Most get a little better and some much worse."""
    return shift + 0.2 - random.exponential(0.2, n)


def _draw_rare(random: Random, n: int, shift: float) -> NDArray[np.float64]:
    """Nearly all stay as they are, and one in twenty loses or gains something between 0 and all."""
    changed = np.where(random.random(n) < 0.1, random.random(n), 0.0)
    return changed * (-1.0 if shift else random.choice((-1.0, 1.0), n))


def _draw_repeats(random: Random, n: int, shift: float) -> NDArray[np.float64]:
    """The share of three repeats that is right, when examples are of different difficulty."""
    difficulty = random.beta(2, 1, n)
    worse = difficulty * (1 + shift / (2 / 3))
    return (random.binomial(3, worse) - random.binomial(3, difficulty)) / 3


FAMILIES: Mapping[str, Family] = {
    "yes/no, 5 % differ": Family(_draw_binary(0.05), 1.0, binary=True),
    "yes/no, 10 % differ": Family(_draw_binary(0.1), 1.0, binary=True),
    "yes/no, 30 % differ": Family(_draw_binary(0.3), 1.0, binary=True),
    "normal": Family(_draw_normal, None),
    "heavy tails": Family(_draw_heavy, None),
    "skewed": Family(_draw_skewed, None),
    "rare losses": Family(_draw_rare, 1.0),
    "three repeats of yes/no": Family(_draw_repeats, 1.0),
}


def simulate(name: str, n: int) -> Cell:
    family = FAMILIES[name]
    random = np.random.default_rng([_SEED, n, list(FAMILIES).index(name)])
    rates = []
    for shift in (0.0, -MARGIN):
        verdicts = [_decide(family, family.draw(random, n, shift), seed) for seed in range(RUNS)]
        rates.append((verdicts.count("fail") / RUNS, verdicts.count("pass") / RUNS))
    return Cell(rates[0][0], rates[1][1], rates[0][1], rates[1][0])


def _decide(family: Family, values: NDArray[np.float64], seed: int) -> str:
    if family.binary:
        worse, beyond = _test_table(int((values > 0).sum()), int((values < 0).sum()), len(values))
    else:
        ones = np.ones(len(values))
        differences = Differences(values, ones, MARGIN * ones, reach=family.reach)
        _, test = choose_test(differences, seed=seed, resamples=RESAMPLES)
        worse, beyond = test.get_head(0.0), test.get_tail(-MARGIN)
    if 2 * beyond <= ALPHA:
        return "pass"
    return "fail" if 2 * worse <= ALPHA else "inconclusive"


@cache
def _test_table(gains: int, losses: int, n: int) -> tuple[float, float]:
    table = PairedTable(gains, losses, n)
    return table.get_head(0.0), table.get_tail(-MARGIN)


class Coverage(NamedTuple):
    """How often an interval holds the true rate, and how wide it is beside that of the people's labels alone."""

    covered: float
    humans_covered: float
    relative_width: float


def simulate_ppi(labels: int, rate: float, accuracy: float, *, judged: int = 2_000) -> Coverage:
    random = np.random.default_rng([_SEED, labels, int(rate * 100), int(accuracy * 100)])
    covered = humans = 0
    widths, alone = 0.0, 0.0
    for _ in range(PPI_RUNS):
        truth = random.random(labels + judged) < rate
        judge = np.where(random.random(labels + judged) < accuracy, truth, ~truth).astype(float)
        found = estimate_mean(truth[:labels].astype(float), judge[:labels], judge[labels:], alpha=ALPHA)
        covered += found.interval.low <= rate <= found.interval.high
        humans += found.humans_alone.low <= rate <= found.humans_alone.high
        widths += found.interval.width
        alone += found.humans_alone.width
    return Coverage(covered / PPI_RUNS, humans / PPI_RUNS, widths / alone)


def main() -> None:
    start = time.monotonic()
    cells = [(name, n) for name in FAMILIES for n in SIZES]
    grid = [
        (n, rate, accuracy)
        for n in (100, 200, 400)
        for rate in (0.5, 0.7, 0.8, 0.9, 0.95)
        for accuracy in ACCURACIES
    ]
    with ProcessPoolExecutor(2) as pool:
        found = dict(zip(cells, pool.map(simulate, *zip(*cells, strict=True)), strict=True))
        covered = dict(zip(grid, pool.map(simulate_ppi, *zip(*grid, strict=True)), strict=True))
    _draw_gate(found)
    _draw_ppi(covered)
    values = {
        "runs": RUNS,
        "resamples": RESAMPLES,
        "margin": MARGIN,
        "alpha": ALPHA,
        "worst_false_fail": max(cell.false_fail for cell in found.values()),
        "worst_false_pass": max(cell.false_pass for cell in found.values()),
        "ppi_runs": PPI_RUNS,
        "ppi_coverage": [min(c.covered for c in covered.values()), max(c.covered for c in covered.values())],
        "ppi_width_at_accuracy": {str(a): _average(covered, a) for a in ACCURACIES},
        "gate": [{"family": name, "n": n, **cell._asdict()} for (name, n), cell in found.items()],
        "ppi": [{"labels": n, "rate": r, "accuracy": a, **c._asdict()} for (n, r, a), c in covered.items()],
        "seconds": round(time.monotonic() - start),
    }
    write_result("gate_calibration", values)
    for key in ("worst_false_fail", "worst_false_pass", "ppi_coverage", "ppi_width_at_accuracy", "seconds"):
        print(f"{key}: {values[key]}")


ACCURACIES = (0.6, 0.7, 0.8, 0.9, 0.95)


def _average(covered: Mapping[tuple[int, float, float], Coverage], accuracy: float) -> float:
    widths = [one.relative_width for (_, _, of), one in covered.items() if of == accuracy]
    return round(sum(widths) / len(widths), 3)


def _draw_gate(found: Mapping[tuple[str, int], Cell]) -> None:
    panels = [
        _make_panel("False fail: both equally good", found, "false_fail", 8.0, (5.0,)),
        _make_panel("False pass: worse by the margin", found, "false_pass", 8.0, (5.0,)),
        _make_panel("Passes when equally good", found, "passes_when_equal", 100.0, (80.0,)),
    ]
    (_IMAGES / "gate-calibration.svg").write_text(draw(panels), encoding="utf-8")


def _make_panel(
    title: str, found: Mapping[tuple[str, int], Cell], field: str, high: float, marks: Iterable[float]
) -> Panel:
    lines = {name: [100 * getattr(found[name, n], field) for n in SIZES] for name in FAMILIES}
    return Panel(title, "examples", SIZES, lines, 0.0, high, tuple(marks), " %", log=True)


def _draw_ppi(covered: Mapping[tuple[int, float, float], Coverage]) -> None:
    pairs = [(labels, rate) for labels in (100, 400) for rate in (0.5, 0.8, 0.95)]
    panels = [
        Panel("Coverage of the 95 % interval", "accuracy of the judge", ACCURACIES,
              {_name(*pair): [100 * covered[*pair, a].covered for a in ACCURACIES] for pair in pairs},
              92.0, 98.0, (93.0, 97.0), " %"),
        Panel("Width, people alone = 1", "accuracy of the judge", ACCURACIES,
              {_name(*pair): [covered[*pair, a].relative_width for a in ACCURACIES] for pair in pairs},
              0.0, 1.2, (1.0,)),
    ]  # fmt: skip
    (_IMAGES / "ppi-calibration.svg").write_text(draw(panels), encoding="utf-8")


def _name(labels: int, rate: float) -> str:
    return f"{labels} labels, true rate {rate:g}"


if __name__ == "__main__":
    main()
