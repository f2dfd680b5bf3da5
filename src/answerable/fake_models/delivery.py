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
_BREAKS_OFF = frozenset(
    {Behaviour.STALL, Behaviour.CUT_STREAM, Behaviour.TRUNCATE_STREAM, Behaviour.MALFORMED_JSON}
)
_EVENT_STREAM = {"content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}


async def refuse(connection: Connection, wire: Wire, behaviour: Behaviour, timing: Timing) -> bool:
    """Send the error that the behaviour stands for. Returns False when it stands for none."""
    if behaviour is Behaviour.RATE_LIMIT:
        error = wire.error(429, "Rate limit reached for this fake model.")
        await connection.send_json(429, error, {"retry-after": str(timing.retry_after)})
    elif behaviour is Behaviour.SERVER_ERROR:
        await connection.send_json(500, wire.error(500, "The fake model had an error."))
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
    if behaviour not in _BREAKS_OFF:
        await connection.send_json(200, value)
        return
    body = dump(value)
    # A promise of more bytes than come is what a connection that was cut looks like.
    promised = len(body) if behaviour is Behaviour.CUT_STREAM else len(body) // 2
    await connection.start(200, {"content-type": "application/json", "content-length": str(promised)})
    await connection.write(body[: len(body) // 2])
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
    if behaviour in _BREAKS_OFF:
        complete = list(frames)
        frames = islice(complete, len(complete) // 2)
    for frame in frames:
        await connection.write(frame)
        if await connection.pause(timing.token_delay):
            return
    if behaviour is Behaviour.STALL and await connection.pause(timing.stall):
        return
    if behaviour is Behaviour.MALFORMED_JSON:
        await connection.write(BROKEN_FRAME)
    await _break_off(connection, behaviour)


async def _break_off(connection: Connection, behaviour: Behaviour) -> None:
    """End the response; for a cut, leave it unfinished, which makes the ASGI server drop the connection."""
    connection.record.state = "failed"
    if behaviour is not Behaviour.CUT_STREAM:
        await connection.finish("failed" if behaviour in _BREAKS_OFF else "answered")
