"""The command as a fork of a process that has imported it: a process of its own, without the second that imports take.

The parent imports every command before any thread or event loop exists, and forks for each request. The child gets
arguments, folder, environment and standard streams of its own, runs `python -m answerable` from its first line, and
ends as an interpreter ends. Nothing that a command does is seen by another. What this leaves out, that the interpreter
can start each command, is what tests/architecture/test_weight.py tests.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import random
import runpy
import selectors
import socket
import sys
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from answerable.cli.registry import COMMANDS

_NUMBER = 8
_REQUEST_BYTES = 1 << 18
_DESCRIPTORS = 4


class _Request(NamedTuple):
    args: list[str]
    folder: str
    environment: dict[str, str]
    streams: list[int]


def main() -> None:
    for line in COMMANDS.values():
        import_module("answerable.cli.commands." + line.place.partition(":")[0])
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads != 1:
        sys.exit(f"An import started {threads - 1} threads: a fork would lack them, and may hang.")
    # What is there now is never garbage; a child that looks through it would only copy its pages.
    gc.collect()
    gc.freeze()
    request = _serve(socket.socket(fileno=int(sys.argv[1])))
    if request is not None:
        _become(request)


class _Child:
    """A running command, as the parent sees it."""

    def __init__(self, pid: int, connection: socket.socket) -> None:
        self.watched = os.pidfd_open(pid)
        self._pid = pid
        self._connection = connection
        self._tell(pid)

    def end(self) -> None:
        """Tell how it ended, now that it has."""
        self._tell(os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1]))
        self.forget()

    def forget(self) -> None:
        """Let go of it; also what a younger child does, which has inherited all of this."""
        os.close(self.watched)
        self._connection.close()

    def _tell(self, number: int) -> None:
        with contextlib.suppress(OSError):  # its test is gone
            self._connection.sendall(number.to_bytes(_NUMBER, "big", signed=True))


def _serve(control: socket.socket) -> _Request | None:
    """Fork for each request. Return in a child with what it shall do, in the parent when the tests are over."""
    children: set[_Child] = set()
    with control, selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.data is not None:
                    selector.unregister(key.fileobj)
                    children.remove(key.data)
                    key.data.end()
                    continue
                told, descriptors, _, _ = socket.recv_fds(control, _REQUEST_BYTES, _DESCRIPTORS)
                if not told:
                    return None
                connection, streams = socket.socket(fileno=descriptors[0]), descriptors[1:]
                pid = os.fork()
                if pid == 0:
                    connection.close()
                    for other in children:
                        other.forget()
                    return _Request(**json.loads(told), streams=streams)
                for stream in streams:
                    os.close(stream)
                child = _Child(pid, connection)
                children.add(child)
                selector.register(child.watched, selectors.EVENT_READ, child)


def _become(request: _Request) -> None:
    """Be `python -m answerable ARGS`."""
    for number, stream in enumerate(request.streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(request.folder)
    os.environ.clear()
    os.environ.update(request.environment)
    _make_random_again()
    sys.path[0] = request.folder
    sys.argv = ["answerable", *request.args]
    runpy.run_module("answerable", run_name="__main__", alter_sys=True)


def _make_random_again() -> None:
    """Seed the generators that modules made when they were imported, which all children would share."""
    modules = [module for name, module in sys.modules.items() if name.startswith("answerable.")]
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, random.Random):
                value.seed()


if __name__ == "__main__":
    main()
