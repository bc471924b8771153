"""int8 weights for a graph: a quarter of the size, and faster where a processor has VNNI or AMX."""

from pathlib import Path


def quantise(path: Path) -> None:
    """Replace a graph's matrix products by 8-bit ones; activations are quantised as they come."""
    from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415 - slow import
    from onnxruntime.quantization.shape_inference import quant_pre_process  # noqa: PLC0415

    prepared, quantised = path.with_suffix(".prepared.onnx"), path.with_suffix(".int8.onnx")
    try:
        quant_pre_process(str(path), str(prepared), skip_symbolic_shape=True)
        quantize_dynamic(
            prepared,
            quantised,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            reduce_range=False,
            weight_type=QuantType.QInt8,
        )
        quantised.replace(path)
    finally:
        prepared.unlink(missing_ok=True)
