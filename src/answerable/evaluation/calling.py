"""Calls of the user's functions: one that hangs or blocks takes a thread of its own, and never the event loop."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from answerable.core.errors import Unavailable

_MAX_HANGING: Final = 4
"""Calls that may go on after their deadline; a thread cannot be ended, so after these nothing more is started."""


class Caller:
    """Calls one function. What is `async` runs on the event loop, anything else in a thread of its own.

    Without `patience` an async function too that was given up on several times is not called any more.
    """

    def __init__(self, function: Callable[..., Any], *, patience: bool = True) -> None:
        self._function = function
        self._patience = patience
        self._is_async = inspect.iscoroutinefunction(function)
        self._hanging = 0

    async def call(self, arguments: Mapping[str, Any]) -> Any:
        """Return what the function does. Raises what it raises, and Unavailable when too many calls of it hang."""
        if self._hanging >= _MAX_HANGING:
            raise Unavailable(
                f"{_MAX_HANGING} calls of {self._function.__name__} hang.", hint="Let it end by itself."
            )
        if self._is_async:
            return await self._call_here(arguments)
        return await self._call_in_thread(arguments)

    async def _call_here(self, arguments: Mapping[str, Any]) -> Any:
        try:
            return await self._function(**arguments)
        except asyncio.CancelledError:
            self._hanging += not self._patience
            raise

    async def _call_in_thread(self, arguments: Mapping[str, Any]) -> Any:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()
        context = contextvars.copy_context()

        def settle(result: Any, error: BaseException | None) -> None:
            if done.done():  # it came too late
                self._hanging -= 1
                return
            if error is None:
                done.set_result(result)
            else:
                done.set_exception(error)

        def run() -> None:
            result, error = None, None
            try:
                result = context.run(self._function, **arguments)
            except BaseException as raised:  # SystemExit of the user's code ends its call, not the run
                error = raised if _may_pass(raised) else RuntimeError(f"{type(raised).__name__}: {raised}")
            with suppress(RuntimeError):  # the loop may be closed by now: nobody waits any more
                loop.call_soon_threadsafe(settle, result, error)

        threading.Thread(target=run, daemon=True, name="users-function").start()
        try:
            result = await done
        except asyncio.CancelledError:
            self._hanging += done.cancelled()  # whoever waited gave up, and the thread goes on
            raise
        return await result if inspect.isawaitable(result) else result


def _may_pass(error: BaseException) -> bool:
    """Whether an error can be given to the one that waits; a future takes no StopIteration."""
    return isinstance(error, Exception) and not isinstance(error, StopIteration)
