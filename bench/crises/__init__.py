"""Simulated crises: traffic of real labelled tweets with bursts of known start, size and shape."""
