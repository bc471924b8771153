"""`make chaos`: random faults under load, then a count of every message.

The last line is `messages N, kills N, missing N, twice N`. With `--stock` the workers are a plain
Faust agent under Faust's own exactly_once: the same faults then show duplicates.
"""

import asyncio
import logging
import random
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import numpy as np
import orjson
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from infra.local.kafka import LocalKafka
from infra.local.mlflow import LocalMlflow
from infra.local.ports import free_port
from sentiment.sample import sample_tweets
from sentiment.scorer import Scorer
from sentiment.topics import TWEETS
from stream.kafka.lag import group_lag
from stream.kafka.topics import create_topics, created_topics
from stream.settings import StreamSettings
from tests import kafka_wire
from tests.artefacts import make_artefact
from tests.chaos.census import Census, take_census
from tests.chaos.fleet import Fleet, badbuzz_command
from tests.chaos.freezing import freeze_amid_a_transaction
from tests.chaos.hostile import HOSTILE, UNDECODABLE, Hostile
from tests.chaos.readiness import wait_ready
from trainer.registry.register import Versions
from trainer.settings import TrainerSettings

_BRAND = "examplair"
_UNDECODABLE_RECORDS = 20
_SESSION_SECONDS = 6.0


@click.command()
@click.option("--messages", default=500_000)
@click.option("--kills", default=50)
@click.option("--broker-kills", default=5)
@click.option("--zombies", default=5)
@click.option("--swaps", default=10)
@click.option("--leaves", default=5)
@click.option("--workers", default=2)
@click.option("--partitions", default=4)
@click.option("--every", default=4.0, help="Seconds between two faults.")
@click.option("--seed", default=1)
@click.option("--stock", is_flag=True, help="A plain Faust agent in place of badbuzz.")
def main(*, seed: int, stock: bool, **sizes: float) -> None:
    """Run chaos on services of its own, and judge what came out."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # broken connections are the point
    with TemporaryDirectory(prefix="badbuzz-chaos-") as folder:
        chaos = Chaos(Path(folder), random.Random(seed), stock, **sizes)
        faults = asyncio.run(chaos.run())
    sys.exit(1 if faults else 0)


class Chaos:
    """One run: services, workers, a producer and a list of faults to come, in random order."""

    _amid = False

    def __init__(
        self,
        folder: Path,
        chance: random.Random,
        stock: bool = False,
        *,
        messages: float,
        kills: float,
        broker_kills: float,
        zombies: float,
        swaps: float,
        leaves: float,
        workers: float,
        partitions: float,
        every: float,
    ) -> None:
        self._chance = chance
        self._stock = stock
        self._messages = int(messages)
        self._workers = int(workers)
        self._every = every
        self._kills = int(kills)
        self._plan: list[Callable[[], None]] = [
            *[self._kill] * int(kills),
            *[self._kill_broker] * int(broker_kills),
            *[self._make_zombie] * int(zombies),
            *[self._swap] * int(0 if stock else swaps),
            *[self._leave] * int(leaves),
        ]
        chance.shuffle(self._plan)
        self._kafka = LocalKafka(folder / "services", free_port())
        self._mlflow = LocalMlflow(folder / "services", free_port())
        self.settings = StreamSettings(
            kafka_brokers=self._kafka.bootstrap,
            mlflow_tracking_uri=f"http://127.0.0.1:{self._mlflow.port}",
            partitions=int(partitions),
            session_seconds=_SESSION_SECONDS,
            transaction_seconds=_SESSION_SECONDS,
        )
        self._versions: Versions
        self._scorers: dict[str, Scorer] = {}
        self._moves: list[str] = []
        self._folder = folder
        self._fleet = Fleet(self._command(), self._environment(), folder)
        self.slowest_stop = 0.0

    async def run(self) -> list[str]:
        """Start everything, do the plan, wait until all is scored; returns what is wrong."""
        with self._kafka, self._mlflow:
            await create_topics(self.settings)
            await created_topics(self.settings)
            self._register()
            try:
                for worker in [self._fleet.start() for _ in range(self._workers)]:
                    if not self._stock:
                        await asyncio.to_thread(wait_ready, worker)
                producing = asyncio.create_task(self._produce())
                await asyncio.to_thread(self._carry_out)
                await producing
                seconds = await self._wait_until_scored()
            finally:
                self._fleet.stop()
            census = await take_census(self.settings)
        return self._judge(census, seconds)

    def _command(self) -> list[str]:
        if self._stock:
            return [sys.executable, "-m", "tests.chaos.stock"]
        return badbuzz_command()

    def _environment(self) -> dict[str, str]:
        brands = self._folder / "brands.json"
        self._folder.mkdir(parents=True, exist_ok=True)
        brands.write_bytes(orjson.dumps({_BRAND: {"handles": ["@examplair"]}}))
        settings = self.settings
        return {
            "KAFKA_BROKERS": settings.kafka_brokers,
            "MLFLOW_TRACKING_URI": settings.mlflow_tracking_uri,
            "BADBUZZ_SESSION_SECONDS": str(settings.session_seconds),
            "BADBUZZ_TRANSACTION_SECONDS": str(settings.transaction_seconds),
            "BADBUZZ_BRANDS_FILE": str(brands),
            "BADBUZZ_MODEL_POLL_SECONDS": "1",
            "BADBUZZ_SCORER_THREADS": "1",
            "BADBUZZ_BATCH_RECORDS": "500",
            "CHAOS_ARTEFACT": str(self._folder / "artefact-0"),
        }

    def _register(self) -> None:
        self._versions = Versions(
            TrainerSettings(mlflow_tracking_uri=self.settings.mlflow_tracking_uri)
        )
        for number, bias in enumerate((0.0, 3.0)):
            folder = make_artefact(self._folder / f"artefact-{number}", bias)
            version = self._versions.register(folder, {})
            self._scorers[version] = Scorer(folder)
        self._swap()

    def _swap(self) -> None:
        current = self._moves[-1] if self._moves else None
        target = next(version for version in self._scorers if version != current)
        self._versions.point(target)
        self._moves.append(target)

    async def _produce(self) -> None:
        """Sends at a rate that lasts as long as the faults do."""
        seconds = max(len(self._plan) * self._every, 1.0)
        producer = AIOKafkaProducer(
            **self.settings.kafka_client, enable_idempotence=True, linger_ms=5
        )
        await producer.start()
        texts = [text for text, _ in sample_tweets(2_000)]
        for number in range(_UNDECODABLE_RECORDS):  # while no fault comes yet: nothing sends again
            await kafka_wire.send(producer, TWEETS, number % self.settings.partitions, UNDECODABLE)
        started = time.monotonic()
        waiting = []
        for number in range(_UNDECODABLE_RECORDS, self._messages):
            early = number / self._messages * seconds - (time.monotonic() - started)
            if early > 0.01:
                await asyncio.sleep(early)
            value, key, headers = self._message(number, texts)
            waiting.append(await producer.send(TWEETS, value, key=key, headers=list(headers)))
            if len(waiting) >= 5_000:
                await asyncio.gather(*waiting)
                waiting.clear()
        await asyncio.gather(*waiting)
        await producer.stop()

    def _message(self, number: int, texts: list[str]) -> Hostile:
        if number % 97 == 0:
            return HOSTILE[number // 97 % len(HOSTILE)]
        text = texts[number % len(texts)] + (" @examplair" if number % 10 == 0 else "")
        return Hostile(orjson.dumps({"id": str(number), "text": text, "lang": "en"}))

    def _carry_out(self) -> None:
        # The first workers take up their work; a stock agent does not say when it is ready.
        time.sleep(10 if self._stock else 2)
        for number, fault in enumerate(self._plan, start=1):
            fault()
            print(f"{number}/{len(self._plan)} {fault.__name__.strip('_')}", flush=True)
            time.sleep(self._every * self._chance.uniform(0.5, 1.5))
            self._fleet.check()

    def _kill(self) -> None:
        """Every second one, from the first, meets an open transaction."""
        worker = self._fleet.pick(self._chance)
        self._amid = not self._amid
        if self._amid and not self._stock:
            with suppress(KafkaError):  # a broker that has just come back
                asyncio.run(freeze_amid_a_transaction(self._fleet, worker, self.settings))
        self._fleet.kill(worker)
        self._fleet.start()

    def _leave(self) -> None:
        self._fleet.start()
        time.sleep(8)  # it joins while the others work
        self.slowest_stop = max(
            self.slowest_stop, self._fleet.leave(self._fleet.pick(self._chance))
        )

    def _make_zombie(self) -> None:
        self._fleet.start()
        time.sleep(8)
        worker = self._fleet.pick(self._chance)
        self._fleet.freeze(worker)
        time.sleep(_SESSION_SECONDS * 2)  # its partitions have moved
        self._fleet.wake(worker)
        time.sleep(2)
        self._fleet.kill(self._fleet.pick(self._chance))

    def _kill_broker(self) -> None:
        self._kafka.kill()
        time.sleep(self._chance.uniform(0, 3))
        self._kafka.start()

    async def _wait_until_scored(self) -> float:
        started = time.monotonic()
        while time.monotonic() - started < 600:
            lags = await group_lag(self.settings, self.settings.group, TWEETS)
            if not sum(lags.values()):
                return time.monotonic() - started
            await asyncio.sleep(1)
        raise AssertionError(f"after 600 s the workers still lag: {lags}")

    def _judge(self, census: Census, seconds: float) -> list[str]:
        faults = self._faults(census)
        print(f"aborted transactions {census.aborted}, dead letters {census.dead}")
        print(f"backlog worked off in {seconds:.1f} s, slowest stop {self.slowest_stop:.1f} s")
        for fault in faults:
            print(f"FAULT: {fault}")
        print(
            f"messages {len(census.sent)}, kills {self._kills}, "
            f"missing {census.missing}, twice {census.twice}"
        )
        return faults

    def _faults(self, census: Census) -> list[str]:
        if self._stock:
            return (
                [] if census.twice else ["a stock agent showed no duplicates: kill it more often"]
            )
        faults = [*self._order(census), *self._mentions(census), *self._scores(census)]
        print(f"scored by versions {self._versions_seen(census)}, alias moves {self._moves}")
        if not census.aborted:
            faults.append("no transaction was aborted: the run proves nothing")
        if census.missing or census.twice:
            faults.append("not exactly once")
        return faults

    def _order(self, census: Census) -> list[str]:
        """Within a partition offsets rise, and versions change as the alias moved."""
        faults = []
        for partition, tweets in census.scored.items():
            offsets = [tweet["source_offset"] for tweet in tweets]
            if offsets != sorted(offsets):
                faults.append(f"partition {partition} is out of order")
            versions = [tweets[0]["model_version"]]
            for tweet in tweets:
                if tweet["model_version"] != versions[-1]:
                    versions.append(tweet["model_version"])
            moves = iter(self._moves)
            if not all(version in moves for version in versions):
                faults.append(f"partition {partition} went through versions {versions}")
        return faults

    def _mentions(self, census: Census) -> list[str]:
        expected = {
            (_BRAND, (tweet["source_partition"], tweet["source_offset"])): 1
            for tweets in census.scored.values()
            for tweet in tweets
            if "@examplair" in str(tweet["text"])
        }
        return [] if census.mentions == expected else ["brand.mentions are not exactly once"]

    def _scores(self, census: Census) -> list[str]:
        """Each result must be what the version that it names says."""
        for version, scorer in self._scorers.items():
            tweets = [
                tweet
                for partition in census.scored.values()
                for tweet in partition
                if tweet["model_version"] == version and tweet["p_negative"] is not None
            ]
            if not tweets:
                continue
            p_negative = scorer.score([str(tweet["text"]) for tweet in tweets]).p_negative
            said = np.array([tweet["p_negative"] for tweet in tweets], np.float32)
            if np.abs(p_negative - said).max() > 1e-5:
                return [f"results differ from what version {version} says"]
        return []

    def _versions_seen(self, census: Census) -> list[str]:
        return sorted(
            {str(t["model_version"]) for tweets in census.scored.values() for t in tweets}
        )


if __name__ == "__main__":
    main()
