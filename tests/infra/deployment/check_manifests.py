"""The manifests as kustomize makes them, KEDA's among them; the workflows, through actionlint."""

import os
from pathlib import Path
from typing import Any

import jsonschema_rs
import kubernetes_validate
import pytest
import yaml

from tests.infra.deployment.commands import ROOT, run

TOOLS = Path(os.environ.get("TOOLS", ""))


@pytest.fixture(scope="module")
def built() -> list[dict[str, Any]]:
    """What `kubectl apply -k infra/kubernetes` would send."""
    return list(yaml.safe_load_all(run(f"{TOOLS}/kustomize", "build", "infra/kubernetes")))


def test_what_kustomize_makes_fits_the_schemas(built: list[dict[str, Any]]) -> None:
    kinds = {manifest["kind"] for manifest in built}
    assert {"Deployment", "Job", "ScaledObject", "PodDisruptionBudget", "NetworkPolicy"} <= kinds
    for manifest in built:
        if manifest["apiVersion"].startswith("keda.sh/"):
            keda_schema(manifest["kind"]).validate(manifest)
        else:
            kubernetes_validate.validate(manifest, "1.37", strict=True)


def keda_schema(kind: str) -> jsonschema_rs.Draft7Validator:
    definition = yaml.safe_load((TOOLS / "keda" / f"keda.sh_{kind.lower()}s.yaml").read_text())
    (version,) = [v for v in definition["spec"]["versions"] if v["name"] == "v1alpha1"]
    return jsonschema_rs.Draft7Validator(version["schema"]["openAPIV3Schema"])


def test_the_schema_of_keda_refuses_a_trigger_without_a_type(built: list[dict[str, Any]]) -> None:
    (scaled,) = [m for m in built if m["kind"] == "ScaledObject"]
    del scaled["spec"]["triggers"][0]["type"]
    with pytest.raises(jsonschema_rs.ValidationError):
        keda_schema("ScaledObject").validate(scaled)


def test_every_setting_and_secret_that_a_pod_names_is_made(built: list[dict[str, Any]]) -> None:
    maps = {m["metadata"]["name"] for m in built if m["kind"] == "ConfigMap"}
    for manifest in built:
        if "template" not in manifest.get("spec", {}):
            continue
        for container in manifest["spec"]["template"]["spec"]["containers"]:
            named = {s["configMapRef"]["name"] for s in container.get("envFrom", [])}
            assert named <= maps
            assert ":" in container["image"]


def test_the_workflows_pass_actionlint() -> None:
    run(f"{TOOLS}/actionlint", *map(str, sorted((ROOT / ".github/workflows").glob("*.yml"))))
