"""Secrets of the settings, or of the environment where they name a variable."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import SecretStr

from answerable.core.errors import SetupError


def read_secret(
    given: SecretStr | None, variable: str | None, environ: Mapping[str, str], *, of: str
) -> str | None:
    """Return a secret of the settings, or of the environment where they name a variable. Raises SetupError."""
    if variable is None:
        return None if given is None else given.get_secret_value()
    found = environ.get(variable)
    if not found:
        raise SetupError(f"{of} from {variable}, which is not set.", hint=f"Set {variable}.")
    return found
