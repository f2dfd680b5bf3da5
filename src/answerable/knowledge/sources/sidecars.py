"""Where the sidecar of a source lies: `report.pdf.meta.yaml` beside `report.pdf`, on disk or in the archive.

What it says decides who may read the document, so whoever tells changed sources from unchanged ones by their bytes
must take these bytes too.
"""

from __future__ import annotations

import zipfile

from answerable.knowledge.sources.ignore import SIDECAR_SUFFIX

_MAX_BYTES = 1 << 20


def find_sidecar(path: str, member: str | None) -> bytes | None:
    """Return the bytes of the sidecar of a file, or of a member of the archive `path`; None when there is none.

    Raises OSError and what `zipfile` raises.
    """
    try:
        if member is None:
            with open(path + SIDECAR_SUFFIX, "rb") as stream:
                return stream.read(_MAX_BYTES)
        with zipfile.ZipFile(path) as archive, archive.open(member + SIDECAR_SUFFIX) as inner:
            return inner.read(_MAX_BYTES)
    except (FileNotFoundError, KeyError):
        return None
