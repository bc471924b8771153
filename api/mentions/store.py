"""Mentions in a temporary database on disk: bounded by rows, whatever comes.

It is a cache of the topics, read back at each start, so that it needs no name: SQLite removes the
file itself. One lock guards it; writes and questions are short.
"""

import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NamedTuple

from api.mentions.read import Kept
from sentiment.hours import BrandHour
from sentiment.prevalence import BINS

_SCHEMA = """
CREATE TABLE brands (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
  mentions INTEGER NOT NULL DEFAULT 0, first INTEGER, last INTEGER);
CREATE TABLE counts (brand INTEGER NOT NULL, minute INTEGER NOT NULL, mentions INTEGER NOT NULL,
  scored INTEGER NOT NULL, negative INTEGER NOT NULL, bins BLOB NOT NULL,
  PRIMARY KEY (brand, minute)) WITHOUT ROWID;
CREATE TABLE hours (brand INTEGER NOT NULL, hour INTEGER NOT NULL, record TEXT NOT NULL,
  PRIMARY KEY (brand, hour)) WITHOUT ROWID;
CREATE TABLE tweets (number INTEGER PRIMARY KEY AUTOINCREMENT, brand INTEGER NOT NULL,
  at INTEGER NOT NULL, id TEXT NOT NULL, author TEXT, text TEXT NOT NULL, folded TEXT NOT NULL,
  label TEXT NOT NULL, p_negative REAL, p_neutral REAL, p_positive REAL, version TEXT NOT NULL);
CREATE INDEX by_time ON tweets (brand, at, number);
"""
_CACHE_KIB = 8_192
_MOST_WORDS = 10
_MINUTE_MS = 60_000


@dataclass
class Cell:
    """Counts of one brand in one minute; `bins` as in `sentiment.prevalence`."""

    mentions: int = 0
    scored: int = 0
    negative: int = 0
    bins: "array[int]" = field(default_factory=lambda: array("I", bytes(4 * BINS)))

    def add(self, other: "Cell") -> None:
        """Take the counts of another one."""
        self.mentions += other.mentions
        self.scored += other.scored
        self.negative += other.negative
        for place, count in enumerate(other.bins):
            self.bins[place] += count


class Known(NamedTuple):
    """From when to when a brand is known, in milliseconds since 1970, and how many are kept."""

    first: int
    last: int
    kept: int


class Asked(NamedTuple):
    """Which tweets of a brand are looked for; times in milliseconds since 1970."""

    words: Sequence[str] = ()
    label: str | None = None
    since: int | None = None
    until: int | None = None
    before: tuple[int, int] | None = None
    limit: int = 50


Counted = tuple[Kept, int | None]
"""A mention and the bin of its likelihood ratio."""


class Store:
    """Counts, hours and tweets of brands.

    Args:
        most_tweets: tweets that are kept, the last that came.
        most_minutes: minutes of brands that are kept, the newest.
        most_brands: of more, those mentioned least go.
    """

    def __init__(self, most_tweets: int, most_minutes: int, most_brands: int) -> None:
        self._most_tweets = most_tweets
        self._most_minutes = most_minutes
        self._most_brands = most_brands
        self._lock = Lock()
        self._database = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=MEMORY")
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
        self._database.executescript(_SCHEMA)

    def add(self, mentions: Iterable[Counted]) -> None:
        """Keep mentions."""
        of_brand: dict[str, list[Counted]] = defaultdict(list)
        for one in mentions:
            of_brand[one[0].brand].append(one)
        with self._transaction():
            for brand, ones in of_brand.items():
                number = self._number(brand)
                self._add_tweets(number, [kept for kept, _ in ones])
                self._add_counts(number, ones)
            self._bound()

    def add_hours(self, hours: Iterable[BrandHour]) -> None:
        """Keep hours; the last record of an hour counts."""
        with self._transaction():
            for hour in hours:
                start = int(hour.start.timestamp())
                number = self._number(hour.brand, hour.mentions)
                self._widen(number, start * 1_000, start * 1_000)
                self._database.execute(
                    "INSERT OR REPLACE INTO hours VALUES (?, ?, ?)",
                    (number, start // 3_600, hour.model_dump_json()),
                )
            self._bound()

    def known(self, brand: str) -> Known | None:
        """What is known of a brand; None: nothing."""
        found = self._ask(
            "SELECT first, last, (SELECT COUNT(*) FROM tweets WHERE brand = brands.number)"
            " FROM brands WHERE name = ? AND first IS NOT NULL",
            (brand,),
        )
        return Known(*found[0]) if found else None

    def counts(self, brand: str, first: int, last: int) -> list[tuple[int, Cell]]:
        """Minutes since 1970 from `first` to before `last`, with what was counted, in order."""
        rows = self._ask(
            "SELECT minute, c.mentions, scored, negative, bins FROM counts c JOIN brands"
            " ON brand = number WHERE name = ? AND minute >= ? AND minute < ? ORDER BY minute",
            (brand, first, last),
        )
        return [
            (minute, Cell(mentions, scored, negative, array("I", bins)))
            for minute, mentions, scored, negative, bins in rows
        ]

    def first_minute(self, brand: str) -> int | None:
        """The first minute that counts are kept of; None: of none."""
        rows = self._ask(
            "SELECT MIN(minute) FROM counts JOIN brands ON brand = number WHERE name = ?", (brand,)
        )
        return None if rows[0][0] is None else int(rows[0][0])

    def hours(self, brand: str, first: int, last: int) -> dict[int, BrandHour]:
        """Hours since 1970 from `first` to before `last`."""
        rows = self._ask(
            "SELECT hour, record FROM hours JOIN brands ON brand = number"
            " WHERE name = ? AND hour >= ? AND hour < ?",
            (brand, first, last),
        )
        return {hour: BrandHour.model_validate_json(record) for hour, record in rows}

    def tweets(self, brand: str, asked: Asked) -> list[tuple[Any, ...]]:
        """Rows of number, at, id, author, text, label, p_negative, p_neutral, p_positive and
        version, the newest first; one more than `limit` if there are more."""
        where, values = ["name = ?"], [brand]
        for clause, value in (
            ("at >= ?", asked.since),
            ("at < ?", asked.until),
            ("label = ?", asked.label),
        ):
            if value is not None:
                where.append(clause)
                values.append(value)  # type: ignore[arg-type]
        if asked.before is not None:
            where.append("(at, t.number) < (?, ?)")
            values += asked.before  # type: ignore[arg-type]
        for word in asked.words[:_MOST_WORDS]:
            where.append("instr(folded, ?) > 0")
            values.append(word)
        return self._ask(
            "SELECT t.number, at, id, author, text, label, p_negative, p_neutral, p_positive,"  # noqa: S608 - clauses are ours
            " version FROM tweets t JOIN brands b ON t.brand = b.number"
            f" WHERE {' AND '.join(where)} ORDER BY at DESC, t.number DESC LIMIT ?",
            [*values, asked.limit + 1],
        )

    def close(self) -> None:
        """Remove the file."""
        with self._lock:
            self._database.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._database.execute("BEGIN")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def _ask(self, question: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._database.execute(question, values).fetchall()

    def _number(self, brand: str, mentions: int = 0) -> int:
        self._database.execute("INSERT OR IGNORE INTO brands (name) VALUES (?)", (brand,))
        rows = self._database.execute("SELECT number FROM brands WHERE name = ?", (brand,))
        (number,) = rows.fetchone()
        if mentions:
            self._database.execute(
                "UPDATE brands SET mentions = mentions + ? WHERE number = ?", (mentions, number)
            )
        return int(number)

    def _widen(self, number: int, first: int, last: int) -> None:
        self._database.execute(
            "UPDATE brands SET first = MIN(IFNULL(first, ?1), ?1), last = MAX(IFNULL(last, ?2), ?2)"
            " WHERE number = ?3",
            (first, last, number),
        )

    def _add_tweets(self, number: int, ones: list[Kept]) -> None:
        self._widen(number, min(one.at for one in ones), max(one.at for one in ones))
        self._database.executemany(
            "INSERT INTO tweets (brand, at, id, author, text, folded, label, p_negative, p_neutral,"
            " p_positive, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(number, *one[1:]) for one in ones],
        )

    def _add_counts(self, number: int, ones: list[Counted]) -> None:
        cells: dict[int, Cell] = defaultdict(Cell)
        for kept, bin_ in ones:
            cell = cells[kept.at // _MINUTE_MS]
            cell.mentions += 1
            cell.scored += kept.label != "unsupported"
            cell.negative += kept.label == "negative"
            if bin_ is not None:
                cell.bins[bin_] += 1
        for minute, cell in cells.items():
            known = self._database.execute(
                "SELECT mentions, scored, negative, bins FROM counts"
                " WHERE brand = ? AND minute = ?",
                (number, minute),
            ).fetchone()
            if known:
                mentions, scored, negative, bins = known
                cell.add(Cell(mentions, scored, negative, array("I", bins)))
            self._database.execute(
                "INSERT OR REPLACE INTO counts VALUES (?, ?, ?, ?, ?, ?)",
                (number, minute, cell.mentions, cell.scored, cell.negative, cell.bins.tobytes()),
            )
        self._database.execute(
            "UPDATE brands SET mentions = mentions + ? WHERE number = ?", (len(ones), number)
        )

    def _bound(self) -> None:
        """Drop what is too much: brands, then tweets, then minutes."""
        (brands,) = self._database.execute("SELECT COUNT(*) FROM brands").fetchone()
        if brands > self._most_brands:
            self._drop_brands(brands - self._most_brands * 9 // 10)
        (first, last) = self._database.execute(
            "SELECT MIN(number), MAX(number) FROM tweets"
        ).fetchone()
        if last and last - first >= self._most_tweets:
            self._database.execute(
                "DELETE FROM tweets WHERE number <= ?", (last - self._most_tweets,)
            )
        (minutes,) = self._database.execute("SELECT COUNT(*) FROM counts").fetchone()
        if minutes > self._most_minutes:
            self._database.execute(
                "DELETE FROM counts WHERE minute <= (SELECT minute FROM counts ORDER BY minute"
                " LIMIT 1 OFFSET ?)",
                (minutes - self._most_minutes * 9 // 10,),
            )

    def _drop_brands(self, many: int) -> None:
        """Those mentioned least; of the same number, those known longest."""
        rows = self._database.execute(
            "SELECT number FROM brands ORDER BY mentions, number LIMIT ?", (many,)
        ).fetchall()
        for table in ("tweets", "counts", "hours"):
            self._database.executemany(f"DELETE FROM {table} WHERE brand = ?", rows)  # noqa: S608 - ours
        self._database.executemany("DELETE FROM brands WHERE number = ?", rows)
