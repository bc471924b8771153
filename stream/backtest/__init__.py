"""`badbuzz backtest`: the detector over history that lies in a file.

Histories: `counts` (numbers by minute), `scored` (tweets with labels), `rescore` (as another
version of the model would have scored them). `run` gives the alarms, `labels` holds them against
known crises, `output` and `picture` show them.
"""
