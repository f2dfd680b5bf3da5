"""What is exported is read back as what is registered, and nobody's file is lost for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerable.apps.exporting import export_app, says_the_same
from answerable.apps.files.dump import dump_app
from answerable.apps.files.loader import load_apps
from answerable.apps.service import AppService
from answerable.cli.written_files import write_files
from answerable.core.errors import InvalidInput, SetupError
from tests.integration.apps.files import make_file


def export(apps: AppService, folder: Path, *, force: bool = False) -> None:
    """Write the app `listing` to the folder."""
    app = apps.get_app("listing")
    exported = export_app(app)
    texts = dump_app(app.name, app.kind, app.description, exported.labels, exported.variants)
    assert not write_files(folder, texts, force=force).refused


async def test_a_label_moved_by_hand_is_in_the_exported_file(apps: AppService, tmp_path: Path) -> None:
    await apps.apply(
        [make_file(photo="Describe it.", terse="Be brief.", description="From a photo")], by="ci"
    )
    await apps.move_label("listing", "production", "terse", by="ana", reason="Half the tokens.")
    export(apps, tmp_path)
    (file,) = load_apps(tmp_path, default_model="a:b").apps
    assert (file.description, dict(file.labels)) == ("From a photo", {"production": "terse"})
    assert [variant.name for variant in file.variants] == ["photo", "terse"]
    report = await apps.apply([file], by="ci")
    assert not report.changed
    assert not apps.get_app("listing").labels["production"].held


async def test_a_rollback_is_exported_and_what_was_rolled_back_is_kept_beside_it(
    apps: AppService, tmp_path: Path
) -> None:
    labels = {"production": "photo", "candidate": "photo"}
    await apps.apply([make_file(labels=labels, photo="Describe it.")], by="ci")
    good = apps.get_variant()
    await apps.apply([make_file(labels=labels, photo="Describe it badly.")], by="ci")
    bad = apps.get_variant()
    await apps.move_label("listing", "production", good.hash, by="ana", reason="It was bad.")
    export(apps, tmp_path)
    (file,) = load_apps(tmp_path, default_model="a:b").apps
    assert dict(file.labels) == {"production": "photo", "candidate": f"photo-{bad.hash[:7]}"}
    assert {variant.name: variant.hash for variant in file.variants} == {
        "photo": good.hash,
        f"photo-{bad.hash[:7]}": bad.hash,
    }
    await apps.apply([file], by="ci")
    assert apps.get_variant("listing@photo").hash == apps.get_variant("listing").hash == good.hash
    assert apps.get_variant("listing@candidate").hash == bad.hash


async def test_a_file_that_says_it_in_other_words_says_the_same(apps: AppService, tmp_path: Path) -> None:
    (tmp_path / "apps").mkdir()
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts/it.md").write_text("{% block user %}Describe it.{% endblock %}")
    variants = "variants:\n  one: {prompt: prompts/it.md}\n  two: {extends: one, temperature: 1}\n"
    (tmp_path / "apps/listing.yaml").write_text(f"kind: prompt  # a comment\n{variants}")
    (file,) = load_apps(tmp_path, default_model="a:b").apps
    await apps.apply([file], by="ci")
    app = apps.get_app("listing")
    assert says_the_same(file, app, export_app(app))
    await apps.move_label("listing", "production", "two", by="ana", reason="Warmer.")
    app = apps.get_app("listing")
    assert not says_the_same(file, app, export_app(app))


def test_a_file_with_another_content_is_only_replaced_by_force(tmp_path: Path) -> None:
    (tmp_path / "mine.md").write_text("by hand")
    (tmp_path / "same.md").write_text("as it is")
    texts = {"mine.md": "by export", "same.md": "as it is", "new/one.md": "ünï\n"}
    refused = write_files(tmp_path, texts, force=False)
    assert (refused.refused, refused.written) == (("mine.md",), ())
    assert (tmp_path / "mine.md").read_text() == "by hand"
    assert not (tmp_path / "new").exists()
    forced = write_files(tmp_path, texts, force=True)
    assert (forced.written, forced.unchanged) == (("mine.md", "new/one.md"), ("same.md",))
    assert {name: (tmp_path / name).read_bytes().decode() for name in texts} == texts


@pytest.mark.parametrize("name", ["../out.md", "/tmp/out.md", "link/out.md"])
def test_nothing_is_written_outside_of_the_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path)
    with pytest.raises(InvalidInput, match="out of"):
        write_files(folder, {"fine.md": "x", name: "x"}, force=True)
    assert not (tmp_path / "out.md").exists()
    assert not (folder / "fine.md").exists()


def test_a_folder_that_is_a_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "apps").write_text("not a folder")
    with pytest.raises(SetupError, match="--to"):
        write_files(tmp_path, {"apps/listing.yaml": "x"}, force=False)
