"""Chaos: workers, brokers and models come and go, and every tweet must come out once."""
