"""The pinned names: OpenTelemetry's are those of the installed package, ours are all described."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from answerable.traces import conventions

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "opentelemetry.md"
GROUPS = ("gen_ai", "openai", "http", "url", "error", "user")


def list_names() -> set[str]:
    """Return every attribute name that the mapping pins."""
    return {
        value
        for name, value in vars(conventions).items()
        if name.isupper() and isinstance(value, str) and "." in value
    }


def list_standard_names() -> set[str]:
    names: set[str] = set()
    for group in GROUPS:
        for kind in ("attributes", "_incubating.attributes"):
            try:
                module = import_module(f"opentelemetry.semconv.{kind}.{group}_attributes")
            except ModuleNotFoundError:
                continue
            names |= {
                value for name, value in vars(module).items() if name.isupper() and isinstance(value, str)
            }
    return names


def test_names_of_opentelemetry_are_those_of_the_installed_conventions() -> None:
    foreign = {name for name in list_names() if not name.startswith("answerable.")}
    assert len(foreign) > 25
    assert foreign <= list_standard_names()


def test_every_name_of_ours_is_described() -> None:
    ours = {name for name in list_names() if name.startswith("answerable.")}
    assert ours == set(conventions.DESCRIPTIONS)


def test_the_guide_lists_them_all() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    for name, words in conventions.DESCRIPTIONS.items():
        assert f"| `{name}` | {words} |" in text
    assert {name for name in list_names() if f"`{name}`" not in text} == set()
