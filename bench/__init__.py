"""Benchmarks of the stream and of the Scorer, beside peers, in one run. See bench/README.md."""
