"""Monitors of the model: hand samples of scored tweets to drift detection and the shadow."""

from collections.abc import Sequence

from aiokafka import ConsumerRecord

from sentiment.champion import Running
from sentiment.messages import Feedback, Tweet
from sentiment.scores import Answer
from stream.metrics import StreamMetrics
from stream.model_monitoring.drift import DriftWatch
from stream.model_monitoring.sampling import BackgroundWorker, Sampled, Sampler
from stream.model_monitoring.shadow import Challenger, LabelledText, Shadow
from stream.settings import StreamSettings

Tweets = Sequence[tuple[ConsumerRecord, Tweet]]
Answers = Sequence[Answer]


class ModelMonitors:
    """Hands samples to the threads of drift and shadow; a batch spends microseconds on it.

    Args:
        settings: shares, rates and the window.
        metrics: where their results are shown.
    """

    def __init__(self, settings: StreamSettings, metrics: StreamMetrics) -> None:
        self._metrics = metrics.shadow
        drift = DriftWatch(
            metrics.drift, settings.drift_window_minutes * 60, settings.drift_min_tweets
        )
        self._drift: BackgroundWorker[Sampled] = BackgroundWorker("drift", drift.take, drift.show)
        self._for_drift = Sampler(1.0, settings.drift_tweets_per_second)
        self._shadow: BackgroundWorker[Sampled | LabelledText] | None = None
        if settings.shadow_share > 0:
            challenger = Challenger(settings, metrics.shadow)
            shadow = Shadow(challenger, metrics.shadow)
            self._shadow = BackgroundWorker("shadow", shadow.take, challenger.follow)
            share, most = settings.shadow_share, settings.shadow_tweets_per_second
            self._for_shadow = Sampler(share, most)

    def start(self) -> None:
        """Start the threads."""
        for worker in (self._drift, self._shadow):
            if worker is not None:
                worker.start()

    def stop(self) -> None:
        """Stop the threads."""
        for worker in (self._drift, self._shadow):
            if worker is not None:
                worker.stop()

    def sample(self, running: Running, start: int, tweets: Tweets, answers: Answers) -> None:
        """Take samples of a batch that begins at offset `start`. Never waits."""
        if places := self._for_drift.choose(start, len(tweets)):
            self._drift.offer(_sample(running, tweets, answers, places))
        if self._shadow is None:
            return
        if places := self._for_shadow.choose(start, len(tweets)):
            sampled = _sample(running, tweets, answers, places)
            if not self._shadow.offer(sampled):
                self._metrics.dropped.inc(len(sampled.texts))

    def add_feedback(self, running: Running, feedback: Feedback) -> None:
        """Compare champion and challenger on a text that a person labelled."""
        if self._shadow is not None:
            self._shadow.offer(LabelledText(running, feedback.text, feedback.right))


def _sample(running: Running, tweets: Tweets, answers: Answers, places: range) -> Sampled:
    chosen = [tweets[i][1] for i in places]
    return Sampled(
        running,
        [tweet.text for tweet in chosen],
        [tweet.lang for tweet in chosen],
        [answers[i] for i in places],
    )
