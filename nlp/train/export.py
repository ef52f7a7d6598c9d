"""From a trained network to what a school's computer runs: small whole numbers instead of floats.

The ONNX file answers in probabilities, takes any number of texts of any length, and holds the
weights as signed bytes (dynamic quantisation, one scale for each output channel).
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from nlp.train.network import Network

INPUTS = ("ids", "mask", "evidence")
OUTPUTS = ("about", "categories", "severity", "sentiment", "public", "words")


class _Chances(nn.Module):
    """The network with probabilities instead of logits, as a plain tuple."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: Tensor, mask: Tensor, evidence: Tensor) -> tuple[Tensor, ...]:
        read = self.network(ids, mask, evidence)
        chances = {k: torch.sigmoid(v) for k, v in read.heads.items()}
        chances["sentiment"] = torch.softmax(read.heads["sentiment"], dim=1)
        return (*(chances[name] for name in OUTPUTS[:-1]), torch.sigmoid(read.words))


def export(network: Network, evidence: int, target: Path) -> None:
    """Write *network* to *target* (reader.onnx)."""
    network.eval()
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "full.onnx"
        _write(network, evidence, full)
        small = Path(folder) / "small.onnx"
        # reduce_range: seven bits, since eight overflow on processors without VNNI
        quantize_dynamic(
            full, small, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True
        )
        shutil.copyfile(small, target)


def _write(network: Network, evidence: int, target: Path) -> None:
    example = (
        torch.ones(2, 7, dtype=torch.long),
        torch.ones(2, 7, dtype=torch.long),
        torch.zeros(2, evidence),
    )
    texts, length = {0: "texts"}, {0: "texts", 1: "length"}
    axes = dict.fromkeys(OUTPUTS, texts) | {
        "ids": length, "mask": length, "evidence": texts, "words": length,
    }  # fmt: skip
    torch.onnx.export(
        _Chances(network),
        example,
        str(target),
        input_names=list(INPUTS),
        output_names=list(OUTPUTS),
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )
