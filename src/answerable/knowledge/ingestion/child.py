"""A reading process: `python -m answerable.knowledge.ingestion.child FD`.

It takes requests from the socket FD one after the other and answers each with replies that end in Done or Failed.
It ends when the socket does, that is, also when the server is killed.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from io import BufferedRWPair

import psutil

from answerable.core.errors import AnswerableError
from answerable.knowledge.chunking.tokens import TokenCounter
from answerable.knowledge.ingestion.messages import (
    LENGTH,
    Done,
    EmbedTexts,
    Failed,
    ReadDocument,
    ReadSource,
    Ready,
    Reply,
    Request,
    Setup,
    pack,
)
from answerable.knowledge.ingestion.reading import Reader

_PR_SET_PDEATHSIG = 1


def main(descriptor: int) -> None:
    parent = os.getppid()
    _end_with_parent(parent)
    with socket.socket(fileno=descriptor) as connection, suppress(BrokenPipeError, ConnectionResetError):
        _serve(connection.makefile("rwb"))


def _serve(stream: BufferedRWPair) -> None:
    setup = _receive(stream)
    if not isinstance(setup, Setup):
        return
    os.nice(setup.niceness)
    reader = Reader(setup, TokenCounter.load())
    _send(stream, Ready())
    documents = 0
    while isinstance(request := _receive(stream), ReadSource | EmbedTexts):
        for reply in _answer(reader, request):
            documents += isinstance(reply, ReadDocument)
            if isinstance(reply, Done | Failed) and _should_leave(setup, documents):
                _send(stream, replace(reply, leaving=True))
                return
            _send(stream, reply)


def _answer(reader: Reader, request: Request) -> Iterator[Reply]:
    try:
        if isinstance(request, ReadSource):
            yield from reader.read(request)
        else:
            yield from reader.embed(request)
    except AnswerableError as error:
        yield Failed(error.detail, error.hint or "")
    except MemoryError:
        yield Failed("There is not enough memory to read it.", "Split it into smaller files.")
    except (
        Exception
    ) as error:  # a parser may raise anything; that is the file's failure and not the process's
        yield Failed(
            f"It could not be read: {type(error).__name__}: {error}.", "Check that the file is whole."
        )


def _should_leave(setup: Setup, documents: int) -> bool:
    return documents >= setup.max_documents or psutil.Process().memory_info().rss > setup.soft_memory_bytes


def _receive(stream: BufferedRWPair) -> object:
    """Return the next message; None at the end."""
    header = stream.read(LENGTH.size)
    if len(header) < LENGTH.size:
        return None
    return pickle.loads(stream.read(LENGTH.unpack(header)[0]))  # noqa: S301 - see messages.py


def _send(stream: BufferedRWPair, reply: Reply) -> None:
    stream.write(pack(reply))
    stream.flush()


def _end_with_parent(parent: int) -> None:
    """Die with the server, also in the middle of a parse that never returns."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_watch_parent, args=(parent,), daemon=True).start()


def _watch_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
