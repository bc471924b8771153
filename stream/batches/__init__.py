"""A batch's way through the worker: the batch, the threads that process it, and the pipeline that
commits batches in their partition's order.
"""
