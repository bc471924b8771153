"""The brand team's dashboard: is there a bad buzz, since when, and what do people say?"""

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models.dashboard import VariableRefresh, VariableSort

from monitoring.generate.panels import (
    CALM,
    COUNT,
    SHARE,
    SOURCE,
    Line,
    board,
    by_colour,
    chart,
    figure,
    listing,
)

_BRAND = '{brand=~"$brand"}'


def brand_board() -> dashboard.Dashboard:
    """Leads with open alerts and the share of negative mentions."""
    built = board("badbuzz-brand", "badbuzz: brand", "What people say about a brand, and alerts.")
    built.with_variable(
        dashboard.QueryVariable("brand")
        .label("Brand")
        .datasource(SOURCE)
        .query("label_values(badbuzz_buzz_mentions, brand)")
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
    )
    _now(built)
    _history(built)
    _words(built)
    return built


def _now(built: dashboard.Dashboard) -> None:
    alerts = 'sum(badbuzz_buzz_alerts_open{brand=~"$brand",kind="negative"})'
    built.with_panel(
        figure("Open bad-buzz alerts", alerts, COUNT, (*CALM, (1, "red")),
               "Alerts of the kind `negative` that are open now.", width=6)
    )  # fmt: skip
    share = f"max by (brand) (badbuzz_buzz_negative_share{_BRAND})"
    built.with_panel(
        figure("Negative share now", f"max({share})", SHARE,
               (*CALM, (0.4, "yellow"), (0.6, "red")),
               "The largest among the chosen brands, corrected by the error rates.", width=6)
    )  # fmt: skip
    mentions = f"sum(max by (brand) (badbuzz_buzz_mentions{_BRAND}))"
    built.with_panel(
        figure("Mentions in the window", mentions, COUNT, ((None, "blue"),),
               "Distinct mentions of the chosen brands; copies count once.", width=6)
    )  # fmt: skip
    normal = f"sum(max by (brand) (badbuzz_buzz_expected_mentions{_BRAND}))"
    built.with_panel(
        figure("Mentions, as a multiple of normal", f"{mentions} / ({normal} > 0)", COUNT,
               ((None, "blue"), (3, "yellow"), (10, "red")),
               "Beside what is normal for these brands at this hour of the week.", width=6)
    )  # fmt: skip


def _history(built: dashboard.Dashboard) -> None:
    share = [
        Line(f"max by (brand) (badbuzz_buzz_negative_share{_BRAND})", "{{brand}}"),
        Line(f"max by (brand) (badbuzz_buzz_expected_negative_share{_BRAND})",
             "{{brand}}, normal", dashed=True),
    ]  # fmt: skip
    volume = [
        Line(f"max by (brand) (badbuzz_buzz_mentions{_BRAND})", "{{brand}}"),
        Line(f"max by (brand) (badbuzz_buzz_expected_mentions{_BRAND})",
             "{{brand}}, normal", dashed=True),
    ]  # fmt: skip
    opened = [
        Line(f"max by (brand, kind) (badbuzz_buzz_alerts_open{_BRAND})", "{{brand}}, {{kind}}")
    ]
    built.with_panel(
        chart("Share of negative mentions", share, SHARE,
              "Now, and dashed what is normal at this hour of the week.", width=24, top=1)
    )  # fmt: skip
    built.with_panel(
        chart("Mentions in the window", volume, COUNT, "Now, and dashed what is normal.")
    )
    built.with_panel(
        chart("Alerts", opened, COUNT,
              "1 while an alert is open. `negative` notifies, `volume` only informs.", top=1)
    )  # fmt: skip


def _words(built: dashboard.Dashboard) -> None:
    built.with_panel(
        listing(
            "What people say: samples of the open alerts",
            f"max by (brand, kind, text) (badbuzz_buzz_alert_sample_p_negative{_BRAND})",
            {"brand": "Brand", "kind": "Alert", "text": "Tweet", "Value": "p(negative)"},
            "Up to five tweets of each alert that is open now.",
            width=24,
        )
    )
    labels = [Line("sum by (label) (rate(badbuzz_tweets_total[$__rate_interval]))", "{{label}}")]
    built.with_panel(
        by_colour(
            chart("All tweets a second, by label", labels, COUNT,
                  "Every tweet on the stream, whatever it is about.", width=24),
            {"negative": "red", "positive": "green", "uncertain": "yellow", "unsupported": "gray"},
        )
    )  # fmt: skip
