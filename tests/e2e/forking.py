"""Commands as forks of a process that has imported all of them: the test's side. See tests/e2e/forked.py."""

from __future__ import annotations

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

_ROOT = Path(__file__).parents[2]
_NUMBER: Final = 8
_SHIM: Final = Path(__file__).with_name("shim.py")
_READ_LATER: Final = ("ANSWERABLE_", "DATABASE_URL", "PYTEST_CURRENT_TEST")
"""How names begin that no import reads. A command with another value of any other name cannot be a fork."""
_OF_THE_PARENT: Final = {"OPENBLAS_NUM_THREADS": "1"}
"""numpy starts no threads, so that the parent has one and can be forked safely."""


class ForkedCommand:
    """A running command; the part of `subprocess.Popen` that tests use."""

    def __init__(self, connection: socket.socket, args: Sequence[str]) -> None:
        self.args = args
        self.returncode: int | None = None
        self._connection = connection
        self.pid = self._read_number()

    def poll(self) -> int | None:
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit status, negative for a signal. Raises TimeoutExpired."""
        if self.returncode is None:
            self._connection.settimeout(timeout)
            try:
                self.returncode = self._read_number()
            except (TimeoutError, BlockingIOError) as error:
                raise subprocess.TimeoutExpired(list(self.args), timeout or 0) from error
            self._connection.close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _read_number(self) -> int:
        said = self._connection.recv(_NUMBER)
        if not said:
            raise ChildProcessError("The parent of the forked commands is gone; its errors are above.")
        return int.from_bytes(said, "big", signed=True)


class Forker:
    """The parent, which ends with this process."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = _list_read_at_import(environment)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.e2e.forked", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                cwd=_ROOT,
                stdin=subprocess.DEVNULL,
                env={**environment, **_OF_THE_PARENT},
                start_new_session=True,
            )

    def suits(self, environment: Mapping[str, str]) -> bool:
        """Whether imports would find the environment as the parent found it."""
        return _list_read_at_import(environment) == self._environment

    def start(
        self, args: Sequence[str], *, stdout: int, stderr: int, environment: Mapping[str, str]
    ) -> ForkedCommand:
        """Start `answerable ARGS` in the current folder, without input and with output into these open files."""
        request = {"args": args, "folder": str(Path.cwd()), "environment": dict(environment)}
        ours, theirs = socket.socketpair()
        with theirs, Path(os.devnull).open("rb") as nothing:
            streams = [nothing.fileno(), stdout, stderr]
            socket.send_fds(self._control, [json.dumps(request).encode()], [theirs.fileno(), *streams])
        return ForkedCommand(ours, args)

    @property
    def descriptor(self) -> int:
        """Return what a process must inherit, for the program to work in it."""
        return self._control.fileno()

    def write_program(self, folder: Path) -> None:
        """Write a program `answerable` there that shells can call; each call is a fork."""
        program = folder / "answerable"
        interpreter = f"{shlex.quote(sys.executable)} -IS {shlex.quote(str(_SHIM))}"
        program.write_text(f'#!/bin/sh\nexec {interpreter} {self.descriptor} "$@"\n', encoding="utf-8")
        program.chmod(0o755)

    def close(self) -> None:
        self._control.close()
        self._process.wait()


def _list_read_at_import(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in environment.items() if not name.startswith(_READ_LATER)}
