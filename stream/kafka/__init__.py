"""Kafka helpers that anything in `stream` may use: topics, lag, reading a compacted partition
back, back-off, and the one file that touches aiokafka beyond its documented API.

Knows no worker.
"""
