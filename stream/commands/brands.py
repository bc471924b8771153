"""`badbuzz brands`: which brands are watched."""

import asyncio
import difflib
import getpass
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
import orjson
from pydantic import ValidationError
from rich.text import Text

from sentiment import terminal
from sentiment.brands.catalogue import WatchedBrand, merged
from sentiment.brands.change import brand_to_add
from sentiment.brands.file import BrandFile
from sentiment.brands.finder import BrandFinder
from sentiment.brands.record import Brand, brand_key
from sentiment.brands.topic import Brands, read_brands, remove_brand, write_brand
from sentiment.errors import BrandError
from sentiment.printable import printable, printable_json
from sentiment.reading.options import tweet_file_options
from sentiment.reading.table_format import TableFormat
from sentiment.reading.tweet_columns import TweetColumns
from sentiment.settings import load_settings
from stream.backtest.rescore import open_model
from stream.buzz.options import BuzzOptions
from stream.learning.past import Learned, learn_from
from stream.learning.record import send_past
from stream.settings import StreamSettings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def brands() -> None:
    """Say which brands are watched; in effect in every worker within seconds.

    Brands of BADBUZZ_BRANDS_FILE are watched too; one that is added here takes the place of the
    file's brand of that name.
    """


@brands.command()
@click.argument("name")
@click.option("--handle", "handles", multiple=True, metavar="@NAME",
              help="An account to look for; may be given again.")  # fmt: skip
@click.option("--name", "names", multiple=True, metavar="TEXT",
              help="A name or phrase to look for; may be given again.")  # fmt: skip
@click.option("--learn-from", type=_FILE, metavar="FILE",
              help="Tweets of the past: the brand is watched now, not in two days.")  # fmt: skip
@tweet_file_options
def add(
    *, name: str, handles: tuple[str, ...], names: tuple[str, ...], learn_from: Path | None,
    text_column: str | None, time_column: str | None, brand_column: str | None, **written: Any,
) -> None:  # fmt: skip
    """Watch the brand NAME, or change what it is called.

    Tweets mention it that hold one of its handles or names as whole words, in any case, with
    accents or without. Without any, NAME itself is looked for.

    FILE holds tweets with their times: CSV, JSON Lines, JSON; .gz, .zip. Those that mention the
    brand are scored by the champion and teach the detector what is normal.
    """
    settings = load_settings(StreamSettings)
    known = asyncio.run(read_brands(settings))
    brand = _brand(name, handles, names, known, settings)
    if learn_from is not None:
        columns = TweetColumns(text_column, time_column, brand_column)
        _learn(learn_from, TableFormat(**written), columns, brand, settings)
    asyncio.run(write_brand(settings, brand))
    verb = "Changed" if brand.key in known else "Added"
    click.echo(f"{verb} {printable(brand.name)}. A tweet mentions it by {_called(brand)}.")
    for other in _shared(brand, known.values()):
        click.echo(f"A tweet may count for {printable(other)}, too, which shares one of these.")


@brands.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def list_brands(as_json: bool) -> None:
    """List the brands that are watched."""
    found = _watched(load_settings(StreamSettings))
    if as_json:
        for brand in found.values():
            click.echo(printable_json(orjson.dumps(_as_json(brand)).decode()))
        return
    if not found:
        click.echo("No brands yet. Add one: badbuzz brands add NAME --handle @NAME")
        return
    console = terminal.console()
    rows = [_row(brand) for brand in found.values()]
    console.print(terminal.listing(("BRAND", "ADDED", "BY", "LOOKED FOR"), rows, console.width))


@brands.command()
@click.argument("name")
def remove(name: str) -> None:
    """Watch the brand NAME no longer. What was learned about it is kept."""
    settings = load_settings(StreamSettings)
    known = asyncio.run(read_brands(settings))
    key = brand_key(name)
    if key not in known:
        raise BrandError(_unknown(name, known.keys(), settings))
    asyncio.run(remove_brand(settings, key))
    click.echo(f"Removed {printable(known[key].name)}.")
    if any(brand_key(one) == key for one in BrandFile(settings.brands_file).brands):
        click.echo("It is watched still, as BADBUZZ_BRANDS_FILE names it.")


@brands.command("test")
@click.argument("text")
def test_text(text: str) -> None:
    """Say which brands TEXT mentions; exit code 1 where it is none."""
    found = _watched(load_settings(StreamSettings))
    named = sorted(BrandFinder(found).find(text))
    for brand in named:
        click.echo(printable(brand))
    if not named:
        click.echo(f"None of the {len(found):,} brands.", err=True)
        raise SystemExit(1)


def _brand(
    name: str, handles: Iterable[str], names: Iterable[str], known: Brands,
    settings: StreamSettings,
) -> Brand:  # fmt: skip
    try:
        return brand_to_add(
            name, list(handles), list(names), getpass.getuser(), known, settings.brands_most
        )
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place, *_ = fault["loc"]
        raise BrandError(f"{place}: got {str(fault['input'])[:80]!r}: {fault['msg']}.") from None


def _learn(
    file: Path, told: TableFormat, columns: TweetColumns, brand: Brand, settings: StreamSettings
) -> None:
    options = BuzzOptions(
        false_alarms_per_week=settings.false_alarms_per_week,
        method=settings.detector,
        drift=settings.drift,
        lateness_minutes=settings.lateness_minutes,
    )
    scorer = open_model(settings.model_alias, settings)
    learned = learn_from(file, told, columns, brand, scorer, options, click.echo)
    asyncio.run(send_past(settings, learned.past))
    for line in _told(learned):
        click.echo(line)


def _told(learned: Learned) -> Iterable[str]:
    past, history = learned.past, learned.history
    yield (
        f"Learned from {past.mentions:,} of {learned.rows:,} tweets, "
        f"{past.first_at:%Y-%m-%d %H:%M} to {past.last_at:%Y-%m-%d %H:%M} UTC."
    )
    if history.weeks:
        yield f"They are old: taken as if they were of {history.weeks} weeks later."
    if history.repeated_days:
        yield (
            f"They do not reach up to now: their last {history.repeated_days} days "
            "stand for the time since."
        )
    if learned.warmup_hours:
        yield (
            f"That is less than two days: the brand can raise alerts in {learned.warmup_hours} h."
        )
    else:
        yield "The brand can raise alerts now, unless its workers have known it for longer already."


def _watched(settings: StreamSettings) -> dict[str, WatchedBrand]:
    added = asyncio.run(read_brands(settings))
    return dict(sorted(merged(BrandFile(settings.brands_file).brands, added).items()))


def _unknown(name: str, known: Iterable[str], settings: StreamSettings) -> str:
    key = brand_key(name)
    if any(brand_key(one) == key for one in BrandFile(settings.brands_file).brands):
        return f"{name!r} is a brand of {settings.brands_file}: remove it there."
    near = difflib.get_close_matches(key, known, 3)
    hint = f"did you mean {', '.join(map(repr, near))}?" if near else "see `badbuzz brands list`."
    return f"there is no brand {name!r}; {hint}"


def _shared(brand: Brand, others: Iterable[Brand]) -> list[str]:
    """Other brands that are looked for by the same name."""
    finder = BrandFinder({one.name: one for one in others if one.key != brand.key})
    names = (*brand.handles, *brand.names)
    return sorted({other for name in names for other in finder.find(name)})


def _called(brand: Brand | WatchedBrand) -> str:
    return printable(", ".join((*brand.handles, *brand.names)))


def _row(brand: WatchedBrand) -> list[Text]:
    added = brand.added
    when = f"{added.added_at:%Y-%m-%d}" if added else "file"
    by = printable(added.added_by or "") if added else ""
    return [Text(printable(brand.name)), Text(when), Text(by), Text(_called(brand))]


def _as_json(brand: WatchedBrand) -> dict[str, Any]:
    added = brand.added
    return {
        "name": brand.name,
        "handles": brand.handles,
        "names": brand.names,
        "source": brand.source,
        "added_at": added.added_at if added else None,
        "added_by": added.added_by if added else None,
    }
