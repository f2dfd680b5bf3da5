"""`answerable` in a shell script of a test, as a fork: see tests/e2e/forked.py. Without our modules, to start at once.

It hands its arguments, folder, environment and streams to the parent of the forked commands, whose socket it has
inherited, passes signals on, and ends as the command ends.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys

_NUMBER = 8
_PASSED_ON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def main() -> None:
    with socket.socket(fileno=int(sys.argv[1])) as control:
        request = {"args": sys.argv[2:], "folder": os.getcwd(), "environment": dict(os.environ)}
        ours, theirs = socket.socketpair()
        socket.send_fds(control, [json.dumps(request).encode()], [theirs.fileno(), 0, 1, 2])
        theirs.close()
        control.detach()
    pid = _read_number(ours)
    for number in _PASSED_ON:
        signal.signal(number, lambda received, _: os.kill(pid, received))
    status = _read_number(ours)
    if status < 0:
        signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    sys.exit(status)


def _read_number(connection: socket.socket) -> int:
    said = connection.recv(_NUMBER)
    if not said:
        sys.exit("The parent of the forked commands is gone.")
    return int.from_bytes(said, "big", signed=True)


main()
