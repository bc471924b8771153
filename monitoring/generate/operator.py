"""The operator's dashboard: does everything run, how fast, and what is stuck?"""

from grafana_foundation_sdk.builders import dashboard

from monitoring.generate.panels import (
    CALM,
    COUNT,
    SECONDS,
    SHARE,
    Line,
    board,
    chart,
    figure,
    listing,
)

_EVERY = "[$__rate_interval]"
_DEAD = f"sum(rate(badbuzz_dead_letters_total{_EVERY}))"
_SCORED = f"sum(rate(badbuzz_tweets_total{_EVERY}))"


def operator_board() -> dashboard.Dashboard:
    """Leads with six figures that are green when all is well."""
    built = board("badbuzz-operator", "badbuzz: operator", "Whether the stream and the API work.")
    _now(built)
    built.with_row(dashboard.Row("Stream"))
    _stream(built)
    built.with_row(dashboard.Row("Model and API"))
    _services(built)
    return built


def _now(built: dashboard.Dashboard) -> None:
    panels = (
        figure("Alerts firing", 'count(ALERTS{alertstate="firing"}) or vector(0)', COUNT,
               (*CALM, (1, "red")), "All alerts of Prometheus that fire now; see the list below."),
        figure("Services down", 'count(up{job=~"badbuzz-.+"}) - sum(up{job=~"badbuzz-.+"})', COUNT,
               (*CALM, (1, "red")), "Workers and APIs that Prometheus cannot reach."),
        figure("Tweets a second", _SCORED, COUNT, ((None, "blue"),), "Scored and committed."),
        figure("Lag", "max(badbuzz_lag_seconds)", SECONDS,
               (*CALM, (15, "yellow"), (60, "red")),
               "Age of the last result of the partition that is furthest behind."),
        figure("Latency, 99 %", _quantile(0.99, "badbuzz_latency_seconds"), SECONDS,
               (*CALM, (1, "yellow"), (5, "red")),
               "From a tweet's Kafka timestamp to its committed result."),
        figure("Dead letters", f"{_DEAD} / ({_DEAD} + {_SCORED} > 0)", SHARE,
               (*CALM, (0.01, "yellow"), (0.05, "red")), "Share of records not scored."),
    )  # fmt: skip
    for panel in panels:
        built.with_panel(panel)
    built.with_panel(
        listing("Alerts", 'ALERTS{alertstate=~"firing|pending"}',
                {"alertname": "Alert", "alertstate": "State", "severity": "Severity",
                 "instance": "Instance", "partition": "Partition", "brand": "Brand",
                 "feature": "Feature"},
                "Alerts that fire, and pending ones.", width=24)
    )  # fmt: skip


def _stream(built: dashboard.Dashboard) -> None:
    latency = [Line(_quantile(q, "badbuzz_latency_seconds"), f"{q:.0%}") for q in (0.5, 0.95, 0.99)]
    stages = [
        Line(_mean("badbuzz_score_seconds"), "inference of a batch"),
        Line(_mean("badbuzz_transaction_seconds"), "transaction"),
    ]
    trouble = [
        Line(f"sum(rate(badbuzz_transaction_aborts_total{_EVERY}))", "aborted transactions"),
        Line(f"sum(rate(badbuzz_batches_dropped_total{_EVERY}))", "dropped batches"),
    ]
    dead = f"sum by (reason) (rate(badbuzz_dead_letters_total{_EVERY}))"
    panels = (
        chart("Throughput", [Line(_SCORED, "tweets/s"),
              Line(f"sum(rate(badbuzz_mentions_total{_EVERY}))", "brand mentions/s")],
              COUNT, "Results committed a second, over all workers."),
        chart("Latency, event to result", latency, SECONDS, "Over all workers."),
        chart("Lag by partition", [Line("max by (topic, partition) (badbuzz_lag_seconds)",
              "{{topic}}[{{partition}}]")], SECONDS,
              "Age of the last result while records wait; the line is where the alert begins.",
              limit=60),
        chart("Records waiting", [Line("max by (topic, partition) (badbuzz_lag_records)",
              "{{topic}}[{{partition}}]")], COUNT, "Up to the last stable offset."),
        chart("Standing still", [Line("max by (topic, partition) (badbuzz_stalled_seconds)",
              "{{topic}}[{{partition}}]")], SECONDS,
              "How long a partition has committed nothing though records wait.", limit=60),
        chart("Dead letters by reason", [Line(dead, "{{reason}}")], COUNT, "Records a second."),
        chart("Time of a batch", stages, SECONDS, "Means.", width=8),
        chart("Records of a batch", [Line(_mean("badbuzz_batch_records"), "mean")], COUNT,
              "Large batches under load are as they should be.", width=8),
        chart("Trouble with transactions", trouble, COUNT,
              "A second. Some are normal when workers come and go.", width=8),
    )  # fmt: skip
    for panel in panels:
        built.with_panel(panel)


def _services(built: dashboard.Dashboard) -> None:
    requests = [Line(f"sum by (status) (rate(badbuzz_api_requests_total{_EVERY}))", "{{status}}")]
    duration = [
        Line(_quantile(q, "badbuzz_api_request_duration_seconds"), f"{q:.0%}") for q in (0.5, 0.99)
    ]
    refused = (
        f"sum(increase(badbuzz_model_refused_total{_EVERY})) "
        f"+ sum(increase(badbuzz_api_model_refused_total{_EVERY}))"
    )
    panels = (
        listing("Model versions that run", "badbuzz_model_info or badbuzz_api_model_info",
                {"job": "Service", "instance": "Instance", "name": "Model",
                 "version": "Version", "digest": "Digest"},
                "Stream and API must agree, but for the seconds of a change."),
        chart("Changes of the model",
              [Line(f"sum(increase(badbuzz_model_swaps_total{_EVERY}))", "put to work"),
               Line(refused, "refused")], COUNT, "By workers and APIs."),
        chart("API requests a second", requests, COUNT, "By status.", width=8),
        chart("API latency", duration, SECONDS, "Of all routes but streams.", width=8),
        chart("API queue", [Line("sum(badbuzz_api_waiting_predictions)", "waiting"),
              Line("sum(badbuzz_api_live_clients)", "open live pages")], COUNT,
              "Predictions that wait for the model, and live pages that are open.", width=8),
    )  # fmt: skip
    for panel in panels:
        built.with_panel(panel)


def _quantile(q: float, histogram: str) -> str:
    return f"histogram_quantile({q:g}, sum by (le) (rate({histogram}_bucket{_EVERY})))"


def _mean(histogram: str) -> str:
    total, count = f"rate({histogram}_sum{_EVERY})", f"rate({histogram}_count{_EVERY})"
    return f"sum({total}) / (sum({count}) > 0)"
