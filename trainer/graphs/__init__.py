"""The ONNX graphs of artefacts: how each layout is written, and 8-bit weights."""
