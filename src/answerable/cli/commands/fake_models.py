"""`answerable fake-models`: a model server that answers from its prompt's sources, and misbehaves on demand."""

from __future__ import annotations

from typing import Annotated

import typer

from answerable.core.errors import SetupError
from answerable.fake_models.behaviours import Behaviour, Timing
from answerable.fake_models.endpoints import CONTEXT
from answerable.fake_models.server import serve


def fake_models(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes any that is free.")] = 8010,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    behaviour: Annotated[Behaviour | None, typer.Option(help="Misbehave like this at every request.")] = None,
    latency: Annotated[float, typer.Option(min=0, help="Seconds before the first byte.")] = 0.0,
    context: Annotated[
        int, typer.Option(min=0, help="Tokens that the model says it takes; 0: it does not say.")
    ] = CONTEXT,
) -> None:
    """Speak the OpenAI and Anthropic wire formats without a model, for tests and for trying things out."""

    def ready(url: str) -> None:
        typer.echo(f"Fake models at {url}/v1 (OpenAI) and {url} (Anthropic). Ctrl-C stops them.")

    try:
        timing = Timing(latency=latency)
        serve(host, port, behaviour=behaviour, timing=timing, context=context, on_ready=ready)
    except OSError as error:
        raise SetupError(
            f"{host}:{port} cannot be listened on: {error.strerror}.", hint="Choose another --port."
        ) from error
