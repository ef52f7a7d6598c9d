"""The weights of a reader that ships, taken back out of its ONNX file, to train it further.

They are whole numbers of one byte there (nlp/train/export.py), so a little coarser than those
it was trained to; a few hundred steps mend that.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from torch import Tensor

_QUANTIZED = "_quantized"
# "/network/encoder/encoder/layer.0/attention/self/query/MatMul_quant", "/network/about/Gemm_..."
_NODE = re.compile(r"/network/(?:evidence/(?=evidence\.0/))?(.+)/(?:MatMul|Gemm_MatMul)_quant")
_HEADS = ("about", "categories", "severity", "sentiment", "public")


def weights_of(file: Path) -> dict[str, Tensor]:
    """By their names in nlp/train/network.py; word vectors are left out, nothing changes them.

    Raises OSError when *file* is not there.
    """
    graph = onnx.load(str(file)).graph
    held = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    found = {
        name.removeprefix("network."): _tensor(array)
        for name, array in held.items()
        if name.startswith("network.") and name.endswith((".bias", "LayerNorm.weight"))
    }
    for node in graph.node:
        if node.op_type == "MatMulInteger":
            found[_name(node.name)] = _tensor(_whole(held, node.input[1]).T)
    for table in ("marks", "encoder.embeddings.token_type_embeddings",
                  "encoder.embeddings.position_embeddings"):  # fmt: skip
        found[f"{table}.weight"] = _tensor(_whole(held, f"network.{table}.weight{_QUANTIZED}"))
    return found


def _name(node: str) -> str:
    match = _NODE.fullmatch(node)
    if match is None:
        raise ValueError(f"nothing in the network is called {node}")
    name = match.group(1).replace("/", ".")
    return f"heads.{name}.weight" if name in _HEADS else f"{name}.weight"


def _whole(held: dict[str, NDArray[np.generic]], name: str) -> NDArray[np.float32]:
    """One scale and zero for the whole table, or for each column."""
    base = name.removesuffix(_QUANTIZED)
    number, zero, scale = (
        held[part].astype(np.float32) for part in (name, f"{base}_zero_point", f"{base}_scale")
    )
    whole: NDArray[np.float32] = (number - zero) * scale
    return whole


def _tensor(array: NDArray[np.generic]) -> Tensor:
    return torch.from_numpy(np.array(array, np.float32))
