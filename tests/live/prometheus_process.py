"""A real Prometheus on the project's own configuration, in a hurry: it looks every half second."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import httpx
import yaml

from infra.local import process
from infra.local.mlflow import http_ok
from infra.local.ports import free_port

MONITORING = Path(__file__).parents[2] / "monitoring"
_WAIT = "2s"


class PrometheusProcess:
    """Scrapes the ports given instead of the usual ones; alerts wait 2 s where they wait longer.

    Args:
        program: path of prometheus.
        folder: for its data and configuration.
        ports: TCP ports of 127.0.0.1 by job.
    """

    def __init__(self, program: str, folder: Path, ports: Mapping[str, list[int]]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        folder.mkdir(parents=True)
        self._folder = folder
        self._program = program
        self._ports = {**ports, "prometheus": [self.port]}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._write()
        log = self._folder / "prometheus.log"
        argv = [
            self._program,
            f"--config.file={self._folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={self._folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
            "--log.level=warn",
        ]
        self._process = process.spawn(argv, log)
        process.wait_ready(
            self._process, lambda: http_ok(f"{self.url}/-/ready"), "Prometheus", log, 30
        )
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            process.stop(self._process, 10)

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The series that PromQL finds now."""
        answer = httpx.get(f"{self.url}/api/v1/query", params={"query": expression}).json()
        assert answer["status"] == "success", answer
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found

    def value(self, expression: str) -> float:
        """The one value that PromQL finds; 0 where there is none."""
        found = self.query(expression)
        return float(found[0]["value"][1]) if found else 0.0

    def firing(self) -> dict[str, dict[str, Any]]:
        """The alerts that fire now, by name, each with its labels and annotations."""
        alerts = httpx.get(f"{self.url}/api/v1/alerts").json()["data"]["alerts"]
        return {a["labels"]["alertname"]: a for a in alerts if a["state"] == "firing"}

    def states(self) -> set[tuple[str, str]]:
        """Name and state of each alert that fires or is about to."""
        alerts = httpx.get(f"{self.url}/api/v1/alerts").json()["data"]["alerts"]
        return {(a["labels"]["alertname"], a["state"]) for a in alerts}

    def rule_faults(self) -> list[str]:
        """What went wrong when rules were evaluated."""
        groups = httpx.get(f"{self.url}/api/v1/rules").json()["data"]["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        return [f"{r['name']}: {r['lastError']}" for r in rules if r.get("lastError")]

    def _write(self) -> None:
        config = yaml.safe_load((MONITORING / "prometheus/prometheus.yml").read_text("utf-8"))
        config["global"] = {"scrape_interval": "500ms", "evaluation_interval": "500ms"}
        for job in config["scrape_configs"]:
            targets = [f"127.0.0.1:{port}" for port in self._ports[job["job_name"]]]
            job.pop("file_sd_configs", None)
            job["static_configs"] = [{"targets": targets}]
        rules = yaml.safe_load((MONITORING / "prometheus/rules.yml").read_text("utf-8"))
        for rule in rules["groups"][0]["rules"]:
            if "for" in rule:
                rule["for"] = _WAIT
        (self._folder / "prometheus.yml").write_text(yaml.safe_dump(config), "utf-8")
        (self._folder / "rules.yml").write_text(yaml.safe_dump(rules), "utf-8")
