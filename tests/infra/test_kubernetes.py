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
    for path in sorted(FOLDER.rglob("*.yaml"))
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


def test_only_a_process_that_does_not_answer_is_restarted() -> None:
    """A partition that stands still, or a broker that is away, ends no process."""
    for name in ("Deployment-stream", "Deployment-api"):
        (container,) = PODS[name]["containers"]
        used = {
            probe: container[probe]["httpGet"]["path"] for probe in container if "Probe" in probe
        }
        assert used == {
            "startupProbe": "/live", "livenessProbe": "/live", "readinessProbe": "/ready"
        }  # fmt: skip


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


def test_every_file_of_the_folder_is_deployed_or_offered() -> None:
    kustomizations = {
        path.parent: yaml.safe_load(path.read_text()) for path in FOLDER.rglob("kustomization.yaml")
    }
    named = {folder / name for folder, one in kustomizations.items() for name in one["resources"]}
    assert named == {p for p in FOLDER.rglob("*.yaml") if p.name != "kustomization.yaml"}
    offered = {f"components: [{folder.name}]" for folder in kustomizations if folder != FOLDER}
    assert all(one in (FOLDER / "kustomization.yaml").read_text() for one in offered)


def test_workers_and_the_api_are_given_the_brands_that_are_deployed() -> None:
    (generated,) = [
        one
        for one in yaml.safe_load((FOLDER / "kustomization.yaml").read_text())["configMapGenerator"]
        if one["name"] == "badbuzz-brands"
    ]
    assert all((FOLDER / name).is_file() for name in generated["files"])
    for name in ("Deployment-stream", "Deployment-api"):
        (container,) = PODS[name]["containers"]
        (path,) = [e["value"] for e in container["env"] if e["name"] == "BADBUZZ_BRANDS_FILE"]
        mounts = {mount["mountPath"]: mount["name"] for mount in container["volumeMounts"]}
        folder, _, file = path.rpartition("/")
        assert mounts[folder] == "brands"
        assert file in generated["files"]
