"""The ways to misbehave, and the choice of one for a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from answerable.fake_models.exchange import BadRequestError

HEADER = "x-fake-behaviour"
MARK = "!"


class Behaviour(StrEnum):
    NORMAL = "normal"
    RATE_LIMIT = "rate_limit"
    """429 with `Retry-After`."""
    SERVER_ERROR = "server_error"
    """500."""
    SLOW_FIRST_TOKEN = "slow_first_token"  # noqa: S105
    """The headers come at once, the first token only after `Timing.slow_first_token`."""
    STALL = "stall"
    """Half of the answer, then silence with the connection open."""
    CUT_STREAM = "cut_stream"
    """Half of the answer, then the connection is torn down."""
    TRUNCATE_STREAM = "truncate_stream"
    """Half of the answer, then a clean end of the HTTP response, without the end of the message."""
    MALFORMED_JSON = "malformed_json"
    """Half of the answer, then JSON that does not parse."""
    WRONG_CITATION = "wrong_citation"
    """The right sentence with the number of another source."""
    HALLUCINATION = "hallucination"
    """One more sentence, which no source holds, with a citation."""
    EMPTY = "empty"
    """A complete answer without any text."""
    INVALID_OUTPUT = "invalid_output"
    """JSON that does not fit the schema that was asked for; text as usual where none was."""
    NEVER_VALID = "never_valid"
    """Words in place of the JSON that was asked for, or for a tool no arguments at all."""
    SCHEMA_REJECTED = "schema_rejected"
    """400 for every request that comes with a schema, as for one that the provider does not support."""
    HTML = "html"
    """200 with an HTML page, as a captive portal or a wrong address sends."""
    BAD_GATEWAY = "bad_gateway"
    """502 with an HTML page, as a proxy sends."""
    ENDLESS = "endless"
    """An answer that goes on until the caller hangs up, whatever `max_tokens` says."""
    RENAMED = "renamed"
    """The usual answer, by a model that calls itself otherwise and has another fingerprint."""
    PATCHED = "patched"
    """The usual answer with another fingerprint; only chat completions have one."""
    DRIFTED = "drifted"
    """The model that it always says it is has become shy: it passes on three of four questions."""
    DETAILED_USAGE = "detailed_usage"
    """The usual answer, of whose tokens some were cached, written to the cache, and used for reasoning."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How slow the server is, in seconds; zero everywhere is as fast as it can be."""

    latency: float = 0.0
    token_delay: float = 0.0
    slow_first_token: float = 5.0
    stall: float = 3600.0
    retry_after: int = 1


class BehaviourPlan:
    """What the whole server does: a usual behaviour, and an exception for the next few requests."""

    def __init__(self, usual: Behaviour = Behaviour.NORMAL) -> None:
        self.usual = usual
        self._next = usual
        self._times = 0

    def set(self, behaviour: Behaviour, *, times: int | None = None) -> None:
        """Misbehave so for the next `times` requests; for good when `times` is None."""
        if times is None:
            self.usual, self._times = behaviour, 0
        else:
            self._next, self._times = behaviour, times

    def take(self) -> Behaviour:
        """Return the behaviour for one request, and count it."""
        if self._times == 0:
            return self.usual
        self._times -= 1
        return self._next


def get_behaviour(name: str) -> Behaviour:
    """Return the behaviour called `name`. Raises BadRequestError with the names that exist."""
    try:
        return Behaviour(name)
    except ValueError:
        known = ", ".join(Behaviour)
        raise BadRequestError(f"There is no behaviour {name!r}; there are {known}.") from None


def choose_behaviour(model: str, headers: Mapping[str, str], plan: BehaviourPlan) -> Behaviour:
    """Return the behaviour that the model's name asks for (`fake-1!stall`), else the header, or the plan."""
    _, mark, suffix = model.partition(MARK)
    if mark:
        return get_behaviour(suffix)
    if HEADER in headers:
        return get_behaviour(headers[HEADER])
    return plan.take()


def get_plain_name(model: str) -> str:
    """Return the model's name without its behaviour."""
    return model.partition(MARK)[0]
