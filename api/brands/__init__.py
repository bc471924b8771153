"""Brands that people add over HTTP: `register` knows and changes them, `schemas` are the bodies."""
