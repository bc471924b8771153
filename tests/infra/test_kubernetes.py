"""The manifests, against the schemas of Kubernetes; with kustomize and KEDA: `make test-infra`."""

from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from stream.settings import StreamSettings

FOLDER = Path(__file__).parents[2] / "infra" / "kubernetes"
OLDEST, NEWEST = "1.32", "1.37"
MANIFESTS = [
    document
    for path in sorted(FOLDER.glob("*.yaml"))
    if path.name != "kustomization.yaml"
    for document in yaml.safe_load_all(path.read_text())
]
NATIVE = [m for m in MANIFESTS if not m["apiVersion"].startswith("keda.sh/")]
PODS = {
    f"{m['kind']}-{m['metadata']['name']}": m["spec"]["template"]["spec"]
    for m in MANIFESTS
    if "template" in m.get("spec", {})
}


def named(manifest: dict[str, Any]) -> str:
    return f"{manifest['kind']}-{manifest['metadata']['name']}"


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
@pytest.mark.parametrize("manifest", NATIVE, ids=named)
def test_a_manifest_fits_the_schema_of_its_kind(manifest: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(manifest, version, strict=True)


def test_the_schemas_refuse_a_field_that_is_not_theirs() -> None:
    (stream,) = [m for m in NATIVE if named(m) == "Deployment-stream"]
    broken = stream | {"spec": stream["spec"] | {"replica": 2}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, NEWEST, strict=True)


@pytest.mark.parametrize("name", PODS)
def test_a_pod_is_an_ordinary_user_that_cannot_write_its_programs(name: str) -> None:
    pod = PODS[name]
    assert pod["securityContext"]["runAsNonRoot"]
    assert not pod["automountServiceAccountToken"]
    for container in pod["containers"]:
        assert container["securityContext"]["readOnlyRootFilesystem"]
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["limits"]["memory"]


def test_workers_are_scaled_by_the_lag_of_their_group_up_to_the_number_of_partitions() -> None:
    (scaled,) = [m["spec"] for m in MANIFESTS if m["kind"] == "ScaledObject"]
    kustomization = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
    settings = dict(
        line.split("=", 1) for line in kustomization["configMapGenerator"][0]["literals"]
    )
    trigger = scaled["triggers"][0]["metadata"]
    assert str(scaled["maxReplicaCount"]) == settings["BADBUZZ_PARTITIONS"]
    assert trigger["bootstrapServers"] == settings["KAFKA_BROKERS"]
    assert trigger["consumerGroup"] == StreamSettings.model_fields["group"].default
