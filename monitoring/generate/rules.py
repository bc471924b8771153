"""The alerts as Prometheus rules."""

from typing import Any

import yaml

from monitoring.generate.alerts import ALERTS, Alert

_HEAD = "# Written by `python -m monitoring.generate`; edit generate/alerts.py instead.\n"


def prometheus_rules() -> str:
    """The content of `prometheus/rules.yml`."""
    group = {"name": "badbuzz", "rules": [_rule(alert) for alert in ALERTS]}
    return _HEAD + dump({"groups": [group]})


def dump(content: dict[str, Any]) -> str:
    """YAML in the order given, long texts on one line."""
    text: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=10_000)
    return text


def _rule(alert: Alert) -> dict[str, Any]:
    return {
        "alert": alert.title,
        "expr": alert.expression,
        **({"for": alert.wait} if alert.wait != "0s" else {}),
        "labels": {"severity": alert.severity},
        "annotations": {
            "summary": alert.summary.replace("VALUE", ".Value"),
            "description": alert.description.replace("VALUE", ".Value"),
            "runbook_url": alert.runbook,
        },
    }
