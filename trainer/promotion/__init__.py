"""Whether a version may replace the champion: the checks and their evidence."""
