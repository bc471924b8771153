"""`badbuzz doctor`: is all as badbuzz needs it? Exit code 1 where somebody must act."""

import json
import logging
import sys
from dataclasses import asdict
from itertools import chain

import click
from rich.table import Table
from rich.text import Text

from infra.doctor.finding import Finding, taken
from infra.doctor.machine import machine_looks
from infra.doctor.services import service_looks
from infra.local.settings import StackSettings
from sentiment import terminal
from sentiment.printable import printable, printable_json
from sentiment.settings import load_settings

_LOOKS = {"ok": ("ok", "green"), "note": ("note", "yellow"), "act": ("ACT", "bold red")}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def command(as_json: bool) -> None:
    """Look at the machine, its ports, Java, memory, disk and clock, at Kafka, MLflow, the model,
    the brands and the services, and say what to do. Changes nothing. Exit code 1: somebody must
    act."""
    logging.getLogger().addHandler(logging.NullHandler())  # what libraries say, we say better
    settings = load_settings(StackSettings)
    looks = chain(machine_looks(settings), service_looks(settings))
    findings = [taken(thing, look) for thing, look in looks]
    if as_json:
        for finding in findings:
            click.echo(printable_json(json.dumps(asdict(finding), ensure_ascii=False)))
    else:
        _show(findings)
    if any(finding.state == "act" for finding in findings):
        sys.exit(1)


def _show(findings: list[Finding]) -> None:
    console = terminal.console()
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for finding in findings:
        word, style = _LOOKS[finding.state]
        said = Text(printable(finding.found))
        if finding.advice:
            said.append(f"\n-> {printable(finding.advice)}", style)
        grid.add_row(Text(word, style), Text(finding.thing), said)
    console.print(grid)
    count = sum(finding.state == "act" for finding in findings)
    console.print(f"{count} of {len(findings)} need you." if count else "All is well.")
