"""Prometheus, Grafana and the alerts; `monitoring.generate` writes their files."""
