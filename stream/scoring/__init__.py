"""The agent on `tweets`: parse, score, serialise."""
