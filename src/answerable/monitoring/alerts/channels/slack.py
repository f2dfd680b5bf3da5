"""Notices for an incoming webhook of Slack, or of what takes the same (Mattermost, Rocket.Chat, Discord `/slack`)."""

from __future__ import annotations

import json
from typing import Final

from answerable.monitoring.alerts.channels.webhook import post
from answerable.monitoring.alerts.types import Notice

_SECONDS: Final = 10.0
_MARKS: Final = {"firing": ":red_circle:", "ok": ":large_green_circle:", "test": ":large_blue_circle:"}


class SlackChannel:
    """POSTs each notice as a message. The URL is a secret: who has it can write there."""

    def __init__(self, url: str, *, seconds: float = _SECONDS) -> None:
        self._url = url
        self._seconds = seconds

    async def send(self, notice: Notice) -> None:
        text = f"{_MARKS[notice.state]} {_escape(notice.text)}"
        body = {"text": text, "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]}
        await post(self._url, json.dumps(body).encode(), headers={}, seconds=self._seconds)


def _escape(text: str) -> str:
    """Keep a name from being read as markup or a mention."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
