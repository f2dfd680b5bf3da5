"""The apps that judge: those of the workspace, and the built-in ones, registered when they are first asked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import as_file
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any, Final

from answerable.apps.content import VariantContent
from answerable.apps.files.loader import PRODUCTION, load_apps
from answerable.apps.files.types import AppFile
from answerable.apps.service import AppService
from answerable.apps.types import App, Variant
from answerable.core.closeness import suggest
from answerable.core.errors import InvalidInput, NotFound, SetupError
from answerable.evaluation.judging.scale import find_scale
from answerable.evaluation.judging.types import JudgeApp
from answerable.evaluation.judging.version import JudgeRef
from answerable.llm.names import EXTRACTIVE

_PACKAGE: Final = "answerable.evaluation.judging.builtin"
_BY: Final = "answerable"
"""Who registers the built-in judges. What anybody else registers under their names is left alone."""


class JudgeApps:
    """Finds judges by name. `default_model` is what the built-in ones ask; it may change from start to start."""

    def __init__(self, apps: AppService, *, default_model: str) -> None:
        self._apps = apps
        self._default_model = default_model

    def find(self, name: str) -> JudgeApp:
        """Return the judge `APP` or `APP@VARIANT`. No I/O but the first reading of the built-in ones.

        Raises NotFound (`unknown_app`, `unknown_variant`), InvalidInput (`no_judge`) for an app that is none, and
        SetupError (`judge_needs_model`) for one that has no model but the one that quotes.
        """
        judge = _describe(name, self._get_variant(name))
        find_scale(judge.schema, app=name)
        if all(model == EXTRACTIVE for model in judge.models):
            raise SetupError(
                f"The judge {name!r} would ask {EXTRACTIVE}, which quotes sources and cannot judge.",
                hint="Set `default_model` in answerable.toml or `model` in the judge's file; without a model take"
                " evaluators that are code, such as `grounding` or `faithfulness: {offline: true}`.",
                code="judge_needs_model",
            )
        return judge

    def list_names(self) -> tuple[str, ...]:
        """Return the apps that can judge, by name: registered or built in."""
        registered = [app.name for app in self._apps.list_apps() if _can_judge(app)]
        return tuple(sorted({*registered, *list_builtin(default_model=self._default_model)}))

    def find_ref(self, name: str) -> JudgeRef:
        """Return the app and variant that a name means, also where it has no model now. Raises as `find` else does."""
        variant = self._get_variant(name)
        find_scale(_describe(name, variant).schema, app=name)
        return JudgeRef(name.partition("@")[0], variant.id)

    def read_schema(self, judge: JudgeRef) -> Mapping[str, Any]:
        """Return the output schema of a judge's variant. Raises NotFound."""
        builtin = self._find_builtin(judge.app)
        if builtin is not None and builtin.variants[0].id == judge.variant_id:
            return _describe(judge.app, builtin.variants[0]).schema
        name = f"{judge.app}@{judge.variant_id}"
        return _describe(name, self._apps.get_variant(name)).schema

    def is_builtin(self, app: str) -> bool:
        """Tell whether an app is a judge that came with Answerable, and not somebody's own of that name."""
        return self._find_builtin(app) is not None

    async def register(self, name: str) -> None:
        """Register a built-in judge that is not, or not with this model. Raises Unavailable."""
        builtin = self._find_builtin(name.partition("@")[0])
        if builtin is not None and not self._is_registered(builtin):
            await self._apps.apply([builtin], by=_BY)

    def _get_variant(self, name: str) -> Variant:
        app, at, _ = name.partition("@")
        builtin = None if at else self._find_builtin(app)
        if builtin is not None:
            return builtin.variants[0]
        try:
            return self._apps.get_variant(name)
        except NotFound as error:
            if error.code != "unknown_app":
                raise
            hint = suggest(app, self.list_names()) or f"There are {', '.join(self.list_names())}."
            raise NotFound(f"There is no judge {app!r}.", hint=hint, code="unknown_app") from error

    def _find_builtin(self, app: str) -> AppFile | None:
        """Return the built-in judge of that name, None where somebody has registered their own."""
        builtin = list_builtin(default_model=self._default_model).get(app)
        registered = next((one for one in self._apps.list_apps() if one.name == app), None)
        own = registered is not None and registered.labels[PRODUCTION].by != _BY
        return None if own else builtin

    def _is_registered(self, builtin: AppFile) -> bool:
        registered = next((one for one in self._apps.list_apps() if one.name == builtin.name), None)
        return (
            registered is not None and registered.labels[PRODUCTION].variant.hash == builtin.variants[0].hash
        )


@lru_cache(maxsize=4)
def list_builtin(*, default_model: str) -> dict[str, AppFile]:
    """Return the judges that come with Answerable, by name. Raises SetupError when their files are broken."""
    with as_file(package_files(_PACKAGE)) as folder:
        loaded = load_apps(folder, default_model=default_model)
    if loaded.errors:
        raise SetupError(
            f"A built-in judge is broken: {'; '.join(map(str, loaded.errors))}",
            hint="Install Answerable anew.",
        )
    return {app.name: app for app in loaded.apps}


def copy_builtin(name: str, workspace: Path) -> list[Path]:
    """Write the files of a built-in judge into a workspace, to be changed there; return what was written.

    Raises NotFound for another name, InvalidInput (`file_exists`) when a file is there: nothing is overwritten.
    """
    names = sorted(list_builtin(default_model=EXTRACTIVE))
    if name not in names:
        hint = suggest(name, names) or f"There are {', '.join(names)}."
        raise NotFound(f"There is no built-in judge {name!r}.", hint=hint, code="unknown_judge")
    parts = (Path("apps", f"{name}.yaml"), Path("prompts", f"{name}.md"))
    there = [part for part in parts if (workspace / part).exists()]
    if there:
        raise InvalidInput(
            f"{there[0]} is there already.", hint="Change it, or move it away first.", code="file_exists"
        )
    for part in parts:
        text = package_files(_PACKAGE).joinpath(str(part)).read_text(encoding="utf-8")
        (workspace / part).parent.mkdir(parents=True, exist_ok=True)
        (workspace / part).write_text(text, encoding="utf-8")
    return [workspace / part for part in parts]


def _describe(name: str, variant: Variant) -> JudgeApp:
    content: VariantContent = variant.content
    if content.output is None:
        raise InvalidInput(
            f"The app {name!r} is no judge: it has no typed output.",
            hint="Give it an output with `reason` (a string) and `score` (a number) or `verdict` (pass or fail).",
            code="no_judge",
        )
    return JudgeApp(
        name=name,
        variant=variant.id,
        inputs=tuple(content.input),
        schema=content.output.json_schema,
        models=tuple(model for tier in content.model for model in tier),
        temperature=content.temperature,
    )


def _can_judge(app: App) -> bool:
    try:
        find_scale(_describe(app.name, app.labels[PRODUCTION].variant).schema, app=app.name)
    except (InvalidInput, KeyError):
        return False
    return True
