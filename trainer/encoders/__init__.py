"""Pretrained encoders of many languages: read, tuned in their upper layers, written as graphs."""
