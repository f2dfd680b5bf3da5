"""Entries of the settings that are refused at the start, each with what is wrong with it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from answerable.core.errors import SetupError
from answerable.monitoring.alerts.channels.registry import ChannelSettings, open_channel
from answerable.monitoring.alerts.rules import check_alerts, make_alert
from tests.fakes.clock import FixedClock

_ENTRY: dict[str, Any] = {
    "name": "errors", "measure": "error_rate", "above": 0.1, "below": None, "channels": (), "app": None,
    "variant": None, "window": "5m", "against": "value", "min_requests": 1, "lasts": "2m", "recover": None,
    "recover_after": 3, "silenced": False,
}  # fmt: skip


def test_an_entry_becomes_an_alert() -> None:
    alert = make_alert(**{**_ENTRY, "recover": 0.05})
    assert (alert.limit, alert.direction, alert.recover) == (0.1, "above", 0.05)
    assert (alert.window, alert.lasts) == (timedelta(minutes=5), timedelta(minutes=2))
    below = make_alert(**{**_ENTRY, "above": None, "below": 3, "measure": "score:tone"})
    assert (below.limit, below.direction, below.measure) == (3, "below", "score:tone")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"measure": "happiness"}, "no measure"),
        ({"measure": "score:"}, "no measure"),
        ({"above": None}, "one limit"),
        ({"below": 0.2}, "one limit"),
        ({"recover": 0.2}, "recover"),
        ({"above": None, "below": 0.1, "recover": 0.05}, "recover"),
        ({"window": "soon"}, "soon"),
        ({"window": "30s"}, "window"),
        ({"window": "60d"}, "window"),
        ({"lasts": "-5m"}, "for"),
    ],
)
def test_what_cannot_be_meant_is_refused(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(SetupError, match=problem) as refused:
        make_alert(**{**_ENTRY, **changes})
    assert "'errors'" in refused.value.detail
    assert refused.value.hint


def test_names_are_unique_and_channels_are_there() -> None:
    alert = make_alert(**{**_ENTRY, "channels": ("ops",)})
    check_alerts([alert], {"ops"})
    with pytest.raises(SetupError, match="several"):
        check_alerts([alert, alert], {"ops"})
    with pytest.raises(SetupError, match="'ops'"):
        check_alerts([alert], {"mail"})


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (ChannelSettings("c", "webhook"), "no address"),
        (ChannelSettings("c", "slack", url="file:///etc/passwd"), "no address"),
        (ChannelSettings("c", "webhook", url="https://a.example", secret="whsec_?"), "base64"),
        (ChannelSettings("c", "email", host="mail.example"), "from where to whom"),
        (ChannelSettings("c", "email", host="m", sender="a@b", recipients=("no address",)), "no address"),
        (
            ChannelSettings("c", "email", host="m", sender="a@b", recipients=("a@b\r\nBcc: c@d",)),
            "no address",
        ),
    ],
)
def test_a_channel_that_cannot_work_is_refused(settings: ChannelSettings, problem: str) -> None:
    with pytest.raises(SetupError, match=problem):
        open_channel(settings, clock=FixedClock())
