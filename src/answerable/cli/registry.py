"""The commands of `answerable`, by name. A new one is a file in `commands` and a line here.

A line says where the command is and what the list of commands says of it, so that a command is imported only when it
is the one that runs: most of them bring the whole server along.
"""

from __future__ import annotations

from typing import NamedTuple


class CommandLine(NamedTuple):
    """Where a command is (a function, or a `typer.Typer` of several), as `module:name` below `cli.commands`."""

    place: str
    summary: str


COMMANDS: dict[str, CommandLine] = {
    "init": CommandLine("init:init", "Make a workspace."),
    "serve": CommandLine("serve:serve", "Serve the API and the console."),
    "worker": CommandLine("worker:worker", "Do ingestion jobs, beside a server."),
    "ingest": CommandLine("ingest:ingest", "Bring documents in."),
    "sweep": CommandLine("sweep:sweep", "Try settings of retrieval on a dataset, without a model."),
    "indexes": CommandLine("indexes:indexes", "Keep several indexes of a collection side by side."),
    "search": CommandLine("search:search", "Find the passages that fit a query."),
    "ask": CommandLine("ask:ask", "Ask a question over the documents of a collection."),
    "run": CommandLine("run:run", "Run an app once, or over a file of rows."),
    "datasets": CommandLine("datasets:datasets", "Golden sets: examples, their versions, files of them."),
    "eval": CommandLine("eval:eval_", "Measure an app, or anything else, on a dataset."),
    "evals": CommandLine("evals:evals", "Look at eval runs, and compare them."),
    "gate": CommandLine("gate:gate", "Decide whether a variant may take another one's place."),
    "traces": CommandLine("traces:traces", "Look at what happened in each run."),
    "review": CommandLine("review:review", "Let people review answers."),
    "judges": CommandLine("judges:judges", "List judges, and hold them against people."),
    "usage": CommandLine("usage:usage", "Show requests, tokens and cost by app, model, key ..."),
    "alerts": CommandLine("alerts:alerts", "List, silence and try out alerts."),
    "apply": CommandLine("apply:apply", "Register the apps of the workspace's files."),
    "apps": CommandLine("apps:apps", "Look at apps and their variants, and move labels."),
    "export": CommandLine("export:export", "Write registered apps back to files."),
    "models": CommandLine("models:models", "List the models: price, abilities, reachable or not."),
    "keys": CommandLine("keys:keys", "Make, list and revoke API keys."),
    "audit": CommandLine("audit:audit", "Look at who changed what."),
    "doctor": CommandLine("doctor:doctor", "Check what works, and what does not."),
    "fake-models": CommandLine("fake_models:fake_models", "Answer like a model provider, for tests."),
}
