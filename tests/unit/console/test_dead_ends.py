"""Pages about something that is not there."""

from __future__ import annotations

from answerable.console.dead_ends import show_lost
from answerable.core.errors import NotFound


def test_what_a_hint_has_one_type_stands_as_code_and_nothing_of_it_is_markup() -> None:
    error = NotFound(
        "There is no dataset '<b>'.", hint="Bring some in: `answerable datasets import '<b>' FILE`."
    )
    page = bytes(show_lost(error).body).decode()
    assert "Bring some in: <code>answerable datasets import &#x27;&lt;b&gt;&#x27; FILE</code>." in page
    assert "There is no dataset &#x27;&lt;b&gt;&#x27;." in page
