"""`badbuzz backtest`: the detector over history that lies in a file."""
