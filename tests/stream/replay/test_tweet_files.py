import gzip
import io
import json
import os
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sentiment.errors import BadMessageError, DataError
from sentiment.messages import Tweet
from sentiment.reading.table_format import TableFormat
from sentiment.reading.tweet_columns import TweetColumns
from stream.replay.tweet_files import read_tweets, sample_history, to_json
from stream.scoring.parsing import parse_tweet

ROW = '"0","{id}","Mon Apr 06 22:19:45 PDT 2009","NO_QUERY","someone","{text}"\n'
MOMENT = "2015-02-24T11:35:52+00:00"


def read(path: Path, shuffled: bool = False, **told: Any) -> list[Tweet | BadMessageError]:
    columns = {name: told.pop(name, None) for name in ("text", "time", "brand")}
    return list(read_tweets(path, TableFormat(**told), TweetColumns(**columns), 280, shuffled))


def write(path: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path.write_bytes(content.encode(encoding) if isinstance(content, str) else content)
    return path


def only(path: Path, **told: Any) -> Tweet:
    (tweet,) = read(path, **told)
    assert isinstance(tweet, Tweet), tweet
    return tweet


def reasons(items: list[Tweet | BadMessageError]) -> list[str | None]:
    return [item.reason if isinstance(item, BadMessageError) else None for item in items]


def test_a_row_of_sentiment140_becomes_a_tweet(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(ROW.format(id=1467810369, text='caf\xe9, ""quoted""').encode("latin-1"))
    tweet = only(path)
    assert (tweet.id, tweet.author, tweet.text) == ("1467810369", "someone", 'café, "quoted"')
    assert tweet.created_at is not None
    assert tweet.created_at.isoformat() == "2009-04-06T22:19:45-07:00"


def test_a_row_that_cannot_be_read_is_an_error_in_its_place(tmp_path: Path) -> None:
    rows = [ROW.format(id=1, text="one"), "two,columns\n", "\n", ROW.format(id=2, text=" ")]
    rows += [ROW.format(id=3, text="x" * 281), "1,2,3,4,5,6,7\n"]
    items = read(write(tmp_path / "t.csv", "".join(rows)))
    assert reasons(items) == [None, "empty", "empty", "too_long", "type"]
    assert "expected 6 fields, got 7" in str(items[-1])


def test_a_date_that_cannot_be_read_is_no_fault_and_is_counted(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "text,created_at\none,Someday\ntwo,\n")
    nulled: Counter[tuple[str, str]] = Counter()
    tweets = list(read_tweets(path, TableFormat(), TweetColumns(), 280, nulled=nulled))
    assert [isinstance(tweet, Tweet) and tweet.created_at for tweet in tweets] == [None, None]
    assert nulled == {("created_at", "unreadable"): 1}


def test_json_lines_are_read_as_the_stream_reads_records(tmp_path: Path) -> None:
    lines = [b'{"id": 1, "text": "caf\xc3\xa9"}', b'{"id": 2, "text": "\xff"}', b"{", b"", b"5"]
    lines.append(b'{"id": 3, "text": "late \\ud83d", "lang": NaN}')
    items = read(write(tmp_path / "t.jsonl", b"\n".join(lines)))
    assert reasons(items) == [None, "encoding", "json", "type", None]
    assert [item.text for item in items if isinstance(item, Tweet)] == ["café", "late \ufffd"]


JSON = [{"id": 1, "text": "one"}, {"id": "2", "text": "two, [and] {more}\n"}]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.json", json.dumps(JSON)),
        ("t.json", json.dumps(JSON, indent=2)),
        ("t.json", "\n\n  " + json.dumps(JSON) + "\n\n"),
        ("t.JSON", json.dumps(JSON)),
        ("t.txt", json.dumps(JSON)),
        ("t.csv", json.dumps(JSON)),
        ("t.json", "\n".join(map(json.dumps, JSON))),
        ("t.ndjson", "\r\n".join(map(json.dumps, JSON))),
        ("t", "\n".join(map(json.dumps, JSON))),
        ("t.json", "\n".join(json.dumps(one, indent=1) for one in JSON)),
        ("t.js", "window.YTD.tweets.part0 = " + json.dumps([{"tweet": one} for one in JSON])),
        ("t.json", json.dumps({"data": JSON, "meta": {"result_count": 2}}, indent=1)),
        ("t.jsonl", json.dumps({"data": JSON, "includes": {"users": []}}) + "\n"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_json_is_read_however_it_is_laid_out(
    tmp_path: Path, name: str, content: str, encoding: str
) -> None:
    told = {"encoding": "utf-16-le"} if encoding == "utf-16-le" and content[0] == "\n" else {}
    items = read(write(tmp_path / name, content, encoding), **told)
    assert [(item.id, item.text) for item in items if isinstance(item, Tweet)] == [
        ("1", "one"), ("2", "two, [and] {more}\n")
    ]  # fmt: skip


def test_an_element_larger_than_a_part_of_the_file_is_read(tmp_path: Path) -> None:
    many = [{"id": n, "text": f"text {n}", "more": "x" * 200_000} for n in range(5)]
    assert len(read(write(tmp_path / "t.json", json.dumps(many)))) == 5


def test_a_page_of_v2_gives_its_tweets_the_authors_that_it_includes(tmp_path: Path) -> None:
    page = {
        "data": [{"id": "1", "text": "late", "author_id": "5"}],
        "includes": {"users": [{"id": "5", "username": "someone"}]},
    }
    assert only(write(tmp_path / "t.jsonl", json.dumps(page))).author == "someone"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("begin", ["", "sep={}\r\n", "sep={}\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_is_read_however_a_spreadsheet_wrote_it(
    tmp_path: Path, delimiter: str, begin: str, encoding: str, end: str
) -> None:
    rows = [
        ["tweet_id", "created_at", "text", "brand"],
        ["7", "42059.4832407", '"caf\xe9, late"', "b"],
    ]
    content = begin.format(delimiter) + "".join(delimiter.join(row) + end for row in rows)
    tweet = only(write(tmp_path / "t.CSV", content, encoding))
    assert (tweet.id, tweet.text, tweet.brand) == ("7", "caf\xe9, late", "b")
    assert tweet.created_at is not None
    assert tweet.created_at.isoformat() == MOMENT


def test_the_airlines_own_columns_are_found_or_named(tmp_path: Path) -> None:
    content = (
        "tweet_id,airline_sentiment,airline,name,text,tweet_created\n"
        "5,negative,Virgin,someone,late again,2015-02-24 11:35:52 -0800\n"
    )
    path = write(tmp_path / "t.csv", content)
    tweet = only(path, brand="airline")
    assert (tweet.id, tweet.author, tweet.text, tweet.brand) == (
        "5",
        "someone",
        "late again",
        "Virgin",
    )
    assert tweet.created_at is not None
    assert tweet.created_at.isoformat() == "2015-02-24T11:35:52-08:00"
    assert only(path).brand is None
    assert only(path, text="NAME").text == "someone"
    with pytest.raises(DataError, match="expected a column body, got tweet_id, airline_sentiment"):
        read(path, text="body")


def test_day_and_month_are_told_apart_by_the_rest_of_the_file(tmp_path: Path) -> None:
    for last, month in (("24/02/2015", 3), ("02/24/2015", 2)):
        path = write(tmp_path / "t.csv", f"text,date\na,2/3/2015\nb,{last}\n")
        first = read(path)[0]
        assert isinstance(first, Tweet)
        assert first.created_at is not None
        assert first.created_at.month == month


def test_rows_without_an_id_have_one_of_their_own(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.csv", "text\nlate, again\nmore\n")
    items = read(path)
    assert [(t.id, t.text) for t in items if isinstance(t, Tweet)] == [
        ("mine-1", "late, again"), ("mine-2", "more")
    ]  # fmt: skip


@pytest.mark.parametrize(
    "content", ["1,late again\n2,more\n", "late\nagain\n", "", "when,what\n1,2\n"]
)
def test_a_file_without_a_known_header_says_what_to_name(tmp_path: Path, content: str) -> None:
    with pytest.raises(DataError, match=r"--text-column.*--columns"):
        read(write(tmp_path / "t.csv", content))


def test_columns_may_be_named_for_a_file_without_a_header(tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "1,late again\n2,more\n")
    assert len(read(path, columns=("id", "text"))) == 2


def test_bytes_of_two_encodings_are_named_or_replaced(tmp_path: Path) -> None:
    rows = [b"text", b"caf\xc3\xa9", b"caf\xe9", b"late"]
    path = write(tmp_path / "t.csv", b"\n".join(rows))
    items = read(path)
    assert reasons(items) == [None, "encoding", None]
    assert "byte 0xe9" in str(items[1])
    assert "--errors replace" in str(items[1])
    kept = read(path, errors="replace")
    assert [t.text for t in kept if isinstance(t, Tweet)] == ["caf\xe9", "caf\ufffd", "late"]


def test_packed_files_are_read(tmp_path: Path) -> None:
    content = b"text,id\nlate,1\n"
    with gzip.open(tmp_path / "t.csv.gz", "wb") as packed:
        packed.write(content)
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        archive.writestr("__MACOSX/._t.csv", b"x")
        archive.writestr("t.csv", content)
    assert only(tmp_path / "t.csv.gz").text == only(tmp_path / "t.zip").text == "late"
    with zipfile.ZipFile(tmp_path / "t.zip", "a") as archive:
        archive.writestr("u.csv", content)
    with pytest.raises(DataError, match="one file in the archive, got 2"):
        read(tmp_path / "t.zip")


def test_a_packed_file_that_is_cut_off_is_an_error_for_people(tmp_path: Path) -> None:
    whole = gzip.compress(b"text\n" + os.urandom(100_000).hex().encode() + b"\n")
    path = write(tmp_path / "t.csv.gz", whole[:-1_000])
    with pytest.raises(DataError, match="cannot read"):
        read(path)


@pytest.mark.parametrize(
    "header", ["," * 200_000, ",".join(f"c{n}" for n in range(100_000)), "a,a," * 50_000]
)
def test_a_header_of_very_many_columns_costs_no_more_than_its_length(
    tmp_path: Path, header: str
) -> None:
    path = write(tmp_path / "t.csv", f"{header}\n1,2\n".encode())
    started = time.process_time()
    with pytest.raises(DataError):
        read(path)
    assert time.process_time() - started < 10


def damaged_zip(kind: str) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("t.csv", b"text\n" + os.urandom(5_000).hex().encode())
    packed = bytearray(whole.getvalue())
    directory = packed.index(b"PK\x01\x02")
    if kind == "encrypted":
        packed[6] |= 1
        packed[directory + 8] |= 1
    elif kind == "packed in an unknown way":
        packed[8] = packed[directory + 10] = 99
    elif kind == "changed":
        packed[len(packed) // 2] ^= 0xFF
    elif kind == "cut off":
        del packed[-30:]
    else:
        del packed[4:]
    return bytes(packed)


@pytest.mark.parametrize(
    "kind", ["encrypted", "packed in an unknown way", "changed", "cut off", "nothing but its mark"]
)
def test_a_zip_archive_that_cannot_be_read_is_an_error_for_people(
    tmp_path: Path, kind: str
) -> None:
    path = write(tmp_path / "t.zip", damaged_zip(kind))
    with pytest.raises(DataError, match=r"expected a zip archive|cannot read"):
        read(path)


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("csv", ROW),
        ("headed", '"text {id}",{id}\n'),
        ("lines", '"{text}\nin two ""lines""",{id}\n'),
        ("jsonl", '{{"id": "{id}", "text": "{text}"}}\n'),
        ("json", ""),
    ],
)
def test_shuffled_is_every_row_once_in_another_order_the_same_each_time(
    tmp_path: Path, kind: str, line: str
) -> None:
    rows = [line.format(id=n, text=f"text {n}") for n in range(200)]
    head = {"headed": "text,id\n", "lines": "sep=,\ntext,id\n"}.get(kind, "")
    content = head + "".join(rows)
    if kind == "json":
        content = json.dumps([{"id": n, "text": f"text {n}"} for n in range(200)])
    path = write(tmp_path / "t", content)
    plain, shuffled = read(path), read(path, shuffled=True)
    assert all(isinstance(tweet, Tweet) for tweet in plain)
    assert shuffled != plain
    assert sorted(map(str, shuffled)) == sorted(map(str, plain))
    assert read(path, shuffled=True) == shuffled


def test_a_missing_file_is_an_error_for_people(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot read .*none\.csv"):
        read(tmp_path / "none.csv")


@pytest.fixture
def standard_input() -> Iterator[io.BufferedWriter]:
    """What is written to it comes over file descriptor 0."""
    kept = os.dup(0)
    reading, writing = os.pipe()
    os.dup2(reading, 0)
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        yield pipe
    os.dup2(kept, 0)
    os.close(kept)


@pytest.mark.parametrize("content", [b'{"id": 1, "text": "piped"}\n', b"text;id\npiped;1\n"])
def test_a_dash_is_standard_input(standard_input: io.BufferedWriter, content: bytes) -> None:
    standard_input.write(content)
    standard_input.close()
    assert only(Path("-")).text == "piped"


def test_what_comes_through_a_pipe_is_read_as_it_comes(standard_input: io.BufferedWriter) -> None:
    tweets = read_tweets(Path("-"), TableFormat(), TweetColumns(), 280)
    for number in range(3):
        standard_input.write(json.dumps({"id": number, "text": f"text {number}"}).encode() + b"\n")
        standard_input.flush()
        tweet = next(tweets)
        assert isinstance(tweet, Tweet)
        assert tweet.text == f"text {number}"
    standard_input.close()


def test_the_sample_is_tweets_with_ids_of_their_own() -> None:
    tweets = list(sample_history())
    assert len({tweet.id for tweet in tweets}) == len({tweet.text for tweet in tweets}) > 10_000


def test_a_tweet_is_written_without_the_fields_that_it_lacks_and_read_back() -> None:
    tweet = Tweet(id="1", text="café", lang="en")
    assert json.loads(to_json(tweet)) == {"id": "1", "text": "café", "lang": "en"}
    assert parse_tweet(to_json(tweet), 280) == tweet
