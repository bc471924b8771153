"""Writes the rules and dashboards: each alert is said once and comes out in both forms."""
