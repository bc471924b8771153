"""The fast model: one small network for all languages that learns from a large one."""
