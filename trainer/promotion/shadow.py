"""What a challenger did in the champion's shadow, as Prometheus has kept it."""

import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass

from sentiment.errors import PromotionError
from trainer.promotion.judge import Check

_TIMEOUT_SECONDS = 10.0
_LEAST_VERDICTS = 30
"""People's verdicts below which the comparison is shown and decides nothing."""


@dataclass(frozen=True)
class Shadow:
    """Counts of the last days.

    Attributes:
        tweets: that both versions scored.
        agreed: those with the same label.
        challenger_right: of people's verdicts on texts that both scored.
        champion_right: of the same.
        verdicts: how many there were, those with an uncertain label among them.
    """

    tweets: float
    agreed: float
    challenger_right: float
    champion_right: float
    verdicts: float


def shadow_of(prometheus: str, version: str, days: int = 7) -> Shadow:
    """Ask Prometheus for a challenger's time in the shadow, over all workers.

    Raises:
        PromotionError: Prometheus does not answer.
    """
    chosen = f'version="{version}"'

    def count(metric: str, labels: str) -> float:
        return _ask(prometheus, f"sum(increase({metric}{{{chosen}{labels}}}[{days}d]))")

    tweets, feedback = "badbuzz_shadow_tweets_total", "badbuzz_shadow_feedback_total"
    labels = ("negative", "neutral", "positive", "uncertain")
    return Shadow(
        tweets=count(tweets, ""),
        agreed=sum(count(tweets, f',champion="{one}",challenger="{one}"') for one in labels),
        challenger_right=count(feedback, ',role="challenger",outcome="right"'),
        champion_right=count(feedback, ',role="champion",outcome="right"'),
        verdicts=count(feedback, ',role="challenger"'),
    )


def shadow_check(shadow: Shadow) -> Check:
    """Whether people's verdicts speak against the challenger; few of them do not count."""
    if not shadow.tweets:
        return Check("in the shadow", True, "was not scored beside the champion")
    found = f"agrees on {shadow.agreed / shadow.tweets:.1%} of {shadow.tweets:,.0f} tweets"
    if not shadow.verdicts:
        return Check("in the shadow", True, f"{found}; no feedback")
    right, champion_right = (
        count / shadow.verdicts for count in (shadow.challenger_right, shadow.champion_right)
    )
    found += f"; right on {right:.1%} of {shadow.verdicts:.0f} verdicts"
    found += f" (champion: {champion_right:.1%})"
    worse = shadow.verdicts >= _LEAST_VERDICTS and right < champion_right
    return Check("in the shadow", not worse, found)


def _ask(prometheus: str, query: str) -> float:
    url = f"{prometheus.rstrip('/')}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310
            found = json.load(answer)["data"]["result"]
    except (urllib.error.URLError, OSError, ValueError, KeyError) as error:
        raise PromotionError(
            f"expected Prometheus at {prometheus}, got {error}; "
            "start it, or leave --prometheus out."
        ) from error
    return float(found[0]["value"][1]) if found else 0.0
