"""How an answer goes out: at once, as a stream, or spoiled on the way."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from answerable.fake_models.answers import answer
from answerable.fake_models.behaviours import Behaviour, Timing
from answerable.fake_models.connection import Connection
from answerable.fake_models.exchange import Prompt, Wire
from answerable.fake_models.frames import dump

BROKEN_FRAME = b'event: broken\ndata: {"choices": [{"delta": {"content": "and th\n\n'
PAGE = b"<!doctype html>\n<html><head><title>Sign in</title></head><body>Please sign in.</body></html>\n"
_HALVED = frozenset(
    {
        Behaviour.STALL,
        Behaviour.CUT_STREAM,
        Behaviour.TRUNCATE_STREAM,
        Behaviour.MALFORMED_JSON,
        Behaviour.ENDLESS,
    }
)
_FAILED = _HALVED - {Behaviour.ENDLESS}
_EVENT_STREAM = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
_PAGES = {Behaviour.HTML: 200, Behaviour.BAD_GATEWAY: 502}
_FLOOD_PAUSE = 0.001
_FLOOD_FRAMES = 20


async def refuse(
    connection: Connection, wire: Wire, prompt: Prompt, behaviour: Behaviour, timing: Timing
) -> bool:
    """Send what the behaviour stands for instead of an answer. Returns False when it stands for none."""
    if behaviour is Behaviour.RATE_LIMIT:
        error = wire.error(429, "Rate limit reached for this fake model.")
        await connection.send_json(429, error, {"retry-after": str(timing.retry_after)})
    elif behaviour is Behaviour.SERVER_ERROR:
        await connection.send_json(500, wire.error(500, "The fake model had an error."))
    elif behaviour in _PAGES:
        await connection.send(_PAGES[behaviour], PAGE, "text/html; charset=utf-8")
    elif behaviour is Behaviour.SCHEMA_REJECTED and prompt.has_schema:
        complaint = "Invalid schema: 'additionalProperties' is required to be supplied and to be false."
        await connection.send_json(400, wire.error(400, complaint))
    else:
        return False
    return True


async def send_whole(
    connection: Connection, wire: Wire, prompt: Prompt, behaviour: Behaviour, timing: Timing
) -> None:
    """Answer in one piece; a stall or a slow first token delays all of it."""
    delay = {Behaviour.STALL: timing.stall, Behaviour.SLOW_FIRST_TOKEN: timing.slow_first_token}
    if await connection.pause(timing.latency + delay.get(behaviour, 0.0)):
        return
    value = wire.whole(prompt, answer(prompt, behaviour))
    if behaviour not in _HALVED:
        await connection.send_json(200, value)
        return
    body = dump(value)
    half = body[: len(body) // 2]
    if behaviour is Behaviour.ENDLESS:
        await connection.start(200, {"content-type": "application/json"})
        await connection.write(half)
        await _flood(connection, b" and so on" * 10_000)
        return
    # A promise of more bytes than come is what a connection that was cut looks like.
    promised = len(body) if behaviour is Behaviour.CUT_STREAM else len(half)
    await connection.start(200, {"content-type": "application/json", "content-length": str(promised)})
    await connection.write(half)
    await _break_off(connection, behaviour)


async def send_stream(
    connection: Connection, wire: Wire, prompt: Prompt, behaviour: Behaviour, timing: Timing
) -> None:
    """Answer in frames, as far as the behaviour lets it come."""
    if await connection.pause(timing.latency):
        return
    frames: Iterator[bytes] = wire.frames(prompt, answer(prompt, behaviour))
    await connection.start(200, _EVENT_STREAM)
    if behaviour is Behaviour.SLOW_FIRST_TOKEN and await connection.pause(timing.slow_first_token):
        return
    last = b""
    if behaviour in _HALVED:
        complete = list(frames)
        frames = islice(complete, len(complete) // 2)
    for last in frames:
        await connection.write(last)
        if await connection.pause(timing.token_delay):
            return
    if behaviour is Behaviour.ENDLESS:
        await _flood(connection, last * _FLOOD_FRAMES, timing.token_delay)
        return
    if behaviour is Behaviour.STALL and await connection.pause(timing.stall):
        return
    if behaviour is Behaviour.MALFORMED_JSON:
        await connection.write(BROKEN_FRAME)
    await _break_off(connection, behaviour)


async def _flood(connection: Connection, data: bytes, delay: float = 0.0) -> None:
    """Send the same again and again until the caller hangs up."""
    while not await connection.pause(max(delay, _FLOOD_PAUSE)):
        await connection.write(data)


async def _break_off(connection: Connection, behaviour: Behaviour) -> None:
    """End the response; for a cut, leave it unfinished, which makes the ASGI server drop the connection."""
    connection.record.state = "failed"
    if behaviour is not Behaviour.CUT_STREAM:
        await connection.finish("failed" if behaviour in _FAILED else "answered")
