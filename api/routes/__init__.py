"""What the service answers, one topic a file."""
