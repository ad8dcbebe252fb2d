"""From trained weights to the one file that ships: ONNX, recurrent layers in 8 bits, the card inside."""

from pathlib import Path

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from ocr.normalise import FRAME, HEIGHT
from ocr.own import CARD, Card
from ocr.training.network import LineNetwork


def export(network: LineNetwork, card: Card, path: Path) -> None:
    """Write *network* with *card* to *path*, completely or not at all.

    Only recurrent and fully connected layers become 8 bits wide: convolutions quantised at run time are slower.
    """
    network = network.cpu().eval().to(memory_format=torch.contiguous_format)
    whole, small = path.with_suffix(".whole.onnx"), path.with_suffix(".part.onnx")
    example = torch.zeros(1, 1, HEIGHT, 80 * FRAME)
    torch.onnx.export(
        network,
        (example,),
        str(whole),
        input_names=["ink"],
        output_names=["log_probabilities"],
        dynamic_axes={"ink": {3: "width"}, "log_probabilities": {0: "frames"}},
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(whole, small, op_types_to_quantize=["LSTM", "MatMul", "Gemm"], weight_type=QuantType.QInt8)
    model = onnx.load(str(small))
    entry = model.metadata_props.add()
    entry.key, entry.value = CARD, card.written()
    onnx.save(model, str(small))
    small.replace(path)
    whole.unlink()
