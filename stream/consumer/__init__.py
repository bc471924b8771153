"""The worker's input: Faust's transport, the consumer's thread, its fetch buffer, the assignment,
back-pressure, and whether partitions make progress.
"""
