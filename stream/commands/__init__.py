"""The stream's part of the `badbuzz` command: `backtest`, `brands`, `demo`, `dlq`, `notify`,
`replay`, `topics`, `watch` and `worker`.
"""
