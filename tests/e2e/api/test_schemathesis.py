"""Whatever the schema allows, and what it forbids, is answered: schemathesis finds no request that ends in a 5xx."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from tests.e2e.running import RunningServer, run_command, running_server
from tests.fakes.sources import write_documents

Operation = schemathesis.APIOperation[Any, Any, Any, Any]
Case = schemathesis.Case[Operation]

EXAMPLES = 15
"""For each operation; they are the same in every run."""

# Names that lead somewhere: what is made up is nearly always a 404.
_KNOWN = {"app": "ask", "model": "ask", "name": "docs", "collection": "docs"}
_ENDLESS = frozenset({"/v1/traces/tail"})
"""Answers that go on until the caller has enough, which schemathesis never has."""
_QUESTION: dict[str, Any] = {"role": "user", "content": "How tall is the lighthouse of Skagen?"}
_REFUSED = ("n", "tools", "functions", "logprobs", "modalities", "audio", "web_search_options")


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server that nothing else is on: what the requests make or delete is gone with it."""
    base: Path = tmp_path_factory.mktemp("schemathesis")
    documents = write_documents(base / "documents")
    workspace = base / "workspace"
    workspace.mkdir()
    (workspace / "answerable.toml").write_text("[server]\nrequests_per_minute = 0\n")
    with running_server(workspace) as server:
        run_command("ingest", str(documents), workspace=workspace)
        yield server


def list_cases(operation: Operation) -> st.SearchStrategy[Case]:
    """Return requests that fit the schema, that do not, and that fit and name what is there."""
    named = {parameter.name for parameter in operation.path_parameters}
    known = {name: value for name, value in _KNOWN.items() if name in named}
    return st.one_of(
        operation.as_strategy(GenerationMode.POSITIVE),
        operation.as_strategy(GenerationMode.POSITIVE, path_parameters=known).map(_name_what_is_there),
        operation.as_strategy(GenerationMode.NEGATIVE),
    )


def _name_what_is_there(case: Case) -> Case:
    """Let the request come further than to its first refusal."""
    body = case.body
    if isinstance(body, dict):
        body |= {name: value for name, value in _KNOWN.items() if name in body}
        if "messages" in body:
            body["messages"] = [_QUESTION]
            case.body = {name: value for name, value in body.items() if name not in _REFUSED}
    return case


def find_failure(operation: Operation, server: RunningServer, session: requests.Session) -> str | None:
    """Return how the server failed to answer a request to the operation, None when it answered them all."""

    @seed(3)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=list_cases(operation))
    def check(case: Case) -> None:
        answer = case.call(base_url=server.url, session=session, timeout=30)
        assert answer.status_code < 500, f"{answer.status_code} {answer.text[:500]}\n{case.as_curl_command()}"

    try:
        check()
    except AssertionError as failure:
        return f"{operation.label}: {failure}"
    return None


def list_operations(url: str, headers: dict[str, str]) -> list[Operation]:
    """Return all operations that are served; what deletes comes last, since the others need what is there."""
    operations = []
    for result in schemathesis.openapi.from_url(f"{url}/openapi.json", headers=headers).get_all_operations():
        assert isinstance(result, Ok), result
        operation = result.ok()
        if operation.path not in _ENDLESS:
            operations.append(operation)
    return sorted(operations, key=lambda operation: operation.method == "delete")


def test_no_request_ends_in_a_5xx(own_server: RunningServer) -> None:
    headers = {"Authorization": f"Bearer {own_server.admin_key}"}
    operations = list_operations(own_server.url, headers)
    assert len(operations) > 10
    with requests.Session() as session:
        session.headers.update(headers)
        session.trust_env = False
        failures = [find_failure(operation, own_server, session) for operation in operations]
    assert not list(filter(None, failures)), "\n\n".join(filter(None, failures))
