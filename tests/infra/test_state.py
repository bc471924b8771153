"""The state folder: writable, with room, used by one stack; and the ports beside it."""

import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from infra.local import ports
from infra.local.leftovers import end_leftovers, mark
from infra.local.ports import LOOPBACK, free_port, require_free
from infra.local.state import holder, prepare_state, sole_user
from sentiment.errors import StackError


def test_a_folder_that_cannot_be_made_is_named_with_its_setting(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StackError, match=r"file/state.*cannot be written.*BADBUZZ_STATE_DIR"):
        prepare_state(tmp_path / "file" / "state", 0)


def test_a_read_only_folder_is_named_with_its_setting() -> None:
    """/proc takes no files from anybody, not even from root, whom file modes do not stop."""
    with pytest.raises(StackError, match=r"/proc/badbuzz.*BADBUZZ_STATE_DIR"):
        prepare_state(Path("/proc/badbuzz"), 0)


def test_a_disk_with_too_little_room_is_told_in_mebibytes(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"has \d+ MiB left.*1000000000 MiB.*BADBUZZ_MIN_FREE_MB"):
        prepare_state(tmp_path, 1_000_000_000)


def test_the_folder_is_left_as_it_was_found(tmp_path: Path) -> None:
    prepare_state(tmp_path / "new" / "state", 0)
    assert list((tmp_path / "new" / "state").iterdir()) == []


def test_one_stack_holds_the_folder_until_it_ends(tmp_path: Path) -> None:
    assert holder(tmp_path) is None
    with sole_user(tmp_path):
        assert holder(tmp_path) == os.getpid()
        with pytest.raises(StackError, match=f"process {os.getpid()}"), sole_user(tmp_path):
            pytest.fail("two stacks hold one folder")
    assert holder(tmp_path) is None
    with sole_user(tmp_path):
        assert holder(tmp_path) == os.getpid()


def test_leftovers_of_this_folder_are_ended_and_those_of_another_are_not(tmp_path: Path) -> None:
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    here, elsewhere = (
        subprocess.Popen(sleep, env=os.environ | mark(tmp_path / name)) for name in ("a", "b")
    )
    try:
        assert end_leftovers(tmp_path / "a") == [f"python (process {here.pid})"]
        assert here.poll() is not None
        assert elsewhere.poll() is None
        assert end_leftovers(tmp_path / "a") == []
    finally:
        for process in (here, elsewhere):
            process.kill()
            process.wait()


def test_a_free_port_is_none_that_an_outgoing_connection_can_get() -> None:
    given = Path("/proc/sys/net/ipv4/ip_local_port_range")
    if not given.exists():
        pytest.skip("this system does not say which ports outgoing connections get")
    first, last = map(int, given.read_text().split())
    assert not any(first <= free_port() <= last for _ in range(200))


def test_no_port_is_given_twice_though_nothing_listens_on_it_yet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ports, "_PORTS", range(20_100, 20_120))
    monkeypatch.setattr(ports, "_given", set())
    given = [free_port() for _ in range(10)]
    assert len(set(given)) == 10


def test_a_free_port_can_be_listened_on() -> None:
    port = free_port()
    require_free(port, "A service", "A_PORT")
    with socket.create_server((LOOPBACK, port)):
        pass


def test_a_port_is_free_again_right_after_a_connection_to_it_was_closed() -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
        client = socket.create_connection((LOOPBACK, port))
        answer, _ = server.accept()
        answer.close()
        client.close()
    require_free(port, "A service", "A_PORT")


def test_a_taken_port_is_told_with_its_holder_and_the_setting_that_moves_the_service() -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(StackError) as raised:
            require_free(port, "A service", "A_PORT")
    message = str(raised.value)
    assert f"A service needs port {port}" in message
    assert f"(process {os.getpid()})" in message
    assert "set A_PORT" in message


def test_parts_may_look_at_the_folder_at_the_same_time(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: prepare_state(tmp_path / "state", 1), range(2_000)))
    assert list((tmp_path / "state").iterdir()) == []
