"""The queries of dashboards and alerts, and the metrics that they name."""

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import yaml
from prometheus_client import CollectorRegistry

from api.metrics import Metrics
from stream.metrics import StreamMetrics
from stream.notify.metrics import NotifyMetrics

MONITORING = Path(__file__).parents[2] / "monitoring"
OF_PROMETHEUS = {"up", "ALERTS"}
_VARIABLES = {
    "$__rate_interval": "1m",
    "$__range": "1h",
    "$brand": "any",
}


def boards() -> dict[str, dict[str, object]]:
    """The dashboards by file name."""
    files = sorted((MONITORING / "grafana/dashboards").glob("*.json"))
    return {file.name: json.loads(file.read_text("utf-8")) for file in files}


def panel_queries(brand: str = "any") -> Iterator[tuple[str, str]]:
    """Each panel's queries with Grafana's variables filled in: where it stands, PromQL."""
    for name, board in boards().items():
        for panel in board["panels"]:
            for target in panel.get("targets", []):
                yield f"{name}: {panel['title']}", filled(target["expr"], brand)


def filled(query: str, brand: str) -> str:
    """A query as Grafana would send it."""
    for variable, value in {**_VARIABLES, "$brand": brand}.items():
        query = query.replace(variable, value)
    return query


def rules() -> list[dict[str, object]]:
    """The Prometheus rules."""
    content = yaml.safe_load((MONITORING / "prometheus/rules.yml").read_text("utf-8"))
    return [rule for group in content["groups"] for rule in group["rules"]]


def grafana_rules() -> list[dict[str, object]]:
    """The Grafana alert rules, as they are provisioned."""
    content = yaml.safe_load((MONITORING / "alerting_rules.yaml").read_text("utf-8"))
    return [rule for group in content["groups"] for rule in group["rules"]]


def metrics_of(query: str) -> set[str]:
    """The names of the metrics in a PromQL expression."""
    bare = re.sub(r'"[^"]*"', "", query)
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]", " ", bare)
    bare = re.sub(r"\b(by|on|ignoring|group_left|without)\s*\([^)]*\)", " ", bare)
    names = re.findall(r"[a-zA-Z_:][\w:]*(?!\w|\s*\()", bare)
    return (
        set(names)
        - {"and", "or", "unless", "offset", "bool"}
        - set(re.findall(r"\b\d+(\w)\b", bare))
    )


def exported() -> set[str]:
    """The names of all series that worker, API and `badbuzz notify` can show."""
    names = set(OF_PROMETHEUS)
    for make in (StreamMetrics, Metrics, partial(NotifyMetrics, channels=["webhook"])):
        registry = CollectorRegistry()
        make(registry)
        for family in registry.collect():
            endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}
            names |= {family.name + end for end in endings.get(family.type, ("",))}
    return names
