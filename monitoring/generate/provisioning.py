"""Grafana's provisioning: its data source and the folder of the dashboards."""

from monitoring.generate.grafana_rules import DATASOURCE, FOLDER
from monitoring.generate.rules import dump

_HEAD = "# Written by `python -m monitoring.generate`.\n"


def datasources() -> str:
    """`provisioning/datasources`: the Prometheus beside it."""
    source = {
        "name": "Prometheus",
        "uid": DATASOURCE,
        "type": "prometheus",
        "access": "proxy",
        "url": "http://127.0.0.1:9090",
        "isDefault": True,
        "editable": False,
        "jsonData": {"timeInterval": "5s", "httpMethod": "POST"},
    }
    return _HEAD + dump({"apiVersion": 1, "datasources": [source]})


def providers() -> str:
    """`provisioning/dashboards`: the folder with the dashboards."""
    provider = {
        "name": "badbuzz",
        "folder": "badbuzz",
        "folderUid": FOLDER,
        "type": "file",
        "allowUiUpdates": False,
        "options": {"path": "/var/lib/grafana/dashboards"},
    }
    return _HEAD + dump({"apiVersion": 1, "providers": [provider]})
