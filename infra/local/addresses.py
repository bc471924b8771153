"""Where the parts of the local stack are found."""

from infra.local.ports import LOOPBACK
from infra.local.settings import StackSettings
from sentiment.userinfo import without_userinfo


def kafka_brokers(settings: StackSettings) -> str:
    """Return the bootstrap servers: those that the settings name, else the stack's own."""
    return f"{LOOPBACK}:{settings.kafka_port}" if settings.own_kafka else settings.kafka_brokers


def mlflow_uri(settings: StackSettings) -> str:
    """Return the address of MLflow: the one that the settings name, else the stack's own."""
    return _http(settings.mlflow_port) if settings.own_mlflow else settings.mlflow_tracking_uri


def worker_url(settings: StackSettings) -> str:
    """Return the address of the stream worker's web view."""
    return _http(settings.web_port)


def api_url(settings: StackSettings) -> str:
    """Return the address of the API and its live page."""
    return _http(settings.api_port)


def prometheus_url(settings: StackSettings) -> str:
    """Return the address of Prometheus."""
    return _http(settings.prometheus_port)


def address_lines(settings: StackSettings, started: set[str], without_prometheus: str) -> str:
    """Return the addresses of all parts, as lines for people.

    Args:
        settings: of the stack.
        started: names of the parts that run.
        without_prometheus: sentence for the case that Prometheus is not among them.
    """
    prometheus = prometheus_url(settings) if "prometheus" in started else without_prometheus
    places = [
        ("api", "Live page", f"{api_url(settings)}/"),
        ("api", "API", f"{api_url(settings)}/openapi.json"),
        ("mlflow", "MLflow", without_userinfo(mlflow_uri(settings))),
        ("kafka", "Kafka", kafka_brokers(settings)),
        ("worker", "Stream worker", f"{worker_url(settings)}/metrics"),
        ("worker", "Prometheus", prometheus),
        ("worker", "Scored tweets", "badbuzz watch"),
    ]
    elsewhere = {"kafka": not settings.own_kafka, "mlflow": not settings.own_mlflow}
    shown = started | {part for part, is_elsewhere in elsewhere.items() if is_elsewhere}
    lines = [f"  {name:<14} {place}" for part, name, place in places if part in shown]
    return "\n".join(["", "badbuzz runs. Ctrl-C stops it.", *lines, ""])


def _http(port: int) -> str:
    return f"http://{LOOPBACK}:{port}"
