"""The generated files and their content."""

from pathlib import Path

from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.cog.encoder import JSONEncoder

from monitoring.generate.brand import brand_board
from monitoring.generate.grafana_rules import alerting_rules
from monitoring.generate.model import model_board
from monitoring.generate.operator import operator_board
from monitoring.generate.provisioning import datasources, providers
from monitoring.generate.rules import prometheus_rules


def here() -> Path:
    """The folder `monitoring`."""
    return Path(__file__).parents[1]


def generated() -> dict[str, str]:
    """Content by path below `monitoring`."""
    boards = {"brand": brand_board, "operator": operator_board, "model": model_board}
    return {
        "prometheus/rules.yml": prometheus_rules(),
        "alerting_rules.yaml": alerting_rules(),
        "grafana/provisioning/datasources/prometheus.yaml": datasources(),
        "grafana/provisioning/dashboards/badbuzz.yaml": providers(),
        **{f"grafana/dashboards/{name}.json": _json(make()) for name, make in boards.items()},
    }


def _json(board: Dashboard) -> str:
    return JSONEncoder(indent=2, sort_keys=True, ensure_ascii=False).encode(board.build()) + "\n"
