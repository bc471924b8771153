"""The Faust application: exactly-once batch scoring and bad-buzz detection."""
