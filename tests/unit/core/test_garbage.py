"""What imports make is not looked through, and garbage in circles still goes."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from answerable.core.garbage import importing, spare_what_is_there


class Circle:
    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()
    gc.enable()


def test_nothing_is_looked_for_meanwhile_and_it_goes_on_after_an_import_that_fails() -> None:
    with pytest.raises(ImportError), importing():
        assert not gc.isenabled()
        raise ImportError
    assert gc.isenabled()


def test_what_was_made_meanwhile_is_out_of_sight() -> None:
    before = gc.get_freeze_count()
    with importing():
        made: list[list[str]] = [[] for _ in range(1000)]
    assert gc.get_freeze_count() >= before + len(made)


def test_circles_are_collected_before_what_is_left_is_spared() -> None:
    circle = weakref.ref(Circle())
    spare_what_is_there()
    assert circle() is None


def test_circles_that_come_later_go_by_themselves() -> None:
    with importing():
        pass
    first = weakref.ref(Circle())
    for _ in range(100_000):
        if first() is None:
            return
        Circle()
    pytest.fail("A hundred thousand circles were kept.")
