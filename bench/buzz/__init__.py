"""The crisis bench: detectors on public streams with known crises, settings chosen elsewhere."""
