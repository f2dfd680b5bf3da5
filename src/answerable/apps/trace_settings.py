"""What is kept of an app's traces: the `traces:` block of its file. It changes no answer, so no variant has it."""

from __future__ import annotations

import logging
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from answerable.traces.types import ContentMode, TracePolicy

_log = logging.getLogger(__name__)

MAX_KEEP_DAYS: Final = 3650


class TraceSettings(BaseModel):
    """What an app says of its traces; what is None is as `[traces]` of the workspace has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    content: ContentMode | None = None
    keep_days: int | None = Field(None, ge=0, le=MAX_KEEP_DAYS, description="0 keeps them for ever")
    redact: dict[str, str] = Field({}, description="expressions of RE2, by what stands in their place")
    redact_ip: bool | None = None

    def to_policy(self, default: TracePolicy) -> TracePolicy:
        """Return what holds for the app; its patterns are added to those of the workspace."""
        return TracePolicy(
            content=default.content if self.content is None else self.content,
            keep_days=default.keep_days if self.keep_days is None else self.keep_days,
            patterns={**default.patterns, **self.redact},
            ip=default.ip if self.redact_ip is None else self.redact_ip,
        )

    def to_json(self) -> dict[str, Any]:
        """Return what differs from saying nothing, as the file has it."""
        return self.model_dump(mode="json", exclude_defaults=True)


def read_trace_settings(app: str, data: Any) -> TraceSettings:
    """Return what is stored of an app. What only another version can read keeps no content: less than was asked for."""
    try:
        return TraceSettings.model_validate(data)
    except ValidationError as error:
        _log.error(
            "What is kept of the traces of %s was set by another version; no content is: %s", app, error
        )
        return TraceSettings(content="none")
