"""The teacher's layers as an ONNX graph with weights of 8 bits, written once from the packaged weights.

Words become vectors outside, straight from the packed file, so the graph holds 21 MB instead of 400.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from massline.engine.buffers import F32
from massline.engine.teacher_weights import Weights

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto

VERSION: Final = 3
"""Of the graph that this file writes; it is part of the name under which the graph is kept."""

DEVIATIONS: Final = 4
"""So many standard deviations from its mean an input is expected to reach."""

LEAST_BENT: Final = 0.17
"""How far below 0 the bent line (GELU) goes."""

FUSED: Final = "com.microsoft"
"""The set of operators in which ONNX Runtime keeps whole parts of a transformer."""


class Drawing:
    """A graph while it is drawn: constants and nodes, in order. Every method returns the name of what it added."""

    def __init__(self) -> None:
        self.constants: list[TensorProto] = []
        self.nodes: list[NodeProto] = []

    def constant(self, name: str, values: Any) -> str:  # noqa: ANN401 - an array of any kind of number
        from onnx import numpy_helper  # only needed once, when the graph is written

        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, kind: str, inputs: list[str], outputs: list[str], *, domain: str = "", **settings: Any) -> str:  # noqa: ANN401 - as ONNX has them
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, outputs, domain=domain, **settings))
        return outputs[0]

    def evened_product(self, name: str, x: str, weights: F32, bias: F32, *, reach: F32) -> str:
        """The same product, each input divided by how far it goes, reach (in,), and its weights multiplied.

        All inputs of a batch share one scale of 8 bits; where a few go far, the others have few steps left (Xiao et al.,
        SmoothQuant, ICML 2023, which moves half of it to the weights). Powers of two: dividing by them loses nothing.
        """
        powers = np.exp2(np.rint(np.log2(reach))).astype(np.float32)
        even = self.node("Mul", [x, self.constant(f"{name}.r", 1 / powers)], [f"{name}.e"])
        return self.product(name, even, weights * powers, bias)

    def product(self, name: str, x: str, weights: F32, bias: F32) -> str:
        """x @ weights.T + bias in 8 bits: weights (out, in), one scale for each output."""
        scale = np.maximum(np.abs(weights).max(axis=1), 1e-9) / 127
        small = np.rint(weights / scale[:, None]).astype(np.int8).T
        inputs = [
            x,
            self.constant(f"{name}.w", small),
            self.constant(f"{name}.s", scale.astype(np.float32)),
            self.constant(f"{name}.z", np.zeros(len(scale), np.int8)),
            self.constant(f"{name}.b", bias),
        ]
        return self.node("DynamicQuantizeMatMul", inputs, [name], domain=FUSED)


def write_graph(path: Path, weights: Weights) -> None:
    """Write the graph: words (b, l, hidden) and mask (b, 1, l, l) in, states (b, l, hidden) out. About 1 s."""
    import onnx
    from onnx import helper

    drawing, hidden = Drawing(), weights.shape.hidden
    norm = [
        drawing.constant("ln.w", weights.plain("emb.ln.w", hidden)),
        drawing.constant("ln.b", weights.plain("emb.ln.b", hidden)),
    ]
    x = drawing.node("LayerNormalization", ["words", *norm], ["x"], epsilon=weights.shape.epsilon)
    for layer in range(weights.shape.layers):
        x = _draw_layer(drawing, weights, f"l{layer}.", x)
    decimal = onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        drawing.nodes,
        "teacher",
        [
            helper.make_tensor_value_info("words", decimal, ["b", "l", hidden]),
            helper.make_tensor_value_info("mask", decimal, ["b", 1, "l", "l"]),
        ],
        [helper.make_tensor_value_info(x, decimal, ["b", "l", hidden])],
        drawing.constants,
    )
    sets = [helper.make_opsetid("", 17), helper.make_opsetid(FUSED, 1)]
    onnx.save(helper.make_model(graph, opset_imports=sets, ir_version=9), str(path))


def _draw_layer(drawing: Drawing, weights: Weights, layer: str, x: str) -> str:
    """Attention, then two wide products, each added to what came in and normalised."""
    hidden, inner = weights.shape.hidden, weights.shape.inner
    parts = [
        drawing.product(
            f"{layer}{part}",
            x,
            weights.packed(f"{layer}{part}.w", hidden, hidden),
            weights.plain(f"{layer}{part}.b", hidden),
        )
        for part in "qkv"
    ]
    seen = drawing.node(
        "MultiHeadAttention", [*parts, "", "", "mask"], [f"{layer}c"], domain=FUSED, num_heads=weights.shape.heads
    )
    told = drawing.product(
        f"{layer}o", seen, weights.packed(f"{layer}ao.w", hidden, hidden), weights.plain(f"{layer}ao.b", hidden)
    )
    x = _draw_sum(drawing, weights, f"{layer}aln", told, x)
    first, bias = weights.packed(f"{layer}fi.w", inner, hidden), weights.plain(f"{layer}fi.b", inner)
    deviation, mean = np.abs(weights.plain(f"{layer}aln.w", hidden)), weights.plain(f"{layer}aln.b", hidden)
    wide = drawing.evened_product(f"{layer}h", x, first, bias, reach=np.abs(mean) + DEVIATIONS * deviation)
    bent = drawing.node("FastGelu", [wide], [f"{layer}g"], domain=FUSED)
    most = first @ mean + bias + DEVIATIONS * np.linalg.norm(first * deviation, axis=1)
    back = drawing.evened_product(
        f"{layer}y",
        bent,
        weights.packed(f"{layer}fo.w", hidden, inner),
        weights.plain(f"{layer}fo.b", hidden),
        reach=np.maximum(most, LEAST_BENT),
    )
    return _draw_sum(drawing, weights, f"{layer}oln", back, x)


def _draw_sum(drawing: Drawing, weights: Weights, name: str, one: str, other: str) -> str:
    """In two operators: the one that ONNX Runtime has for both (SkipLayerNormalization) takes a fifth of all time."""
    norm = [drawing.constant(f"{name}.{part}", weights.plain(f"{name}.{part}", weights.shape.hidden)) for part in "wb"]
    both = drawing.node("Add", [one, other], [f"{name}.s"])
    return drawing.node("LayerNormalization", [both, *norm], [f"{name}.x"], epsilon=weights.shape.epsilon)
