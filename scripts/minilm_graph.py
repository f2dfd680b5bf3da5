"""The ONNX graph of all-MiniLM-L6-v2 for one text at a time, written node by node.

Input `input_ids` int64 (1, n), n <= 256; output `embedding` float32 (1, 384), unit length. One text needs
neither attention mask nor padding; its token types are all zero, so their vector is part of the positions.
The fused operators are those of onnxruntime (domain `com.microsoft`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from scripts.minilm_int8 import Floats, get_smoothing, quantise_columns, quantise_rows

HIDDEN, HEADS, LAYERS, WINDOW = 384, 12, 6, 256
_EPSILON = 1e-12
_FUSED = "com.microsoft"

Maxima = Mapping[str, Floats]
"""The largest |activation| of each input dimension, by the name of the product that reads it (`0.qkv`)."""


class MiniLMGraph:
    """Builds the model: fp32 when `maxima` is None, else int8.

    After `build`, `product_inputs` names the tensor that each matrix product reads, to measure it.
    """

    def __init__(self, weights: Mapping[str, Floats], *, maxima: Maxima | None = None) -> None:
        self._weights = weights
        self._maxima = maxima
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self.product_inputs: dict[str, str] = {}

    def build(self, *, extra_outputs: tuple[str, ...] = ()) -> onnx.ModelProto:
        """Return the checked model; `extra_outputs` are names of `product_inputs` to give out as well."""
        x = self._add_embeddings()
        for layer in range(LAYERS):
            x = self._add_attention(x, layer)
            x = self._add_feed_forward(x, layer)
        mean = self._add("ReduceMean", [x, self._constant("pool.axis", np.array([1]))], keepdims=0)
        self._add("LpNormalization", [mean], output="embedding", axis=-1, p=2)
        ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "tokens"])
        embedding = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, HIDDEN])
        extra = [
            helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, "tokens", "width"]) for n in extra_outputs
        ]
        graph = helper.make_graph(self._nodes, "minilm", [ids], [embedding, *extra], self._constants)
        opsets = [helper.make_opsetid("", 18), helper.make_opsetid(_FUSED, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
        onnx.checker.check_model(model)
        return model

    def _add_embeddings(self) -> str:
        words, positions, types = (
            self._weights[f"embeddings.{kind}_embeddings.weight"]
            for kind in ("word", "position", "token_type")
        )
        if self._maxima is None:
            x = self._add("Gather", [self._constant("words", words), "input_ids"])
        else:
            table, scales = quantise_rows(words)
            rows = self._add("Gather", [self._constant("words", table), "input_ids"])
            row_scales = self._add("Gather", [self._constant("words.scale", scales), "input_ids"])
            x = self._add("Mul", [self._add("Cast", [rows], to=TensorProto.FLOAT), row_scales])
        length = self._add("Shape", ["input_ids"], start=1, end=2)
        table_names = [
            self._constant("positions", positions[:WINDOW] + types[0]),
            self._constant("positions.first", np.array([0])),
        ]
        x = self._add("Add", [x, self._add("Slice", [*table_names, length])])
        norm = self._norm_names("embeddings.LayerNorm")
        return self._add("LayerNormalization", [x, *norm], epsilon=_EPSILON, axis=-1)

    def _add_attention(self, x: str, layer: int) -> str:
        prefix = f"encoder.layer.{layer}.attention."
        parts = [f"{prefix}self.{part}" for part in ("query", "key", "value")]
        weights = np.concatenate([self._weights[f"{part}.weight"].T for part in parts], axis=1)
        bias = np.concatenate([self._weights[f"{part}.bias"] for part in parts])
        qkv = self._add_product(x, weights, name=f"{layer}.qkv", smooth=True, bias=bias)
        split = [f"{layer}.{part}" for part in "qkv"]
        self._nodes.append(helper.make_node("Split", [qkv], split, axis=-1, num_outputs=3))
        context = self._add("MultiHeadAttention", split, domain=_FUSED, num_heads=HEADS)
        weights = self._weights[f"{prefix}output.dense.weight"].T
        y = self._add_product(context, weights, name=f"{layer}.context")
        return self._add_residual(y, x, f"{prefix}output")

    def _add_feed_forward(self, x: str, layer: int) -> str:
        prefix = f"encoder.layer.{layer}."
        weights = self._weights[f"{prefix}intermediate.dense.weight"].T
        y = self._add_product(x, weights, name=f"{layer}.up", smooth=True, by_row=True)
        bias = self._constant(f"{layer}.up.bias", self._weights[f"{prefix}intermediate.dense.bias"])
        y = self._add("BiasGelu", [y, bias], domain=_FUSED)
        weights = self._weights[f"{prefix}output.dense.weight"].T
        y = self._add_product(y, weights, name=f"{layer}.down", by_row=True)
        return self._add_residual(y, x, f"{prefix}output")

    def _add_residual(self, y: str, x: str, prefix: str) -> str:
        bias = self._constant(f"{prefix}.dense.bias", self._weights[f"{prefix}.dense.bias"])
        inputs = [y, x, *self._norm_names(f"{prefix}.LayerNorm"), bias]
        return self._add("SkipLayerNormalization", inputs, domain=_FUSED, epsilon=_EPSILON)

    def _add_product(
        self,
        x: str,
        weights: Floats,
        *,
        name: str,
        smooth: bool = False,
        by_row: bool = False,
        bias: Floats | None = None,
    ) -> str:
        """Add x @ weights + bias; `smooth` and `by_row` are how an int8 product copes with outliers."""
        self.product_inputs[name] = x
        bias_names = [] if bias is None else [self._constant(f"{name}.bias", bias)]
        if self._maxima is None:
            y = self._add("MatMul", [x, self._constant(f"{name}.weight", weights)])
            return self._add("Add", [y, *bias_names]) if bias_names else y
        if smooth:
            s = get_smoothing(weights, maxima=self._maxima[name])
            x = self._add("Mul", [x, self._constant(f"{name}.smooth", 1 / s)])
            weights = weights * s[:, None]
        if by_row:
            return self._add_product_by_row(x, weights, name)
        return self._add_int8_product(x, weights, name, bias_names)

    def _add_product_by_row(self, x: str, weights: Floats, name: str) -> str:
        """Bring the largest value of each row to 1 first: one token often stands far above the rest."""
        size = self._add("Abs", [x])
        largest = self._add("ReduceMax", [size, self._constant(f"{name}.axis", np.array([2]))], keepdims=1)
        floor = self._constant(f"{name}.floor", np.array([0.1], dtype=np.float32))
        largest = self._add("Max", [largest, floor])
        x = self._add("Mul", [x, self._add("Reciprocal", [largest])])
        return self._add("Mul", [self._add_int8_product(x, weights, name, []), largest])

    def _add_int8_product(self, x: str, weights: Floats, name: str, bias_names: list[str]) -> str:
        integers, scales = quantise_columns(weights)
        inputs = [x, self._constant(f"{name}.weight", integers), self._constant(f"{name}.scale", scales), ""]
        return self._add("DynamicQuantizeMatMul", [*inputs, *bias_names], domain=_FUSED)

    def _norm_names(self, prefix: str) -> list[str]:
        return [
            self._constant(f"{prefix}.{part}", self._weights[f"{prefix}.{part}"])
            for part in ("weight", "bias")
        ]

    def _constant(self, name: str, value: NDArray[np.generic]) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def _add(
        self,
        operator: str,
        inputs: list[str],
        *,
        domain: str = "",
        output: str = "",
        **attributes: Any,
    ) -> str:
        name = output or f"{operator}.{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [name], domain=domain, **attributes))
        return name
