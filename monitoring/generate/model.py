"""The model owner's dashboard: is the champion still right, and is the challenger better?"""

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
_PAIRS = "sum by (champion, challenger) (increase(badbuzz_shadow_tweets_total[$__range]))"

_FLIPS = (
    "sum by (champion, challenger) "
    f"(rate(badbuzz_shadow_tweets_total{_EVERY})) / ignoring (champion, challenger) "
    f"group_left () (sum(rate(badbuzz_shadow_tweets_total{_EVERY})) > 0)"
)
_CHALLENGER_SECONDS = (
    f"sum(rate(badbuzz_shadow_score_seconds_sum{_EVERY})) "
    f"/ (sum(rate(badbuzz_shadow_tweets_total{_EVERY})) > 0)"
)
_CHAMPION_SECONDS = (
    f"sum(rate(badbuzz_score_seconds_sum{_EVERY})) "
    f"/ (sum(rate(badbuzz_batch_records_sum{_EVERY})) > 0)"
)


def model_board() -> dashboard.Dashboard:
    """Leads with what people say of the predictions, then drift, then the challenger."""
    built = board("badbuzz-model", "badbuzz: model", "Whether the model still fits the tweets.")
    _now(built)
    built.with_row(dashboard.Row("Drift: the tweets beside those that the model was checked on"))
    _drift(built)
    built.with_row(dashboard.Row("Challenger, in the shadow of the champion"))
    _shadow(built)
    return built


def _now(built: dashboard.Dashboard) -> None:
    panels = (
        figure("Wrong predictions, 5 min", "round(sum(increase(bad_prediction_total[5m])))", COUNT,
               (*CALM, (1, "yellow"), (3, "red")), "Called wrong by people; 3 are an alert."),
        figure("Disagreement", f"sum(increase(bad_prediction_total[$__range])) / ({_stored()} > 0)",
               SHARE, (*CALM, (0.3, "yellow"), (0.6, "red")),
               "Part of the feedback in the time shown that calls the prediction wrong."),
        figure("Largest drift (PSI)", "max(badbuzz_drift_psi)", COUNT,
               (*CALM, (0.1, "yellow"), (0.25, "red")), "Below 0.1: none; above 0.25: an alert."),
        figure("Uncertain tweets", f"{_label('uncertain')} / ({_label('.+')} > 0)", SHARE,
               ((None, "blue"),), "Part of the tweets whose two likeliest classes are close.",
               width=3),
        figure("Not judged", f"{_label('unsupported')} / ({_label('.+')} > 0)", SHARE,
               ((None, "blue"),), "Part of the tweets in a language unknown to the model, or with "
               "nothing but mentions and links; left out of every share.", width=3),
        figure("Agreement with the challenger", _agreement(), SHARE,
               ((None, "blue"),), "Same label, over the time shown.", width=3),
        figure("Challenger", "badbuzz_shadow_model_info", COUNT, ((None, "blue"),),
               "The version that the alias challenger names.", width=3,
               name="version {{version}}"),
    )  # fmt: skip
    for panel in panels:
        built.with_panel(panel)
    built.with_panel(
        chart("Wrong predictions by version",
              [Line("sum by (model_version) (increase(bad_prediction_total[5m]))",
                    "version {{model_version}}")], COUNT, "Within 5 minutes.", limit=3)
    )  # fmt: skip
    built.with_panel(
        chart("Feedback", [Line("sum by (outcome) (increase(badbuzz_api_feedback_total[5m]))",
              "{{outcome}}")], COUNT, "Posts within 5 minutes, by what became of them.")
    )  # fmt: skip


def _drift(built: dashboard.Dashboard) -> None:
    panels = (
        chart("Population stability index",
              [Line("max by (feature) (badbuzz_drift_psi)", "{{feature}}")], COUNT,
              "By feature. Above the line the tweets are others than the model's.", limit=0.25),
        chart("Jensen-Shannon divergence",
              [Line("max by (feature) (badbuzz_drift_jensen_shannon)", "{{feature}}")], COUNT,
              "In bits, 0 (the same) to 1 (nothing in common).", limit=0.03),
        chart("Mean probabilities and unknown tokens",
              [Line('avg by (feature) (badbuzz_drift_window_mean{feature!="length"})',
                    "{{feature}}")],
              SHARE, "Over the window.", width=8),
        chart("Mean length", [Line('avg(badbuzz_drift_window_mean{feature="length"})',
              "characters")], COUNT, "Over the window, in characters.", width=8),
        chart("Tweets in the window", [Line("sum(badbuzz_drift_window_tweets)", "sampled")],
              COUNT, "With too few, no drift is reported.", width=8),
    )  # fmt: skip
    for panel in panels:
        built.with_panel(panel)


def _shadow(built: dashboard.Dashboard) -> None:
    panels = (
        listing("Labels, pair by pair", _PAIRS,
                {"champion": "Champion says", "challenger": "Challenger says", "Value": "Tweets"},
                "Of the same tweets, over the time shown.", width=8),
        chart("Labels over time", [Line(_FLIPS, "{{champion}} → {{challenger}}")], SHARE,
              "Parts of the paired tweets: what the champion says → what the challenger says.",
              width=16, top=1),
        chart("Right, by people's feedback",
              [Line(f"{_verdicts('right')} / ({_verdicts('right|wrong')} > 0)", "{{role}}")], SHARE,
              "On the same texts. People report errors of the champion rather than hits, so only "
              "the difference matters.", width=8, top=1),
        chart("Inference of a tweet", [Line(_CHAMPION_SECONDS, "champion"),
               Line(_CHALLENGER_SECONDS, "challenger")],
              SECONDS, "The champion in large batches on all its threads, the challenger in "
              "small ones on one.", width=8),
        chart("Sampled and left out",
              [Line(f"sum(rate(badbuzz_shadow_tweets_total{_EVERY}))", "scored"),
               Line(f"sum(rate(badbuzz_shadow_dropped_total{_EVERY}))", "left out")],
              COUNT, "Tweets a second.", width=8),
    )  # fmt: skip
    for panel in panels:
        built.with_panel(panel)
    buckets = f"sum by (le) (rate(badbuzz_shadow_difference_bucket{_EVERY}))"
    built.with_panel(
        chart("Difference of p(negative), 95 %",
              [Line(f"histogram_quantile(0.95, {buckets})", "95 %")], SHARE,
              "Between the two versions, on the same tweets.", top=1)
    )  # fmt: skip
    built.with_panel(
        chart("Challengers refused",
              [Line("sum by (reason) (increase(badbuzz_shadow_refused_total[15m]))", "{{reason}}")],
              COUNT, "Within 15 minutes, by reason; the log of the worker says more.")
    )  # fmt: skip


def _stored() -> str:
    return 'sum(increase(badbuzz_api_feedback_total{outcome="stored"}[$__range]))'


def _verdicts(outcomes: str) -> str:
    chosen = f'badbuzz_shadow_feedback_total{{outcome=~"{outcomes}"}}'
    return f"sum by (role) (increase({chosen}[$__range]))"


def _label(pattern: str) -> str:
    return f'sum(increase(badbuzz_tweets_total{{label=~"{pattern}"}}[$__range]))'


def _agreement() -> str:
    same = " + ".join(
        f'sum(increase(badbuzz_shadow_tweets_total{{champion="{one}",challenger="{one}"}}[$__range]))'
        for one in ("negative", "neutral", "positive", "uncertain")
    )
    return f"({same}) / (sum(increase(badbuzz_shadow_tweets_total[$__range])) > 0)"
