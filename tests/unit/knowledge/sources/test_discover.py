"""What `ingest` finds below a path, and how it names it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from answerable.knowledge.sources.discover import discover
from answerable.knowledge.sources.types import SourceItem, SourceLimits, SourceProblem
from answerable.knowledge.sources.uris import belongs_to, file_uri
from tests.fakes.documents import make_zip, make_zip_bomb


def write(folder: Path, *names: str, text: str = "x") -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def list_names(folder: Path, **options: tuple[str, ...]) -> list[str]:
    """Return the files found below a folder, relative to it."""
    prefix = file_uri(str(folder)) + "/"
    found = discover([str(folder)], **options)  # type: ignore[arg-type]
    return [item.uri.removeprefix(prefix) for item in found if isinstance(item, SourceItem)]


def find_problem(*paths: Path, limits: SourceLimits | None = None) -> SourceProblem:
    problems = [
        found
        for found in discover([str(path) for path in paths], limits=limits)
        if isinstance(found, SourceProblem)
    ]
    assert len(problems) == 1
    return problems[0]


def test_folder_comes_sorted_without_hidden_files_and_tool_folders(tmp_path: Path) -> None:
    write(
        tmp_path,
        "b.md",
        "a.md",
        "sub/c.md",
        ".hidden",
        ".git/config",
        "node_modules/x.js",
        "sub/__pycache__/y.pyc",
    )
    assert list_names(tmp_path) == ["a.md", "b.md", "sub/c.md"]


def test_same_folder_has_the_same_names_from_any_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "docs/a.md")
    absolute = [item.uri for item in discover([str(tmp_path / "docs")])]
    monkeypatch.chdir(tmp_path)
    assert [item.uri for item in discover(["docs"])] == absolute
    monkeypatch.chdir(tmp_path / "docs")
    assert [item.uri for item in discover(["."])] == absolute == [f"file://{tmp_path}/docs/a.md"]


def test_name_with_characters_of_uris_stays_readable_and_unambiguous(tmp_path: Path) -> None:
    write(tmp_path, "Über uns #1?.md")
    (item,) = discover([str(tmp_path)])
    assert item.uri == f"file://{tmp_path}/Über uns %231%3F.md"
    assert belongs_to(item.uri, file_uri(str(tmp_path)))
    assert not belongs_to(item.uri, file_uri(str(tmp_path))[:-1])


def test_ignore_files_follow_the_rules_of_git(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "drafts/b.md", "keep.log", "x.log", "sub/y.log", "sub/important.log")
    (tmp_path / ".gitignore").write_text("drafts/\n*.log\n!keep.log\n", encoding="utf-8")
    (tmp_path / "sub" / ".answerableignore").write_text("!important.log\n", encoding="utf-8")
    assert list_names(tmp_path) == ["a.md", "keep.log", "sub/important.log"]


def test_globs_choose_among_files(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "b.txt", "sub/c.md", "sub/d.md")
    assert list_names(tmp_path, include=("*.md",), exclude=("/sub/d.md",)) == ["a.md", "sub/c.md"]


def test_a_file_that_is_named_is_taken_whatever_the_globs_say(tmp_path: Path) -> None:
    write(tmp_path, "b.txt")
    (item,) = discover([str(tmp_path / "b.txt")], include=("*.md",))
    assert isinstance(item, SourceItem)


def test_a_file_below_two_paths_comes_once(tmp_path: Path) -> None:
    write(tmp_path, "a.md")
    assert len(list(discover([str(tmp_path), str(tmp_path / "a.md")]))) == 1


def test_sidecar_is_no_document(tmp_path: Path) -> None:
    write(tmp_path, "a.pdf", "a.pdf.meta.yaml")
    assert list_names(tmp_path) == ["a.pdf"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nothing.md", "no such file"),
        ("empty.md", "empty"),
        ("a.tar.gz", "Only zip"),
        ("broken.zip", "cannot be read"),
    ],
)
def test_what_cannot_be_taken_is_a_problem_with_a_reason(tmp_path: Path, name: str, reason: str) -> None:
    write(tmp_path, "a.tar.gz", "broken.zip")
    (tmp_path / "empty.md").touch()
    problem = find_problem(tmp_path / name)
    assert reason in problem.reason
    assert problem.hint


def test_a_pattern_that_no_shell_has_spread_is_told_the_option(tmp_path: Path) -> None:
    assert "--include" in find_problem(tmp_path / "*.md").hint


def test_device_is_refused() -> None:
    assert "neither a file nor a folder" in find_problem(Path(os.devnull)).reason


def test_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "secret.txt", "docs/a.md")
    (tmp_path / "docs" / "leak.txt").symlink_to(tmp_path / "secret.txt")
    problem = find_problem(tmp_path / "docs")
    assert "out of the folder" in problem.reason
    assert problem.uri.endswith("leak.txt")


def test_links_inside_the_folder_work_without_duplicates_and_loops_end(tmp_path: Path) -> None:
    write(tmp_path, "..data/settings.md", "real/a.md")
    (tmp_path / "settings.md").symlink_to("..data/settings.md")  # as Kubernetes mounts a ConfigMap
    (tmp_path / "again").symlink_to("real")
    (tmp_path / "real" / "loop").symlink_to(tmp_path)
    assert list_names(tmp_path) == ["real/a.md", "settings.md"]


def test_link_to_the_folder_itself_keeps_its_own_name(tmp_path: Path) -> None:
    write(tmp_path, "releases/17/a.md")
    (tmp_path / "current").symlink_to("releases/17")
    (item,) = discover([str(tmp_path / "current")])
    assert item.uri == f"file://{tmp_path}/current/a.md"


def test_walk_stops_at_the_bound(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "b.md", "c.md")
    found = list(discover([str(tmp_path)], limits=SourceLimits(max_files=2)))
    assert [type(one) for one in found] == [SourceItem, SourceItem, SourceProblem]


def test_members_of_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "docs.zip"
    path.write_bytes(
        make_zip({"b/two.md": b"two", "a.md": b"one", "__MACOSX/a.md": b"no", "a.md.meta.yaml": b"no"})
    )
    found = list(discover([str(path)]))
    root = file_uri(str(path))
    assert [(one.uri, one.member) for one in found if isinstance(one, SourceItem)] == [
        (f"{root}!/a.md", "a.md"),
        (f"{root}!/b/two.md", "b/two.md"),
    ]
    assert all(belongs_to(one.uri, root) for one in found)


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"../../etc/passwd": b"x"}, "out of the archive"),
        ({"/etc/passwd": b"x"}, "out of the archive"),
        ({"a\\..\\b.md": b"x"}, "out of the archive"),
        ({"inner.zip": b"x"}, "inside an archive"),
        ({"empty.md": b""}, "empty"),
        ({}, "no files"),
    ],
)
def test_members_that_are_left_out(tmp_path: Path, members: dict[str, bytes], reason: str) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(make_zip(members))
    assert reason in find_problem(path).reason


def test_zip_bomb_is_refused_by_its_ratio_and_by_its_sum(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    path.write_bytes(make_zip_bomb(8))
    assert "zip bomb" in find_problem(path).reason
    assert "unpacks to more" in find_problem(path, limits=SourceLimits(archive_bytes=1 << 20)).reason


def test_archive_of_too_many_files_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    path.write_bytes(make_zip({f"{number}.md": b"x" for number in range(5)}))
    assert "more than 4 files" in find_problem(path, limits=SourceLimits(archive_members=4)).reason
