"""How every model of this room is opened: by onnxruntime, on the processor, with as many threads as asked."""

from pathlib import Path

import onnxruntime


def open_session(weights: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    """Open the ONNX file *weights*."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])
