"""The files in monitoring/: current, valid, and about metrics that there are."""

import json
import os
import re
from pathlib import Path

import jsonschema_rs
import pytest
import yaml

from monitoring.generate.alerts import BAD_PREDICTIONS
from monitoring.generate.files import generated
from monitoring.generate.grafana_rules import DATASOURCE, api_rules
from tests.monitoring.queries import (
    MONITORING,
    boards,
    exported,
    grafana_rules,
    metrics_of,
    panel_queries,
    rules,
)

COMPOSE = yaml.safe_load((MONITORING / "docker-compose.yml").read_text("utf-8"))


def validator(name: str, reference: str = "") -> jsonschema_rs.Validator:
    folder = os.environ.get("GRAFANA_SCHEMAS")
    if not folder:
        pytest.skip(
            "GRAFANA_SCHEMAS is not set: name a folder with Grafana's dashboard.json and "
            "alerting.json (JSON schemas of the Grafana Foundation SDK)."
        )
    schema = json.loads((Path(folder) / name).read_text("utf-8"))
    if reference:
        schema["$ref"] = f"#/definitions/{reference}"
    return jsonschema_rs.validator_for(schema)


def test_every_generated_file_is_current() -> None:
    for name, content in generated().items():
        written = (MONITORING / name).read_text("utf-8")
        assert written == content, f"{name} is not current: run `make dashboards`"


@pytest.mark.parametrize("name", list(boards()))
def test_a_dashboard_passes_grafanas_schema(name: str) -> None:
    faults = [
        f"{list(fault.instance_path)}: {fault.message}"
        for fault in validator("dashboard.json").iter_errors(boards()[name])
    ]
    assert not faults


def test_alert_rules_pass_grafanas_schema() -> None:
    check = validator("alerting.json", "Rule")
    assert [fault.message for rule in api_rules() for fault in check.iter_errors(rule)] == []


@pytest.mark.parametrize(("place", "query"), list(panel_queries()))
def test_a_panels_query_names_metrics_that_exist(place: str, query: str) -> None:
    names = metrics_of(query)
    assert names, f"{place}: {query}"
    assert names <= exported(), place


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_a_rules_query_names_metrics_that_exist(rule: dict[str, str]) -> None:
    names = metrics_of(rule["expr"])
    assert names
    assert names <= exported()


def test_metric_names_are_found_in_queries() -> None:
    query = 'a_total{b="c"} / on (d) group_left () (sum by (e) (rate(f_sum[5m] offset 1m)) > 0)'
    assert metrics_of(query) == {"a_total", "f_sum"}
    assert "badbuzz_no_such_total" not in exported()


def test_the_first_alert_is_the_one_on_wrong_predictions_in_both_forms() -> None:
    title = "Alerte - Taux d'erreur de prédiction élevé"
    assert title == BAD_PREDICTIONS == rules()[0]["alert"] == grafana_rules()[0]["title"]
    assert rules()[0]["expr"] == "(round(sum(increase(bad_prediction_total[5m])))) > 2"


def test_both_forms_hold_the_same_alerts_with_the_same_limits() -> None:
    for ours, theirs in zip(rules(), grafana_rules(), strict=True):
        query, condition = (part["model"] for part in theirs["data"])
        limit = condition["conditions"][0]["evaluator"]
        assert theirs["title"] == ours["alert"]
        assert ours["expr"] == f"({query['expr']}) > {limit['params'][0]:g}"
        assert limit["type"] == "gt"
        assert theirs["for"] == ours.get("for", "0s")
        assert theirs["data"][0]["datasourceUid"] == DATASOURCE


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_has_a_summary_a_description_and_a_runbook_page(rule: dict[str, object]) -> None:
    notes = rule["annotations"]
    assert notes["summary"]
    assert "{{" in notes["description"]
    page = MONITORING.parent / notes["runbook_url"]
    assert page.read_text("utf-8").startswith(f"# {rule['alert']}\n")
    assert f"]({page.name})" in (page.parent / "README.md").read_text("utf-8")


def test_grafana_templates_hold_no_dollar_that_its_provisioning_would_expand() -> None:
    for rule in grafana_rules():
        assert "$" not in json.dumps([rule["annotations"], rule["labels"], rule["title"]])


@pytest.mark.parametrize("name", list(boards()))
def test_a_dashboard_leads_with_figures_and_its_panels_do_not_overlap(name: str) -> None:
    panels = boards()[name]["panels"]
    assert [panel["type"] for panel in panels[:4]] == ["stat"] * 4
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        across = range(at["x"], at["x"] + at["w"])
        cells = {(x, y) for x in across for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells
        assert panel["type"] == "row" or panel["description"]


def test_images_are_pinned_and_grafana_is_the_one_that_the_files_are_made_for() -> None:
    images = {name: service["image"] for name, service in COMPOSE["services"].items()}
    assert all(re.search(r":v?\d+\.\d+\.\d+$", image) for image in images.values())
    assert images["grafana"].startswith("grafana/grafana:11.6.")
    assert "grafana-foundation-sdk==1769699379!11.6.0" in (
        MONITORING.parent / "pyproject.toml"
    ).read_text("utf-8")


def test_the_compose_file_mounts_only_what_is_there_and_listens_on_loopback() -> None:
    for service in COMPOSE["services"].values():
        for mount in service["volumes"]:
            source = mount.split(":")[0]
            assert not source.startswith("./") or (MONITORING / source).exists(), source
    assert COMPOSE["services"]["grafana"]["environment"]["GF_SERVER_HTTP_ADDR"] == "127.0.0.1"
    assert "--web.listen-address=127.0.0.1:9090" in COMPOSE["services"]["prometheus"]["command"]


def test_grafanas_password_comes_from_the_environment() -> None:
    environment = COMPOSE["services"]["grafana"]["environment"]
    assert environment["GF_SECURITY_ADMIN_PASSWORD"] == "${GRAFANA_ADMIN_PASSWORD:-admin}"


def test_no_data_is_ok_only_where_a_query_answers_in_trouble_alone() -> None:
    states = {str(rule["title"]): rule["noDataState"] for rule in grafana_rules()}
    silent = {title for title, state in states.items() if state == "OK"}
    assert silent == {
        "Alerts not delivered", "Dead letters", "Late mentions", "Model refused", "Drift"
    }  # fmt: skip
    assert states["Bad buzz"] == states["Bad buzz unknown"] == "NoData"


@pytest.mark.parametrize("name", list(boards()))
def test_a_figure_shows_what_is_now_and_unknown_where_nothing_is(name: str) -> None:
    for panel in boards()[name]["panels"]:
        if panel["type"] == "stat":
            defaults = panel["fieldConfig"]["defaults"]
            assert defaults["noValue"] == "unknown"
            assert defaults["mappings"][0]["options"]["match"] == "null+nan"
            assert all(target["instant"] for target in panel["targets"])
            assert not any(target.get("range") for target in panel["targets"])
