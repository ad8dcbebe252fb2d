"""From trained weights to the one file that ships: ONNX in 8 bits, the card inside.

Convolutions are quantised beforehand, with the spans of values that real inputs give: quantised at run time they would
be slower than in full. Recurrent and fully connected layers are quantised at run time, which costs them nothing.
"""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    QuantType,
    quantize_dynamic,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from ocr.normalise import FRAME, HEIGHT, Ink
from ocr.own import CARD, Card
from ocr.sessions import open_session
from ocr.training.exams import texts_of
from ocr.training.network import LineNetwork


class _Examples(CalibrationDataReader):
    """Hands one input after the other to the quantiser."""

    def __init__(self, inks: Sequence[Ink]) -> None:
        self._left: Iterator[Ink] = iter(inks)

    def get_next(self) -> dict[str, Any] | None:
        ink = next(self._left, None)
        return None if ink is None else {"ink": ink[None, None]}


def export(network: LineNetwork, card: Card, path: Path, examples: Sequence[Ink]) -> None:
    """Write *network* with *card* to *path*, completely or not at all; *examples* are inputs as readers see them."""
    network = network.cpu().eval().to(memory_format=torch.contiguous_format)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        whole, ready, fixed, small = (Path(folder) / f"{name}.onnx" for name in ("whole", "ready", "fixed", "small"))
        torch.onnx.export(
            network,
            (torch.zeros(1, 1, HEIGHT, 80 * FRAME),),
            str(whole),
            input_names=["ink"],
            output_names=["log_probabilities"],
            dynamic_axes={"ink": {3: "width"}, "log_probabilities": {0: "frames"}},
            opset_version=17,
            dynamo=False,
        )
        quant_pre_process(str(whole), str(ready), skip_symbolic_shape=True)
        quantize_static(
            str(ready),
            str(fixed),
            _Examples([ink for ink in examples if ink.shape[1]]),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv"],
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
        )
        quantize_dynamic(fixed, small, op_types_to_quantize=["LSTM", "MatMul", "Gemm"], weight_type=QuantType.QInt8)
        model = onnx.load(str(small))
        entry = model.metadata_props.add()
        entry.key, entry.value = CARD, card.written()
        onnx.save(model, str(small))
        small.replace(path)


def read_with(path: Path, inks: Sequence[Ink], alphabet: Sequence[str]) -> list[str]:
    """Return what the model file at *path* reads, for comparing it with the network it was made from."""
    session = open_session(path)
    return texts_of(lambda ink: np.asarray(session.run(None, {"ink": ink[None, None]})[0])[:, 0], inks, alphabet)
