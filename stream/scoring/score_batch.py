"""What becomes of a batch of tweets: results, dead letters and mentions, in one go.

No broker and no event loop in here: records in, records out.
"""

import time
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

import orjson
from aiokafka import ConsumerRecord

from sentiment.brands.finder import BrandFinder
from sentiment.brands.past import KIND
from sentiment.champion import Running
from sentiment.errors import BadMessageError
from sentiment.kafka_records import UnreadableRecord
from sentiment.messages import SCHEMA_VERSION, Label, Tweet
from sentiment.ragged import Ragged, stacked
from sentiment.scores import Answer, Scores
from sentiment.support import Asked, select
from sentiment.times import TimeError, read_time
from sentiment.topics import DEAD_LETTER_ROOM, DEAD_LETTERS, MENTIONS, SCORED
from stream.batches.batch import Batch
from stream.dlq.dead_letter import Stage, dead_letter, detached, reason_of, size_of
from stream.metrics import StreamMetrics
from stream.model_monitoring.monitors import ModelMonitors
from stream.scoring.parsing import parse_tweet
from stream.settings import StreamSettings
from stream.transactions.offset_metadata import write_model
from stream.transactions.outputs import Outputs, Record, partition_of

_RECORD_ROOM = 128
"""Bytes of a record beside its key, value and headers."""

_SCORE: Stage = "score"


class Brands(Protocol):
    """Gives the finder of the brands that are watched now."""

    @property
    def finder(self) -> BrandFinder:
        """Any thread may use it."""


@dataclass(frozen=True)
class Scoring:
    """What every batch needs.

    Attributes:
        mention_partitions: number of partitions of `brand.mentions`.
        monitors: get samples of what was scored.
    """

    settings: StreamSettings
    metrics: StreamMetrics
    brands: Brands
    mention_partitions: int
    monitors: ModelMonitors | None = None


@dataclass(slots=True)
class Read:
    """A batch, parsed and tokenised.

    Attributes:
        tweets: those that could be read, each with its record.
        asked: those of them that the model is asked about.
        encoded: their ids.
        rejects: records for the dead letters, each with the reason.
        nulled: how many optional fields could not be read, by field and reason.
    """

    batch: Batch
    tweets: list[tuple[ConsumerRecord, Tweet]]
    asked: Asked
    encoded: Ragged
    rejects: list[tuple[ConsumerRecord, Stage, Exception]]
    nulled: Tally[tuple[str, str]]


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
            self._outputs_of(read, scores)
            for read, scores in zip(reads, self._infer(reads), strict=True)
        ]

    def isolate(self, batch: Batch) -> Outputs:
        """Halve a batch that failed until the guilty messages stand alone."""
        merged = Outputs(write_model(self._running.pointer), timed=True)
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
        nulled: Tally[tuple[str, str]] = Tally()
        for record in batch.records:
            try:
                if isinstance(record, UnreadableRecord):
                    raise BadMessageError("unreadable", record.reason)
                tweets.append((record, parse_tweet(record.value, most, nulled)))
            except Exception as error:  # noqa: BLE001 - no record may stop those behind it
                rejects.append((record, "read", detached(error)))
        scorer = self._running.scorer
        texts = [tweet.text for _, tweet in tweets]
        asked = select(scorer.card, texts, [tweet.lang for _, tweet in tweets])
        encoded = scorer.tokenizer.encode([texts[row] for row in asked.rows])
        return Read(batch, tweets, asked, encoded, rejects, nulled)

    def _infer(self, reads: Sequence[Read]) -> list[Scores]:
        """For each batch, the scores of the tweets that the model is asked about."""
        started = time.perf_counter()
        scores = self._running.scorer.run(stacked([read.encoded for read in reads]))
        if not scores.are_probabilities():
            raise ValueError("expected probabilities between 0 and 1 from the model, got others")
        self._scoring.metrics.score_seconds.observe(time.perf_counter() - started)
        return scores.split([len(read.encoded) for read in reads])

    def _outputs_of(self, read: Read, scores: Scores) -> Outputs:
        """Serialise results, mentions and dead letters."""
        answers = self._running.scorer.answers(read.asked, scores)
        if self._scoring.monitors is not None:
            self._scoring.monitors.sample(self._running, read.batch.start, read.tweets, answers)
        results, mentions, labels = self._results(read, answers)
        outputs = self._outputs(read.batch, results, mentions, read.rejects, labels)
        nulled = self._scoring.metrics.nulled_fields
        outputs.counts += [(nulled.labels(*why), amount) for why, amount in read.nulled.items()]
        return outputs

    def _halves(self, batch: Batch) -> Iterable[Outputs]:
        try:
            yield from self.run([batch])
        except Exception as error:  # noqa: BLE001 - whatever a model or a message can raise
            records = batch.records
            if len(records) <= 1:
                guilty = [(record, _SCORE, detached(error)) for record in records]
                yield self._outputs(batch, [], {}, guilty, Tally())
                return
            middle = len(records) // 2
            for part in (records[:middle], records[middle:]):
                yield from self._halves(replace(batch, records=part))

    def _results(
        self, read: Read, answers: Sequence[Answer]
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
        for (record, tweet), answer in zip(read.tweets, answers, strict=True):
            label, p_negative, p_neutral, p_positive, lang_detected = answer
            own = {
                **tweet.__dict__,
                "label": label,
                "p_negative": p_negative,
                "p_neutral": p_neutral,
                "p_positive": p_positive,
                "lang_detected": lang_detected,
                "source_offset": record.offset,
            }
            value = orjson.dumps(own)[:-1] + shared
            result = Record(record.timestamp, record.key, value, list(record.headers))
            named: list[tuple[int, Record]] = []
            if find or tweet.brand:
                brands = self._brands_of(tweet, find)
                named = [self._mention(brand, {**own, **about}, record) for brand in brands]
            # A mention can be larger than its result: its brand stands in its key, too.
            if _too_large(result, limit) or (named and any(_too_large(m, limit) for _, m in named)):
                read.rejects.append((record, "publish", _larger_than(limit)))
                continue
            results.append(result)
            labels[label] += 1
            for partition, mention in named:
                mentions[partition].append(mention)
        return results, mentions, labels

    def _brands_of(self, tweet: Tweet, find: Callable[[str], set[str]] | None) -> list[str]:
        """The brand that the producer named, and those that the text names: a limited number."""
        found = find(tweet.text) if find else set()
        named = [tweet.brand] if tweet.brand else []
        others = sorted(found.difference(named))
        return sorted([*named, *others][: self._scoring.settings.brands_per_tweet])

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
        event_time = fields["created_at"] or _time_of(record)
        kept = ("id", "text", "author", "label", "p_negative", "p_neutral", "p_positive",
                "lang_detected", "model_version", "source_partition", "source_offset",
                "schema_version")  # fmt: skip
        value = orjson.dumps(
            {"brand": brand, "event_time": event_time, **{name: fields[name] for name in kept}}
        )
        partition = partition_of(key, self._scoring.mention_partitions)
        # A producer's header must not make a mention look like a brand's past.
        headers = [one for one in record.headers if one[0] != KIND]
        return partition, Record(record.timestamp, key, value, headers)

    def _outputs(
        self,
        batch: Batch,
        results: list[Record],
        mentions: dict[int, list[Record]],
        rejects: Sequence[tuple[ConsumerRecord, Stage, Exception]],
        labels: Tally[Label],
    ) -> Outputs:
        settings, metrics = self._scoring.settings, self._scoring.metrics
        outputs = Outputs(write_model(self._running.pointer), timed=True)
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


def _time_of(record: ConsumerRecord) -> datetime:
    """A record's own time; now, where its producer wrote none or one beyond the calendar."""
    try:
        return read_time(record.timestamp)
    except TimeError:
        return datetime.now(UTC)


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
