"""What the proven mode promises and what it costs: calm weeks of several kinds, and bursts.

`normal` makes the calm weeks, `calm` counts their false alarms, `bursts` compares delays with the
estimated mode.
"""
