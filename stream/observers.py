"""Those who look at some of the scored tweets from aside: the watch on drift, and the shadow."""

from collections.abc import Sequence

from aiokafka import ConsumerRecord

from sentiment.champion import Running
from sentiment.messages import Feedback, Label, Tweet
from stream.drift import DriftWatch
from stream.metrics import StreamMetrics
from stream.sampling import Aside, Sampled, Sampler
from stream.settings import StreamSettings
from stream.shadow import Challenger, Shadow, Verdict

Tweets = Sequence[tuple[ConsumerRecord, Tweet]]
Scores = Sequence[tuple[Label, float | None]]


class Observers:
    """Hands samples to the threads of drift and shadow; a batch pays microseconds for it.

    Args:
        settings: shares, rates and the window.
        metrics: what the observers show.
    """

    def __init__(self, settings: StreamSettings, metrics: StreamMetrics) -> None:
        self._metrics = metrics.shadow
        drift = DriftWatch(
            metrics.drift, settings.drift_window_minutes * 60, settings.drift_min_tweets
        )
        self._drift: Aside[Sampled] = Aside("drift", drift.take, drift.show)
        self._for_drift = Sampler(1.0, settings.drift_tweets_per_second)
        self._shadow: Aside[Sampled | Verdict] | None = None
        if settings.shadow_share > 0:
            challenger = Challenger(settings, metrics.shadow)
            shadow = Shadow(challenger, metrics.shadow)
            self._shadow = Aside("shadow", shadow.take, challenger.follow)
            share, most = settings.shadow_share, settings.shadow_tweets_per_second
            self._for_shadow = Sampler(share, most)

    def start(self) -> None:
        """Begin to look."""
        for aside in (self._drift, self._shadow):
            if aside is not None:
                aside.start()

    def stop(self) -> None:
        """Look no more."""
        for aside in (self._drift, self._shadow):
            if aside is not None:
                aside.stop()

    def see(self, running: Running, start: int, tweets: Tweets, scores: Scores) -> None:
        """Take samples of a batch that begins at offset `start`. Never waits."""
        if places := self._for_drift.choose(start, len(tweets)):
            self._drift.offer(_sample(running, tweets, scores, places))
        if self._shadow is None:
            return
        if places := self._for_shadow.choose(start, len(tweets)):
            sampled = _sample(running, tweets, scores, places)
            if not self._shadow.offer(sampled):
                self._metrics.dropped.inc(len(sampled.texts))

    def hear(self, running: Running, feedback: Feedback) -> None:
        """Take a person's verdict."""
        if self._shadow is not None:
            self._shadow.offer(Verdict(running, feedback.text, feedback.right))


def _sample(running: Running, tweets: Tweets, scores: Scores, places: range) -> Sampled:
    chosen = [tweets[i][1] for i in places]
    return Sampled(
        running,
        [tweet.text for tweet in chosen],
        [tweet.lang for tweet in chosen],
        [scores[i][0] for i in places],
        [scores[i][1] for i in places],
    )
