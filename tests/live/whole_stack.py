"""Worker, API and, where asked, `notify` on topics of their own, for walks in a browser."""

import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import httpx

from infra.local.kafka import LocalKafka
from sentiment import artefact
from sentiment.registry import Pointer, Registry
from sentiment.settings import Settings
from sentiment.topics import MENTIONS, TWEETS
from stream.settings import StreamSettings
from tests.api.api_process import ApiProcess, Installation, wait_for
from tests.chaos.fleet import Fleet, badbuzz_command
from tests.live.conftest import wait_ready
from tests.live.kafka_io import lag, send
from tests.live.notifying import Notifying

T = TypeVar("T")

_COUNTED_SECONDS = 240


def aside(work: Callable[..., T], *arguments: object, **named: object) -> T:
    """In a thread without an event loop: Playwright runs one in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work, *arguments, **named).result()


class WholeStack:
    """What a brand team looks at. MLflow is away: all go on with the version that was left.

    Args:
        folder: of the test.
        kafka: a broker; `restart` needs one that is this test's alone.
        model: the artefact of the version.
        notify: settings of `badbuzz notify`; None: it does not run.
    """

    def __init__(
        self, folder: Path, kafka: LocalKafka, model: Path, notify: dict[str, str] | None = None
    ) -> None:
        self._kafka = kafka
        installed = Installation(folder, kafka.bootstrap, "http://127.0.0.1:9")
        installed.make_topics()
        models = {"models_dir": folder / "fleet/models"}
        _leave_a_version(installed.settings.model_copy(update=models), model)
        group = f"group-{installed.prefix.strip('.')}"
        self.settings = StreamSettings(**dict(installed.settings) | {"group": group})
        shared = {"BADBUZZ_GROUP": group, "BADBUZZ_MODELS_DIR": str(models["models_dir"])}
        self.api = ApiProcess(installed, ready=False, **shared)
        worker = {
            **installed.environment, "BADBUZZ_GROUP": group, "BADBUZZ_PAGE_URL": self.api.url,
            "BADBUZZ_SCORER_THREADS": "1", "BADBUZZ_IDLE_PARTITION_SECONDS": "3",
        }  # fmt: skip
        self.workers = Fleet(badbuzz_command(), worker, folder / "fleet")
        self.notifying = Notifying(self.settings, folder / "notify", **notify) if notify else None

    def start(self) -> None:
        """Return once all are ready, and the API knows the brands."""
        worker, _ = self.workers.start(), self.api.__enter__()
        if self.notifying:
            aside(self.notifying.start, "webhook")
        wait_ready(worker)
        wait_for(lambda: httpx.get(f"{self.api.url}/brands").is_success, 60, "brands are read")

    def restart(self) -> None:
        """Stop everything in good order, the broker last, and start it again."""
        fleets = [self.workers, *([self.notifying.fleet] if self.notifying else [])]
        for fleet in fleets:
            fleet.leave(fleet.workers[0])
        self.api.stop()
        self._kafka.stop()
        self._kafka.start()
        self.start()

    def stop(self) -> None:
        """Kill what runs, but the broker."""
        if self.notifying:
            self.notifying.fleet.stop()
        self.workers.stop()
        self.api.__exit__()

    def send(self, tweets: Sequence[bytes], key: bytes) -> None:
        """Send tweets and wait until they are counted."""
        aside(send, self.settings, TWEETS, tweets, key=key)
        self.wait_counted()

    def wait_counted(self) -> None:
        """Return once all tweets are scored, and their mentions counted."""
        wait_for(
            lambda: all(not aside(lag, self.settings, topic) for topic in (TWEETS, MENTIONS)),
            _COUNTED_SECONDS,
            "all is counted",
        )


def _leave_a_version(settings: Settings, model: Path) -> None:
    """The last good version, kept from a time when MLflow was there."""
    digest = artefact.digest(model)
    shutil.copytree(model, settings.models_dir / settings.model_name / f"1-{digest}")
    Registry(settings).keep(Pointer(1, "1", digest))
