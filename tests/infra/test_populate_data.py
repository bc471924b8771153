"""The data script, run as a person runs it, against files and a small web server with ranges."""

import os
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "populate_data.sh"
TWEETS = "training.1600000.processed.noemoticon.csv"
ROWS = "".join(
    f'"{n % 2 * 4}","{n}","now","NO_QUERY","someone","tweet \xe9 {n}"\n' for n in range(99)
)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with the script in it, as a fresh clone has it."""
    folder = tmp_path / "clone"
    folder.mkdir()
    shutil.copy(SCRIPT, folder)
    return folder


def _run(
    clone: Path, *arguments: str, path: str | None = None, **urls: str
) -> subprocess.CompletedProcess[str]:
    nowhere = {"SENTIMENT140_URL": "file:///nowhere.zip", "GLOVE_URL": "file:///nowhere.zip"}
    env = os.environ | nowhere | urls | ({"PATH": path} if path else {})
    return subprocess.run(
        ["/bin/bash", clone / "populate_data.sh", *arguments],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _tweets_zip(folder: Path, rows: str = ROWS) -> Path:
    target = folder / "sentiment140.zip"
    with zipfile.ZipFile(target, "w") as archive:  # stored, so that a flipped byte is a flipped row
        archive.writestr(f"inner/{TWEETS}", rows.encode("latin-1"))
    return target


def _glove_zip(folder: Path, *dimensions: int) -> Path:
    target = folder / "glove.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for dimension in dimensions:
            line = " ".join(["the", *["0.5"] * dimension])
            archive.writestr(f"glove.6B.{dimension}d.txt", f"{line}\n")
    return target


class _Server:
    """Serves one file, with ranges; `cut_after` ends an answer early, as a lost network does."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.cut_after: int | None = None
        self.asked: list[str | None] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.answer(self)

            def log_message(self, *_: object) -> None:
                """Keep the test's output clean."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._http.server_port}/sentiment140.zip"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        asked = request.headers.get("Range")
        self.asked.append(asked)
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
        if start >= len(self.body):
            request.send_error(416)
            return
        rest = self.body[start:]
        request.send_response(206 if asked else 200)
        request.send_header("Content-Length", str(len(rest)))
        request.send_header("Content-Range", f"bytes {start}-{len(self.body) - 1}/{len(self.body)}")
        request.end_headers()
        request.wfile.write(rest[: self.cut_after])

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[_Server]:
    served = _Server(_tweets_zip(tmp_path).read_bytes())
    yield served
    served.close()


def test_the_tweets_come_from_a_file_address_byte_for_byte(clone: Path, tmp_path: Path) -> None:
    done = _run(clone, SENTIMENT140_URL=_tweets_zip(tmp_path).as_uri())
    assert done.returncode == 0, done.stderr
    assert (clone / "data" / TWEETS).read_bytes() == ROWS.encode("latin-1")
    assert "99 tweets" in done.stdout
    assert not list((clone / "data" / ".downloads").glob("*zip*"))
    assert not (clone / "data" / "glove.6B").exists()


def test_a_second_run_keeps_what_is_whole_without_asking_for_it(
    clone: Path, server: _Server
) -> None:
    assert _run(clone, SENTIMENT140_URL=server.url).returncode == 0
    second = _run(clone, SENTIMENT140_URL=server.url)
    assert second.returncode == 0
    assert "is here" in second.stdout
    assert len(server.asked) == 1


def test_a_file_that_was_cut_short_afterwards_is_fetched_anew(clone: Path, server: _Server) -> None:
    _run(clone, SENTIMENT140_URL=server.url)
    (clone / "data" / TWEETS).write_text(ROWS[:500], encoding="latin-1")
    assert _run(clone, SENTIMENT140_URL=server.url).returncode == 0
    assert (clone / "data" / TWEETS).read_bytes() == ROWS.encode("latin-1")


def test_a_download_that_was_cut_off_goes_on_where_it_stopped(clone: Path, server: _Server) -> None:
    server.cut_after = 1_000
    first = _run(clone, SENTIMENT140_URL=server.url)
    assert first.returncode == 1
    assert "SENTIMENT140_URL" in first.stderr
    have = (clone / "data" / ".downloads" / "sentiment140.zip").stat().st_size
    assert have >= 1_000
    server.cut_after = None
    server.asked.clear()
    assert _run(clone, SENTIMENT140_URL=server.url).returncode == 0
    assert server.asked == [f"bytes={have}-"]
    assert (clone / "data" / TWEETS).read_bytes() == ROWS.encode("latin-1")


def test_a_whole_download_that_was_not_unpacked_is_not_lost(clone: Path, server: _Server) -> None:
    downloads = clone / "data" / ".downloads"
    downloads.mkdir(parents=True)
    (downloads / "sentiment140.zip").write_bytes(server.body)
    (downloads / "sentiment140.zip.url").write_text(server.url)
    assert _run(clone, SENTIMENT140_URL=server.url).returncode == 0
    assert (clone / "data" / TWEETS).is_file()


def test_half_a_download_from_another_place_is_not_gone_on_with(
    clone: Path, server: _Server
) -> None:
    downloads = clone / "data" / ".downloads"
    downloads.mkdir(parents=True)
    (downloads / "sentiment140.zip").write_bytes(b"of another archive")
    (downloads / "sentiment140.zip.url").write_text("http://127.0.0.1:1/other.zip")
    assert _run(clone, SENTIMENT140_URL=server.url).returncode == 0
    assert server.asked == [None]


def test_a_damaged_archive_is_refused_and_removed(clone: Path, tmp_path: Path) -> None:
    archive = _tweets_zip(tmp_path)
    body = bytearray(archive.read_bytes())
    body[2_000] ^= 0xFF
    archive.write_bytes(body)
    done = _run(clone, SENTIMENT140_URL=archive.as_uri())
    assert done.returncode == 1
    assert "damaged" in done.stderr
    assert [path.name for path in (clone / "data").rglob("*") if path.is_file()] == ["lock"]


def test_what_is_not_a_zip_archive_is_refused(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<h1>log in</h1>")
    done = _run(clone, SENTIMENT140_URL=(tmp_path / "page.html").as_uri())
    assert done.returncode == 1
    assert "not a zip archive" in done.stderr


def test_a_table_with_other_columns_is_refused(clone: Path, tmp_path: Path) -> None:
    done = _run(clone, SENTIMENT140_URL=_tweets_zip(tmp_path, "id,text\n1,hello\n").as_uri())
    assert done.returncode == 1
    assert "six columns label first" in done.stderr
    assert not (clone / "data" / TWEETS).exists()


def test_tweets_that_a_person_put_there_are_kept(clone: Path) -> None:
    (clone / "data").mkdir()
    (clone / "data" / TWEETS).write_text(ROWS, encoding="latin-1")
    done = _run(clone)
    assert done.returncode == 0, done.stderr
    assert "is here" in done.stdout


@pytest.mark.parametrize(
    ("held", "taken"), [((50, 100, 300), 100), ((50, 300, 200), 300), ((50,), 50)]
)
def test_glove_has_a_hundred_dimensions_or_the_most_that_the_archive_holds(
    clone: Path, tmp_path: Path, held: tuple[int, ...], taken: int
) -> None:
    urls = {
        "SENTIMENT140_URL": _tweets_zip(tmp_path).as_uri(),
        "GLOVE_URL": _glove_zip(tmp_path, *held).as_uri(),
    }
    assert _run(clone, "--glove", **urls).returncode == 0
    kept = [path.name for path in (clone / "data" / "glove.6B").iterdir()]
    assert kept == [f"glove.6B.{taken}d.txt"]
    assert f"glove.6B.{taken}d.txt is here" in _run(clone, "--glove", **urls).stdout


def test_an_archive_without_vectors_names_what_it_holds(clone: Path, tmp_path: Path) -> None:
    tweets = _tweets_zip(tmp_path).as_uri()
    done = _run(clone, "--glove", SENTIMENT140_URL=tweets, GLOVE_URL=tweets)
    assert done.returncode == 1
    assert TWEETS in done.stderr
    assert "GLOVE_URL" in done.stderr


def test_python_unpacks_where_unzip_is_missing(clone: Path, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for folder in os.environ["PATH"].split(os.pathsep):
        for program in Path(folder).glob("*"):
            if program.name != "unzip" and not (tools / program.name).exists():
                (tools / program.name).symlink_to(program)
    archive = _tweets_zip(tmp_path)
    done = _run(clone, path=str(tools), SENTIMENT140_URL=archive.as_uri())
    assert done.returncode == 0, done.stderr
    assert (clone / "data" / TWEETS).read_bytes() == ROWS.encode("latin-1")


def test_two_runs_at_once_do_not_disturb_each_other(clone: Path) -> None:
    (clone / "data" / ".downloads").mkdir(parents=True)
    lock = clone / "data" / ".downloads" / "lock"
    holding = ["flock", lock, "sh", "-c", "echo held; exec sleep 30"]
    with subprocess.Popen(holding, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        done = _run(clone)
        holder.kill()
    assert done.returncode == 1
    assert "another populate_data.sh" in done.stderr


def test_the_script_passes_shellcheck() -> None:
    shells = [SCRIPT, SCRIPT.parent / ".ci" / "run", SCRIPT.parent / "requirements" / "lock"]
    subprocess.run([Path(sys.executable).with_name("shellcheck"), *shells], check=True)


def test_an_unknown_argument_prints_the_usage(clone: Path) -> None:
    done = _run(clone, "--everything")
    assert done.returncode == 1
    assert "usage" in done.stderr


# --- sources of three classes ---


def _archive(folder: Path, name: str, members: dict[str, str]) -> str:
    target = folder / f"{name}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return f"file://{target}"


def _with_tweets(clone: Path, tmp_path: Path, **urls: str) -> subprocess.CompletedProcess[str]:
    nothing = {"TWEETEVAL_URL": "none", "UMSAB_URL": "none", "AIRLINES_URL": "none"}
    tweets = {"SENTIMENT140_URL": f"file://{_tweets_zip(tmp_path)}"}
    return _run(clone, "--sources", **(tweets | nothing | urls))


def test_sources_come_out_of_their_public_layout(clone: Path, tmp_path: Path) -> None:
    pairs = {"train_text.txt": "fine\nbad\n", "train_labels.txt": "2\n0\n"}
    tweeteval = {f"tweeteval-main/datasets/sentiment/{name}": text for name, text in pairs.items()}
    tweeteval["tweeteval-main/datasets/irony/train_text.txt"] = "no\n"
    tweeteval["tweeteval-main/datasets/irony/test_text.txt"] = "not this\n"
    umsab = {f"xlm-t-main/data/sentiment/french/{name}": text for name, text in pairs.items()}
    airlines = {"Tweets.csv": "tweet_id,airline_sentiment,airline,text\n1,neutral,Delta,hello\n"}
    url = _archive(tmp_path, "tweeteval", tweeteval)
    ended = _with_tweets(
        clone,
        tmp_path,
        TWEETEVAL_URL=url,
        UNLABELLED_URL=url,
        UMSAB_URL=_archive(tmp_path, "umsab", umsab),
        AIRLINES_URL=_archive(tmp_path, "airlines", airlines),
    )
    assert ended.returncode == 0, ended.stderr
    folder = clone / "data" / "sources"
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert found == {
        "tweeteval/train_text.txt",
        "tweeteval/train_labels.txt",
        "umsab/french/train_text.txt",
        "umsab/french/train_labels.txt",
        "airlines/Tweets.csv",
        "unlabelled-tweeteval/irony/train_text.txt",
    }
    assert "deft: left out (DEFT_URL names no place)" in ended.stdout


def test_another_place_of_labelled_tweets_is_not_asked_for_tweets_without_labels(
    clone: Path, tmp_path: Path
) -> None:
    url = _archive(tmp_path, "tweeteval", {"tweets.csv": "text,label\nfine,positive\n"})
    ended = _with_tweets(clone, tmp_path, TWEETEVAL_URL=url)
    assert ended.returncode == 0, ended.stderr
    assert "unlabelled-tweeteval: left out (UNLABELLED_URL names no place)" in ended.stdout


def test_a_source_that_is_here_is_not_fetched_again(clone: Path, tmp_path: Path) -> None:
    url = _archive(tmp_path, "tweeteval", {"tweets.csv": "text,label\nfine,positive\n"})
    assert _with_tweets(clone, tmp_path, TWEETEVAL_URL=url).returncode == 0
    again = _with_tweets(clone, tmp_path, TWEETEVAL_URL="file:///nowhere.zip")
    assert again.returncode == 0, again.stderr
    assert "data/sources/tweeteval is here" in again.stdout


def test_a_source_that_was_changed_is_fetched_again(clone: Path, tmp_path: Path) -> None:
    url = _archive(tmp_path, "tweeteval", {"tweets.csv": "text,label\nfine,positive\n"})
    assert _with_tweets(clone, tmp_path, TWEETEVAL_URL=url).returncode == 0
    file = clone / "data" / "sources" / "tweeteval" / "tweets.csv"
    file.write_text("cut")
    assert _with_tweets(clone, tmp_path, TWEETEVAL_URL=url).returncode == 0
    assert file.read_text() == "text,label\nfine,positive\n"


@pytest.mark.parametrize(
    "members",
    [
        {"readme.md": "no data"},
        {"tweets.csv": "a,b\n1,2\n"},
        {
            "datasets/sentiment/train_text.txt": "one\ntwo\n",
            "datasets/sentiment/train_labels.txt": "1\n",
        },
    ],
)
def test_an_archive_without_labelled_texts_leaves_nothing(
    clone: Path, tmp_path: Path, members: dict[str, str]
) -> None:
    url = _archive(tmp_path, "tweeteval", members)
    ended = _with_tweets(clone, tmp_path, TWEETEVAL_URL=url)
    assert ended.returncode != 0
    assert "check TWEETEVAL_URL" in ended.stderr
    assert not (clone / "data" / "sources" / "tweeteval").exists()


def test_no_member_of_an_archive_is_written_above_its_folder(clone: Path, tmp_path: Path) -> None:
    members = {"../../evil.csv": "text,label\nfine,positive\n"}
    ended = _with_tweets(clone, tmp_path, TWEETEVAL_URL=_archive(tmp_path, "tweeteval", members))
    assert not (clone / "evil.csv").exists()
    assert not (clone / "data" / "evil.csv").exists()
    assert ended.returncode != 0 or (clone / "data/sources/tweeteval/evil.csv").is_file()
