"""What becomes of a batch of tweets: results, dead letters and mentions, in one go.

No broker and no event loop in here: records in, records out.
"""

import time
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import orjson
from aiokafka import ConsumerRecord

from sentiment.champion import Running
from sentiment.errors import BadMessageError
from sentiment.messages import SCHEMA_VERSION, Label, Tweet
from sentiment.ragged import Ragged, stacked
from sentiment.scorer import Probabilities
from sentiment.topics import DEAD_LETTER_ROOM, DEAD_LETTERS, MENTIONS, SCORED
from stream.batch import Batch, Outputs, Record, partition_of
from stream.brands import BrandFile
from stream.deadletters import Stage, dead_letter, reason_of, size_of
from stream.metrics import StreamMetrics
from stream.notes import write_note
from stream.observers import Observers
from stream.parsing import parse_tweet
from stream.settings import StreamSettings

_RECORD_ROOM = 128
"""Bytes of a record beside its key, value and headers."""

_SCORE: Stage = "score"


@dataclass(frozen=True)
class Scoring:
    """What every batch needs.

    Attributes:
        mention_partitions: number of partitions of `brand.mentions`.
        observers: they look at samples of what was scored.
    """

    settings: StreamSettings
    metrics: StreamMetrics
    brands: BrandFile
    mention_partitions: int
    observers: Observers | None = None


@dataclass(slots=True)
class Read:
    """A batch, parsed and tokenised.

    Attributes:
        tweets: those that could be read, each with its record.
        supported: indices of the tweets whose language the model knows.
        encoded: their ids.
        rejects: records for the dead letters, each with the reason.
    """

    batch: Batch
    tweets: list[tuple[ConsumerRecord, Tweet]]
    supported: list[int]
    encoded: Ragged
    rejects: list[tuple[ConsumerRecord, Stage, Exception]]


class ScoreBatch:
    """The work on one batch, with one model version from its first step to its last."""

    def __init__(self, scoring: Scoring, running: Running) -> None:
        self._scoring = scoring
        self._running = running

    @property
    def model(self) -> Running:
        """The version: batches that wait for the same one are scored together."""
        return self._running

    def run(self, batches: Sequence[Batch]) -> list[Outputs]:
        """Read, score and serialise: what each batch publishes.

        Raises:
            ValueError: the model's answer is not a probability.
        """
        reads = [self._read(batch) for batch in batches]
        return [
            self._outputs_of(read, p_negative)
            for read, p_negative in zip(reads, self._infer(reads), strict=True)
        ]

    def isolate(self, batch: Batch) -> Outputs:
        """Halve a batch that failed until the guilty messages stand alone."""
        merged = Outputs(write_note(self._running.pointer), timed=True)
        for part in self._halves(batch):
            for (topic, partition), records in part.records.items():
                merged.add(topic, partition, records)
            merged.counts += part.counts
        return merged

    def _read(self, batch: Batch) -> Read:
        """Parse and tokenise."""
        most = self._scoring.settings.max_text_chars
        tweets = []
        rejects: list[tuple[ConsumerRecord, Stage, Exception]] = []
        for record in batch.records:
            try:
                tweets.append((record, parse_tweet(record.value, most)))
            except BadMessageError as error:
                rejects.append((record, "read", error))
        scorer = self._running.scorer
        known = {lang for lang in {t.lang for _, t in tweets} if scorer.card.supports(lang)}
        supported = [i for i, (_, tweet) in enumerate(tweets) if tweet.lang in known]
        encoded = scorer.tokenizer.encode([tweets[i][1].text for i in supported])
        return Read(batch, tweets, supported, encoded, rejects)

    def _infer(self, reads: Sequence[Read]) -> list[Probabilities]:
        """For each batch, p_negative of its supported tweets, float32 [n]."""
        started = time.perf_counter()
        p_negative = self._running.scorer.run(stacked([read.encoded for read in reads]))
        if not np.all((p_negative >= 0) & (p_negative <= 1)):
            raise ValueError("expected probabilities between 0 and 1 from the model, got others")
        self._scoring.metrics.score_seconds.observe(time.perf_counter() - started)
        return np.split(p_negative, np.cumsum([len(read.encoded) for read in reads])[:-1])

    def _outputs_of(self, read: Read, p_negative: Probabilities) -> Outputs:
        """Serialise results, mentions and dead letters."""
        scores = self._scores(read, p_negative)
        if self._scoring.observers is not None:
            self._scoring.observers.see(self._running, read.batch.start, read.tweets, scores)
        results, mentions, labels = self._results(read, scores)
        return self._outputs(read.batch, results, mentions, read.rejects, labels)

    def _halves(self, batch: Batch) -> Iterable[Outputs]:
        try:
            yield from self.run([batch])
        except Exception as error:  # noqa: BLE001 - whatever a model or a message can raise
            records = batch.records
            if len(records) <= 1:
                guilty = [(record, _SCORE, error) for record in records]
                yield self._outputs(batch, [], {}, guilty, Tally())
                return
            middle = len(records) // 2
            for part in (records[:middle], records[middle:]):
                yield from self._halves(replace(batch, records=part))

    def _scores(self, read: Read, p_negative: Probabilities) -> list[tuple[Label, float | None]]:
        labels = self._running.scorer.labels(p_negative)
        rounded = p_negative.astype(np.float64).round(6).tolist()
        scores: list[tuple[Label, float | None]] = [("unsupported", None)] * len(read.tweets)
        for i, label, p in zip(read.supported, labels, rounded, strict=True):
            scores[i] = (label, p)
        return scores

    def _results(
        self, read: Read, scores: Sequence[tuple[Label, float | None]]
    ) -> tuple[list[Record], dict[int, list[Record]], Tally[Label]]:
        """Records for `tweets.scored`, those for `brand.mentions` by partition, and the labels."""
        about = self._about(read.batch)
        # What all results of a batch share is serialised once: it is most of them.
        shared = b"," + orjson.dumps(about)[1:]
        limit = self._scoring.settings.max_message_bytes
        finder = self._scoring.brands.finder
        find = finder.find if finder.brands else None
        results: list[Record] = []
        mentions: dict[int, list[Record]] = defaultdict(list)
        labels: Tally[Label] = Tally()
        for (record, tweet), (label, p) in zip(read.tweets, scores, strict=True):
            own = {**tweet.__dict__, "label": label, "p_negative": p}
            own["source_offset"] = record.offset
            value = orjson.dumps(own)[:-1] + shared
            result = Record(record.timestamp, record.key, value, list(record.headers))
            named: list[tuple[int, Record]] = []
            if find or tweet.brand:
                brands = find(tweet.text) if find else set()
                if tweet.brand:
                    brands.add(tweet.brand)
                named = [self._mention(brand, {**own, **about}, record) for brand in sorted(brands)]
            # A mention can be larger than its result: its brand stands in its key, too.
            if _too_large(result, limit) or (named and any(_too_large(m, limit) for _, m in named)):
                read.rejects.append((record, "publish", _larger_than(limit)))
                continue
            results.append(result)
            labels[label] += 1
            for partition, mention in named:
                mentions[partition].append(mention)
        return results, mentions, labels

    def _about(self, batch: Batch) -> dict[str, Any]:
        model = self._running.scorer.model
        return {
            "model_name": model.name,
            "model_version": model.version,
            "model_digest": model.digest,
            "scored_at": datetime.now(UTC),
            "source_topic": batch.topic,
            "source_partition": batch.partition,
            "schema_version": SCHEMA_VERSION,
        }

    def _mention(
        self, brand: str, fields: dict[str, Any], record: ConsumerRecord
    ) -> tuple[int, Record]:
        key = brand.encode()
        event_time = fields["created_at"] or datetime.fromtimestamp(record.timestamp / 1000, UTC)
        kept = ("id", "text", "author", "label", "p_negative", "model_version",
                "source_partition", "source_offset", "schema_version")  # fmt: skip
        value = orjson.dumps(
            {"brand": brand, "event_time": event_time, **{name: fields[name] for name in kept}}
        )
        partition = partition_of(key, self._scoring.mention_partitions)
        return partition, Record(record.timestamp, key, value, list(record.headers))

    def _outputs(
        self,
        batch: Batch,
        results: list[Record],
        mentions: dict[int, list[Record]],
        rejects: Sequence[tuple[ConsumerRecord, Stage, Exception]],
        labels: Tally[Label],
    ) -> Outputs:
        settings, metrics = self._scoring.settings, self._scoring.metrics
        outputs = Outputs(write_note(self._running.pointer), timed=True)
        if results:
            outputs.add(settings.topic(SCORED), batch.partition, results)
        for partition, records in mentions.items():
            outputs.add(settings.topic(MENTIONS), partition, records)
        limit = settings.max_message_bytes + DEAD_LETTER_ROOM
        letters = [dead_letter(record, stage, error, limit) for record, stage, error in rejects]
        if letters:
            outputs.add(settings.topic(DEAD_LETTERS), batch.partition, letters)
        for label, amount in labels.items():
            outputs.counts.append((metrics.tweets.labels(label), amount))
        for reason, amount in Tally(reason_of(error) for *_, error in rejects).items():
            outputs.counts.append((metrics.dead_letters.labels(reason), amount))
        outputs.counts.append((metrics.mentions, sum(map(len, mentions.values()))))
        return outputs


def _too_large(record: Record, limit: int) -> bool:
    """Whether Kafka would refuse a record; the exact size is only worked out near the limit."""
    rough = len(record.value or b"") + len(record.key or b"") + _RECORD_ROOM
    if rough * 2 < limit and not record.headers:
        return False
    return size_of(record) > limit


def _larger_than(limit: int) -> BadMessageError:
    return BadMessageError(
        "too_large",
        f"expected a result and mentions of at most {limit} bytes each, got a larger one; "
        "send less in the key, the headers or the fields, or raise BADBUZZ_MAX_MESSAGE_BYTES",
    )
