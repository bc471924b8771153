"""`badbuzz promote` and `badbuzz rollback`: move the alias, with evidence and a trace."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from sentiment import terminal
from sentiment.errors import ArtefactError, PromotionError, RegistryError
from sentiment.settings import load_settings
from trainer.promotion.judge import Rules, Verdict
from trainer.settings import TrainerSettings

if TYPE_CHECKING:
    from sentiment.scorer import Scorer
    from trainer.registry.register import Versions

PREVIOUS_TAG = "badbuzz.previous"
MOVE_TAG = "badbuzz.move"
ROLLBACK_TAG = "badbuzz.rollback"


Command = Callable[..., None]


def _option(name: str) -> Callable[[Command], Command]:
    field = Rules.model_fields[name.removeprefix("--").replace("-", "_")]
    return click.option(
        name, type=float, default=field.default, show_default=True, help=f"{field.description}."
    )


@click.command("promote")
@click.argument("version", required=False)
@_option("--margin")
@_option("--significance")
@_option("--slice-drop")
@_option("--calibration-error")
@_option("--min-throughput")
@click.option(
    "--prometheus",
    metavar="URL",
    help="Also use this Prometheus' figures of the version in the champion's shadow as evidence.",
)
def promote(version: str | None, prometheus: str | None, **limits: float) -> None:
    """Make VERSION (default: the newest) the champion if it wins on the frozen test part.

    It must be better by the margin in a paired test, lose on no slice, be calibrated, reproduce
    its golden set and be fast enough. Otherwise the alias stays, and the reasons are printed.
    """
    settings = load_settings(TrainerSettings)
    promote_version(settings, version, _rules(limits), terminal.console(), prometheus)


@click.command("rollback")
def rollback() -> None:
    """Make the previous champion the champion again."""
    from trainer.registry.register import Versions  # noqa: PLC0415 - MLflow takes seconds

    settings = load_settings(TrainerSettings)
    versions = Versions(settings)
    champion = versions.champion()
    previous = champion.tags.get(PREVIOUS_TAG) if champion is not None else None
    if champion is None or not previous:
        raise RegistryError(
            f"expected a champion of {settings.model_name} that replaced another one, got "
            f"{'version ' + champion.version if champion is not None else 'no champion'}; "
            "promote a version by its number instead."
        )
    if versions.find(previous) is None:
        raise RegistryError(
            f"expected version {previous} of {settings.model_name}, which version "
            f"{champion.version} replaced, got none: it was deleted, and version "
            f"{champion.version} stays the champion; promote another version by its number."
        )
    move = f"rolled back from version {champion.version} on {_now()}"
    change = versions.point(previous, {ROLLBACK_TAG: move})
    terminal.console().print(f"Version {previous} is the champion again (move {change}): {move}.")
    versions.tag(champion.version, ROLLBACK_TAG, f"gave way to version {previous} on {_now()}")


def promote_version(
    settings: TrainerSettings, version: str | None, rules: Rules, console: Console,
    prometheus: str | None = None,
) -> str:  # fmt: skip
    """Judge a version and move the alias.

    Args:
        settings: name the registry, the model and the data.
        version: its number; by default the newest.
        rules: what it has to show.
        console: where the evidence is printed.
        prometheus: address of a Prometheus that knows its time in the champion's shadow.

    Returns:
        the number of the version promoted.

    Raises:
        PromotionError: it did not win.
        RegistryError: MLflow does not answer, or lacks the version.
        DataError: there is too little data to judge on.
        ArtefactError: the version cannot be opened.
    """
    from trainer.registry.register import Versions  # noqa: PLC0415 - MLflow takes seconds

    versions = Versions(settings)
    number, champion = _number(versions, version), versions.champion()
    if champion is not None and champion.version == number:
        raise PromotionError(f"version {number} is the champion already.")
    verdict = _judged(settings, number, champion, rules, console)
    if prometheus:
        verdict = _with_shadow(verdict, prometheus, number)
    console.print(_table(verdict, number, champion))
    if not verdict.passed:
        raise PromotionError(
            f"version {number} is not promoted. " + "; ".join(verdict.reasons) + "."
        )
    move = _move(verdict, champion)
    versions.point(number, {PREVIOUS_TAG: champion.version if champion else "", MOVE_TAG: move})
    console.print(f"Version {number} is the champion: {move}.")
    return number


def _rules(limits: dict[str, float]) -> Rules:
    try:
        return Rules(**limits)
    except ValidationError as error:
        faults = "; ".join(
            f"--{str(fault['loc'][0]).replace('_', '-')}: {fault['msg']}, got {fault['input']}"
            for fault in error.errors()
        )
        raise PromotionError(f"{faults}.") from None


def _number(versions: "Versions", version: str | None) -> str:
    """The number asked for, if there is such a version; by default the newest."""
    if not version:
        return versions.newest()
    found = versions.find(version) if version.isdecimal() else None
    if found is None:
        raise RegistryError(
            f"expected the number of a version of {versions.name}, got {version!r}; "
            "without one the newest is judged."
        )
    return str(found.version)


def _judged(
    settings: TrainerSettings, number: str, champion: Any, rules: Rules, console: Console
) -> Verdict:
    """Compare a version with the champion, if there is one, on the frozen test part."""
    from trainer.promotion.frozen import frozen_rows  # noqa: PLC0415 - these take seconds to import
    from trainer.promotion.judge import judge  # noqa: PLC0415
    from trainer.registry.versions import open_version  # noqa: PLC0415

    challenger = open_version(settings, number)
    old = _opened_champion(settings, champion, console) if champion is not None else None
    test, origin = frozen_rows(settings, challenger.card.three)
    test = test.for_all([one.card.three for one in (challenger, old) if one is not None])
    console.print(f"Judged on the {len(test):,} test rows of {origin}.")
    return judge(challenger, old, test, rules)


def _opened_champion(settings: TrainerSettings, champion: Any, console: Console) -> "Scorer | None":
    """The champion; None, and why, where it does not open: it must not keep its place for that."""
    from trainer.registry.versions import open_version  # noqa: PLC0415 - MLflow takes seconds

    try:
        return open_version(settings, champion.version)
    except ArtefactError as error:
        console.print(
            f"The champion, version {champion.version}, cannot be opened ({error}): "
            "nobody is left to win over."
        )
        return None


def _with_shadow(verdict: Verdict, prometheus: str, number: str) -> Verdict:
    from trainer.promotion.shadow import shadow_check, shadow_of  # noqa: PLC0415 - only when asked for

    check = shadow_check(shadow_of(prometheus, number))
    return replace(verdict, checks=[*verdict.checks, check])


def _move(verdict: Verdict, champion: Any) -> str:
    if champion is None:
        return f"first champion on {_now()}"
    if verdict.gain is None:
        return f"took the place of version {champion.version}, which cannot be opened, on {_now()}"
    return (
        f"won over version {champion.version} on {_now()} by {verdict.gain:+.2%} accuracy "
        f"(McNemar p = {verdict.p_value:.2g})"
    )


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")


def _table(verdict: Verdict, number: str, champion: Any) -> Table:
    judged_alone = champion is None or verdict.gain is None
    against = "no champion" if judged_alone else f"champion {champion.version}"
    table = Table("", "check", "found", title=f"Version {number} against {against}")
    for check in verdict.checks:
        mark = "[green]passed" if check.passed else "[red]failed"
        table.add_row(mark, check.name, check.found)
    return table
