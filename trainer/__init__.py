"""Trains the candidates, compares them, and promotes the best."""
