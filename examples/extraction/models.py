"""The output of the app `logs`. Answerable takes its JSON Schema; your own code can read answers with the class."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Incident(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str
    severity: Literal["info", "warning", "error", "critical"]
    first_seen: str = Field(description="the time as it stands in the log")
    count: int = Field(ge=1, description="how many lines tell of it")
    probable_cause: str
    evidence: str = Field(description="one line of the log, copied")


class LogSummary(BaseModel):
    model_config = ConfigDict(extra="forbid")

    summary: str = Field(description="what happened, in two sentences")
    healthy: bool = Field(description="whether the service does its work at the end of the log")
    incidents: list[Incident]
