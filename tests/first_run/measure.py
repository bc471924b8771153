"""Starts the whole stack in a fresh folder, and looks at its first alert in a real browser."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import psutil
from playwright.sync_api import Page, sync_playwright

from infra.local.leftovers import MARK
from infra.local.ports import free_port

CHROMIUM = Path("/usr/bin/chromium")
ALERT_SECONDS = 120
_START_SECONDS = 900
_STOP_SECONDS = 60
_MIB = 1_024 * 1_024
_TELLING = '[data-kind="negative"], [data-kind="storm"]'
"""The crisis, not praise."""
_NO_LOUDER = re.compile(r"\b(WARN|WARNING|ERROR|CRITICAL|Traceback)\b")


@click.command()
@click.option("--picture", type=click.Path(dir_okay=False, path_type=Path), help="Save it here.")
@click.option("--within", default=ALERT_SECONDS, show_default=True, help="Seconds to the alert.")
def command(picture: Path | None, within: int) -> None:
    """Time the first alert after "badbuzz runs"; exit code 1 if it comes too late, or if the start
    logs a warning."""
    with TemporaryDirectory(prefix="badbuzz-first-run-") as folder:
        environment = _environment()
        with _stack(Path(folder), environment) as log:
            began = time.monotonic()
            _until(log, "badbuzz runs", _START_SECONDS)
            started = time.monotonic()
            waited = _first_alert(f"http://127.0.0.1:{environment['BADBUZZ_API_PORT']}", picture)
            memory = _memory_mib(Path(folder) / "state")
        used = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
        loud = [line for line in log.read_text().splitlines() if _NO_LOUDER.search(line)]
    click.echo(
        f"ready after {started - began:.0f} s; the alert, with words and samples, {waited:.0f} s "
        f"later; memory {memory:,.0f} MiB, state {used / _MIB:,.0f} MiB; {len(loud)} warnings"
    )
    for line in loud:
        click.echo(line)
    sys.exit(waited > within or bool(loud))


def _environment() -> dict[str, str]:
    """No setting of the person's own, and ports of its own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BADBUZZ_", "KAFKA_BROKERS", "MLFLOW_"))
    }
    ports = ("KAFKA_PORT", "MLFLOW_PORT", "PROMETHEUS_PORT", "BADBUZZ_WEB_PORT", "BADBUZZ_API_PORT")
    return kept | {name: str(free_port()) for name in ports} | {"BADBUZZ_STATE_DIR": "state"}


@contextmanager
def _stack(folder: Path, environment: dict[str, str]) -> Iterator[Path]:
    log = folder / "stack.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("badbuzz"), "stack"],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield log
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(_STOP_SECONDS)


def _until(log: Path, words: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while words not in (said := log.read_text(errors="replace")):
        if time.monotonic() > deadline:
            raise click.ClickException(f"not within {seconds} s: {words}\n{said[-3_000:]}")
        time.sleep(0.2)


def _first_alert(url: str, picture: Path | None) -> float:
    """Seconds until an alert's card shows its words and samples."""
    began = time.monotonic()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="en")
        page.goto(url)
        card = page.locator(f".alert:is({_TELLING})").first
        card.wait_for(timeout=1_000 * _START_SECONDS)
        card.get_by_text("Why this alert").click()
        card.locator(".words li").first.wait_for()
        card.locator(".samples li").first.wait_for()
        waited = time.monotonic() - began
        if picture is not None:
            _take(page, picture)
        browser.close()
    return waited


def _take(page: Page, picture: Path) -> None:
    page.locator("#status").click()  # the pointer rests where nothing changes
    page.screenshot(path=picture)


def _memory_mib(state: Path) -> float:
    """Proportional memory of all processes of the stack; shared pages count once."""
    mark = str(state.resolve())
    total = 0
    for process in psutil.process_iter(["environ"]):
        if (process.info["environ"] or {}).get(MARK) == mark:
            total += process.memory_full_info().pss
    return total / _MIB


if __name__ == "__main__":
    command()
