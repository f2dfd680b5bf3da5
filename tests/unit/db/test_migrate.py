from __future__ import annotations

import pytest

from answerable.core.errors import SetupError
from answerable.db.migrate import migrate


@pytest.mark.parametrize(
    "address", ["postgresql+psycopg://ana:secret@db/answers", "mysql://ana:secret@db", "secret"]
)
def test_what_is_no_address_of_postgresql_is_told_without_its_password(address: str) -> None:
    with pytest.raises(SetupError, match="DATABASE_URL") as refused:
        migrate(address)
    assert "postgresql://" in (refused.value.hint or "")
    assert "secret" not in f"{refused.value.detail} {refused.value.hint}"
    assert refused.value.__suppress_context__
