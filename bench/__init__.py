"""Benchmarks: each runs from the root as `python -m bench.NAME` and says what it needs."""
