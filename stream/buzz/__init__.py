"""Bad-buzz detection: counts in, alerts out; pure and without input or output."""
