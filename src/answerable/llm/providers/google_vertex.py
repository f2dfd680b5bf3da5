"""Google Gemini on Google Cloud (Vertex AI), with the credentials that the machine has for it."""

from __future__ import annotations

import httpx2
from pydantic_ai.providers.google_cloud import GoogleCloudProvider

from answerable.core.errors import SetupError
from answerable.llm.providers.google import build_kit
from answerable.llm.providers.kit import Kit
from answerable.llm.providers.types import ProviderSettings

DEFAULT_LOCATION = "us-central1"


def build(settings: ProviderSettings, http: httpx2.AsyncClient) -> Kit:
    project = settings.options.get("project")
    if not project:
        raise SetupError(
            f"The model provider {settings.name!r} has no project.",
            hint="Set GOOGLE_CLOUD_PROJECT in the environment, or `project` in "
            f"[providers.{settings.name}.options] of answerable.toml.",
        )
    provider = GoogleCloudProvider(
        project=project,
        location=settings.options.get("location", DEFAULT_LOCATION),
        base_url=settings.base_url,
        http_client=http,
    )
    return build_kit(provider)
