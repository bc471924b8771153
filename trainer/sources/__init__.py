"""Labelled tweets of several sources, whose labels are not of the same kind."""
