"""Hostile input through every door of an installation, against the real services. `make fuzz`.

`records` (on the wire) and `kafka` (sent, and counted), `files`, `http`, `registry`; `latency` of
the tweets beside them; `examples` are drawn by hypothesis.
"""
