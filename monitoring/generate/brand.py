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
    chart,
    figure,
    listing,
    styled,
)

_BRAND = '{brand="$brand"}'
_SHARE = f"max(badbuzz_buzz_negative_share{_BRAND})"
_MENTIONS = f"max(badbuzz_buzz_mentions{_BRAND})"
_NORMAL_MENTIONS = f"max(badbuzz_buzz_expected_mentions{_BRAND})"
_NORMAL = "normal at this hour"
_SEEN = "unless (max(badbuzz_api_blind) > 0)"
"""What is not how things are now is not shown as a figure: it is unknown."""


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
    )
    _now(built)
    _history(built)
    _words(built)
    return built


def _now(built: dashboard.Dashboard) -> None:
    alerts = f'max(badbuzz_buzz_alerts_open{{brand="$brand",kind="negative"}}) {_SEEN}'
    panels = (
        figure("Bad buzz", alerts, COUNT, (*CALM, (1, "red")),
               "1 while an alert of the kind `negative` is open for this brand.", width=6),
        figure("Negative share", f"{_SHARE} {_SEEN}", SHARE, (*CALM, (0.4, "yellow"), (0.6, "red")),
               "Of the mentions in the detector's window, corrected by the error rates.", width=6),
        figure("Mentions", f"{_MENTIONS} {_SEEN}", COUNT, ((None, "blue"),),
               "Distinct mentions in the window; copies count once.", width=6),
        figure("Mentions, times normal", f"{_MENTIONS} / ({_NORMAL_MENTIONS} > 0) {_SEEN}", COUNT,
               ((None, "blue"), (3, "yellow"), (10, "red")),
               "As a multiple of what is normal at this hour of the week.", width=6),
    )  # fmt: skip
    for panel in panels:
        built.with_panel(panel)


def _history(built: dashboard.Dashboard) -> None:
    normal_share = f"max(badbuzz_buzz_expected_negative_share{_BRAND})"
    share = [Line(_SHARE, "negative share"), Line(normal_share, _NORMAL)]
    volume = [Line(_MENTIONS, "mentions"), Line(_NORMAL_MENTIONS, _NORMAL)]
    opened = [Line(f"max by (kind) (badbuzz_buzz_alerts_open{_BRAND})", "{{kind}}")]
    panels = (
        styled(chart("Share of negative mentions", share, SHARE,
                     "Dashed: normal at this hour of the week.", width=24, top=1),
               {"negative share": "red", _NORMAL: "gray"}, dashed=_NORMAL),
        styled(chart("Mentions in the window", volume, COUNT, "Dashed: normal at this hour."),
               {"mentions": "blue", _NORMAL: "gray"}, dashed=_NORMAL),
        styled(chart("Alerts", opened, COUNT,
                     "1 while open. `negative` notifies, `volume` only informs.", top=1),
               {"negative": "red", "volume": "blue"}),
    )  # fmt: skip
    for panel in panels:
        built.with_panel(panel)


def _words(built: dashboard.Dashboard) -> None:
    samples = f"max by (kind, text) (badbuzz_buzz_alert_sample_p_negative{_BRAND})"
    labels = [Line("sum by (label) (rate(badbuzz_tweets_total[$__rate_interval]))", "{{label}}")]
    panels = (
        listing("What people say: samples of the open alerts", samples,
                {"kind": "Alert", "text": "Tweet", "Value": "p(negative)"},
                "Up to five tweets of each alert of this brand that is open now.", width=24),
        listing("All brands with an open alert",
                "max by (brand, kind) (badbuzz_buzz_alerts_open) > 0",
                {"brand": "Brand", "kind": "Alert"}, "Choose the brand at the top."),
        styled(chart("All tweets a second, by label", labels, COUNT,
                     "Every tweet on the stream, about any subject."),
               {"negative": "red", "neutral": "blue", "positive": "green",
                "uncertain": "yellow", "unsupported": "gray"}),
    )  # fmt: skip
    for panel in panels:
        built.with_panel(panel)
