"""The alerts, once for Prometheus and Grafana."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["page", "ticket"]
NoData = Literal["OK", "NoData"]

BAD_PREDICTIONS = "Alerte - Taux d'erreur de prédiction élevé"


@dataclass(frozen=True)
class Alert:
    """A query, and the value above which a person has to know.

    `summary` and `description` are Go templates in which `VALUE` stands for the query's value.
    Labels are written `.Labels.name`, without the dollar sign that Grafana takes for a variable
    of the environment when it provisions files.

    Attributes:
        title: name of the alert.
        slug: of its Grafana uid and its runbook page.
        query: PromQL without the comparison.
        threshold: fires above it.
        wait: for how long the query must stay above it.
        severity: `page` wakes somebody up, `ticket` waits for the morning.
        no_data: what it means in Grafana that the query has no answer. OK only where it has one in
            trouble alone, and other alerts tell that nobody looks.
    """

    title: str
    slug: str
    query: str
    threshold: float
    wait: str
    severity: Severity
    summary: str
    description: str
    no_data: NoData = "NoData"

    @property
    def runbook(self) -> str:
        """Its page, from the repository's root."""
        return f"monitoring/runbooks/{self.slug}.md"

    @property
    def expression(self) -> str:
        """The query with its comparison, as Prometheus takes it."""
        return f"({self.query}) > {self.threshold:g}"


_LATE = "sum(rate(badbuzz_buzz_late_mentions_total[15m]))"
_DEAD = "sum(rate(badbuzz_dead_letters_total[5m]))"


_GIVEN_UP = 'increase(badbuzz_notifications_total{outcome="refused"}[15m])'


def _refused(counter: str) -> str:
    """Refusals within 15 minutes.

    A counter that is born above zero shows no increase: a process that starts with a refused
    champion is seen by the second half.
    """
    recent = f"sum by (job, reason) (increase({counter}[15m])) > 0"
    return f"{recent} or sum by (job, reason) ({counter} unless {counter} offset 15m)"


ALERTS = (
    Alert(
        title=BAD_PREDICTIONS,
        slug="bad-predictions",
        # increase() extrapolates: two events in five minutes give 2.1, which is not more than two.
        query="round(sum(increase(bad_prediction_total[5m])))",
        threshold=2,
        wait="0s",
        severity="page",
        summary="{{ VALUE }} wrong predictions within 5 minutes",
        description="People called {{ VALUE }} predictions wrong within 5 minutes, over all "
        "versions of the model; more than 2 is too many.",
    ),
    Alert(
        title="Bad buzz",
        slug="bad-buzz",
        # The detector has decided already; the share is there to be read. -1 says that it is heard
        # and has nothing to tell, so that no answer means that nobody hears it.
        query="max by (brand) (badbuzz_buzz_negative_share) and on (brand) "
        '(max by (brand) (badbuzz_buzz_alerts_open{kind="negative"}) > 0) '
        "or 0 * max(badbuzz_mentions_total) - 1",
        threshold=-1,
        wait="0s",
        severity="page",
        summary="Bad buzz about {{ .Labels.brand }}",
        description="{{ VALUE | humanizePercentage }} of the mentions of {{ .Labels.brand }} are "
        "negative, far more than is normal at this hour.",
    ),
    Alert(
        title="Bad buzz unknown",
        slug="blind",
        query="max(badbuzz_api_blind) or absent(badbuzz_api_blind) * 2",
        threshold=0,
        wait="2m",
        severity="page",
        summary="Nobody knows whether a bad buzz starts",
        description="No open alert does not mean that all is calm: for 2 minutes "
        "{{ if eq VALUE 2.0 }}Prometheus has not heard the API{{ else }}the API has not known "
        "how things are; its /freshness says why{{ end }}.",
    ),
    Alert(
        title="Nothing scored",
        slug="nothing-scored",
        query="(sum(badbuzz_lag_records) and (sum(rate(badbuzz_tweets_total[5m])) == 0)) "
        "or absent(badbuzz_lag_records) or absent(badbuzz_tweets_total) "
        "or 0 * max(badbuzz_mentions_total)",
        threshold=0,
        wait="5m",
        severity="page",
        summary="No tweet is scored",
        description="For 5 minutes no worker has scored a tweet, and {{ VALUE }} records wait; 1 "
        "also stands for no worker that says how many.",
    ),
    Alert(
        title="Alerts not delivered",
        slug="notifications",
        query="(max by (channel) (badbuzz_notification_waiting_seconds) > bool 300) + "
        f"round(sum by (channel) ({_GIVEN_UP}))",
        threshold=0,
        wait="0s",
        severity="page",
        summary="Alerts do not reach anybody by {{ .Labels.channel }}",
        description="By {{ .Labels.channel }}, an alert has waited for more than 5 minutes, or one "
        "was refused and given up.",
        no_data="OK",
    ),
    Alert(
        title="Consumer lag",
        slug="consumer-lag",
        query="max by (topic, partition) (badbuzz_lag_seconds)",
        threshold=60,
        wait="2m",
        severity="page",
        summary="{{ .Labels.topic }}[{{ .Labels.partition }}] is "
        "{{ VALUE | humanizeDuration }} behind",
        description="The last result of partition {{ .Labels.partition }} of "
        "{{ .Labels.topic }} is of a record {{ VALUE | humanizeDuration }} old, and more wait.",
    ),
    Alert(
        title="Worker not progressing",
        slug="worker-not-progressing",
        query="max by (instance, topic, partition) (badbuzz_stalled_seconds)",
        threshold=60,
        wait="30s",
        severity="page",
        summary="{{ .Labels.instance }} is alive, but {{ .Labels.topic }}"
        "[{{ .Labels.partition }}] stands still",
        description="Partition {{ .Labels.partition }} of {{ .Labels.topic }} has committed "
        "nothing for {{ VALUE | humanizeDuration }} though records wait.",
    ),
    Alert(
        title="Dead letters",
        slug="dead-letters",
        query=f"{_DEAD} / ({_DEAD} + sum(rate(badbuzz_tweets_total[5m]))) "
        "and (round(sum(increase(badbuzz_dead_letters_total[5m]))) >= 10)",
        threshold=0.05,
        wait="1m",
        severity="page",
        summary="{{ VALUE | humanizePercentage }} of the records go to the dead letters",
        description="{{ VALUE | humanizePercentage }} of the records of the last 5 minutes could "
        "not be scored; the limit is 5 %.",
        no_data="OK",
    ),
    Alert(
        title="Late mentions",
        slug="late-mentions",
        query=f"{_LATE} / clamp_min(sum(rate(badbuzz_mentions_total[15m])), 0.01) "
        "and (round(sum(increase(badbuzz_buzz_late_mentions_total[15m]))) >= 10)",
        threshold=0.05,
        wait="5m",
        severity="ticket",
        summary="{{ VALUE | humanizePercentage }} of the mentions come too late to count",
        description="{{ VALUE | humanizePercentage }} of the mentions of the last 15 minutes came "
        "after their minute was closed, and count for no alert.",
        no_data="OK",
    ),
    Alert(
        title="Model refused",
        slug="model-refused",
        query=f"{_refused('badbuzz_model_refused_total')} "
        f"or {_refused('badbuzz_api_model_refused_total')}",
        threshold=0,
        wait="0s",
        severity="ticket",
        summary="{{ .Labels.job }} refused a model version",
        description="{{ .Labels.job }} did not load the version that the alias names "
        "({{ .Labels.reason }}) and keeps the previous one.",
        no_data="OK",
    ),
    Alert(
        title="Drift",
        slug="drift",
        # A bin that is empty on one side blows the index up and hardly moves the divergence:
        # both have to say so.
        query="max by (feature) (badbuzz_drift_psi) and on (feature) "
        "(max by (feature) (badbuzz_drift_jensen_shannon) > 0.03)",
        threshold=0.25,
        wait="10m",
        severity="ticket",
        summary="The tweets' {{ .Labels.feature }} has drifted",
        description="The population stability index of {{ .Labels.feature }} against the model's "
        'reference is {{ VALUE | printf "%.2f" }}; above 0.25 the tweets are others than those '
        "that the model was checked on.",
        no_data="OK",
    ),
    Alert(
        title="Target down",
        slug="target-down",
        query='max by (job, instance) (1 - up{job=~"badbuzz-.+"}) '
        'or absent(up{job="badbuzz-worker"}) or absent(up{job="badbuzz-api"})',
        threshold=0,
        wait="30s",
        severity="page",
        summary="{{ .Labels.job }} {{ .Labels.instance }} is down",
        description="Prometheus gets no metrics of {{ .Labels.job }} {{ .Labels.instance }}.",
    ),
)
