"""What a batch publishes, and the offset after it, committed together once.

One writer per input partition, transactions shared by small batches, and recovery after a broker
or this worker ended. Knows no consumer.
"""
