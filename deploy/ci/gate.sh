#!/usr/bin/env bash
# Gates a change: what `production` of an app's file is at HEAD against what it is at another commit.
#
#   ci/gate.sh APP COMMIT [WORKSPACE]
#
# WORKSPACE is the folder of the workspace in the repository (apps/, prompts/, datasets/), else the repository itself.
# The datasets of `datasets/*.yaml` at HEAD are imported; what an app searches is ingested from the folder that
# GATE_DOCUMENTS names. Writes gate.md and exits as `answerable gate` does: 0 pass, 1 fail, 3 inconclusive.
set -euo pipefail

app=$1 commit=$2 folder=${3:-}
here=$PWD
workspace=$(mktemp -d)
trap 'rm -rf "$workspace"' EXIT
echo "The gate has not come to a verdict: see the log of the job." > gate.md

# Replaces the files of the workspace, not its database, by those of a commit.
take() {
    find "$workspace" -mindepth 1 -maxdepth 1 ! -name .answerable -exec rm -rf {} +
    git archive "$1:$folder" | tar -x -C "$workspace"
    [ -e "$workspace/answerable.toml" ] || touch "$workspace/answerable.toml"
}

# Registers the files, and prints which variant `production` of the app is on by them; nothing where there is no app.
register() {
    answerable apply --json --workspace "$workspace" | python3 -c '
import json, sys
apps = {app["name"]: app for app in json.load(sys.stdin).get("apps", [])}
print(apps[sys.argv[1]]["labels"]["production"]["after"] if sys.argv[1] in apps else "")' "$app"
}

take "$commit"
baseline=$(register)
take HEAD
candidate=$(register)
if [ -z "$baseline" ]; then
    echo "The app $app is new: there is nothing that it could be worse than." | tee gate.md
    exit 0
fi
for file in "$workspace"/datasets/*.yaml; do
    [ -e "$file" ] || continue
    answerable datasets import "$(basename "$file" .yaml)" "$file" --replace --workspace "$workspace"
done
if [ -n "${GATE_DOCUMENTS:-}" ]; then
    answerable ingest "$here/$GATE_DOCUMENTS" --workspace "$workspace"
fi
answerable gate "$app" --candidate "$candidate" --baseline "$baseline" --markdown gate.md --workspace "$workspace"
