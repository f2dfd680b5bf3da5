"""ONNX Runtime without its telemetry.

Since 1.29 its wheels report each process, model and machine to their maker, and keep an identifier and a queue of
reports below the user's home. Nothing leaves this machine unasked (docs/guides/privacy.md), so it is switched off
before the library is imported, which is the only time that it looks. What this process starts inherits the switch.
"""

from __future__ import annotations

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime as ort

__all__ = ["ort"]
