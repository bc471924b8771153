"""The alerts as a Grafana file: provisioned by the compose file, or imported by hand."""

import json
from typing import Any

from grafana_foundation_sdk.builders import alerting, expr
from grafana_foundation_sdk.builders import prometheus as queries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.alerting import RelativeTimeRange
from grafana_foundation_sdk.models.dashboard import DataSourceRef

from monitoring.generate.alerts import ALERTS, Alert
from monitoring.generate.rules import dump

FOLDER = "badbuzz"
DATASOURCE = "badbuzz-prometheus"
_EXPRESSIONS = "__expr__"
_HEAD = """\
# Written by `python -m monitoring.generate`; edit generate/alerts.py instead.
# docker-compose.yml provisions this file. By hand: copy it into Grafana's
# provisioning/alerting folder and restart; its datasource needs the uid badbuzz-prometheus.
"""


def api_rules() -> list[dict[str, Any]]:
    """Every rule in the shape of Grafana's HTTP API."""
    return [_plain(_rule(alert).build()) for alert in ALERTS]


def alerting_rules() -> str:
    """The content of `alerting_rules.yaml`, in the shape of Grafana's file provisioning."""
    group = {
        "orgId": 1,
        "name": "badbuzz",
        "folder": FOLDER,
        "interval": "30s",
        "rules": [_provisioned(rule) for rule in api_rules()],
    }
    return _HEAD + dump({"apiVersion": 1, "groups": [group]})


def _rule(alert: Alert) -> alerting.Rule:
    return (
        alerting.Rule(alert.title)
        .uid(f"badbuzz-{alert.slug}")
        .org_id(1)
        .folder_uid(FOLDER)
        .rule_group("badbuzz")
        .condition("C")
        .queries([_query(alert), _condition(alert)])
        .no_data_state(alert.no_data)
        .exec_err_state("Error")
        .for_val(alert.wait)
        .labels({"severity": alert.severity})
        .annotations(
            {
                "summary": alert.summary.replace("VALUE", ".Values.A.Value"),
                "description": alert.description.replace("VALUE", ".Values.A.Value"),
                "runbook_url": alert.runbook,
            }
        )
    )


def _query(alert: Alert) -> alerting.Query:
    model = (
        queries.Dataquery()
        .expr(alert.query)
        .instant()
        .ref_id("A")
        .datasource(DataSourceRef(type_val="prometheus", uid=DATASOURCE))
    )
    last = RelativeTimeRange(from_val=600, to=0)
    return alerting.Query("A").datasource_uid(DATASOURCE).relative_time_range(last).model(model)


def _condition(alert: Alert) -> alerting.Query:
    above = expr.ExprTypeThresholdConditionsEvaluator().type("gt").params([alert.threshold])
    model = (
        expr.TypeThreshold()
        .ref_id("C")
        .expression("A")
        .datasource(DataSourceRef(type_val=_EXPRESSIONS, uid=_EXPRESSIONS))
        .conditions([expr.ExprTypeThresholdConditions().evaluator(above)])
    )
    now = RelativeTimeRange(from_val=0, to=0)
    return alerting.Query("C").datasource_uid(_EXPRESSIONS).relative_time_range(now).model(model)


def _provisioned(rule: dict[str, Any]) -> dict[str, Any]:
    kept = ("uid", "title", "condition", "data", "noDataState", "execErrState", "for",
            "annotations", "labels")  # fmt: skip
    return {name: rule[name] for name in kept} | {"isPaused": False}


def _plain(built: object) -> Any:
    return json.loads(JSONEncoder(sort_keys=True).encode(built))
