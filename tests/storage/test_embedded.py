"""Starts servers of its own: the shared one must not stop."""

import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.connecting import connect
from storage.embedded import CLUSTER, EmbeddedServer, EmbeddedServerError

OTHER_PROCESS = """
import sys
from pathlib import Path
from storage.embedded import EmbeddedServer
with EmbeddedServer.start(Path(sys.argv[1]), durable=False) as server:
    print(server.url, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(scope="module")
def data_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="flowpilot-embedded-", ignore_cleanup_errors=True) as folder:
        yield Path(folder) / "data"


def start_other_process(folder: Path) -> subprocess.Popen[str]:
    """A process that uses the server until it gets a line."""
    command = [sys.executable, "-W", "error", "-c", OTHER_PROCESS, str(folder)]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


async def answers(url: str) -> bool:
    try:
        connection = await connect(url)
    except OSError:
        return False
    await connection.close()
    return True


async def test_a_server_starts_and_stops_and_keeps_its_data(data_folder: Path) -> None:
    with EmbeddedServer.start(data_folder, durable=False) as server:
        connection = await connect(server.url)
        await connection.execute("CREATE TABLE kept (id int)")
        await connection.close()
    assert not await answers(server.url)
    with EmbeddedServer.start(data_folder, durable=False) as again:
        connection = await connect(again.url)
        assert await connection.fetchval("SELECT count(*) FROM kept") == 0
        assert await connection.fetchval("SHOW timezone") == "UTC"
        await connection.close()


async def test_a_process_that_leaves_does_not_stop_the_server_of_another(data_folder: Path) -> None:
    with EmbeddedServer.start(data_folder, durable=False) as server:
        printed, complaints = start_other_process(data_folder).communicate("\n", timeout=20)
        assert (printed.strip(), complaints) == (server.url, "")
        assert await answers(server.url)


async def test_the_last_process_stops_the_server_whoever_started_it(data_folder: Path) -> None:
    other = start_other_process(data_folder)
    assert other.stdout
    url = other.stdout.readline().strip()
    with EmbeddedServer.start(data_folder, durable=False):
        other.communicate("\n", timeout=10)
        assert await answers(url)
    assert not await answers(url)


async def test_a_process_that_was_killed_does_not_keep_the_server_up(data_folder: Path) -> None:
    other = start_other_process(data_folder)
    assert other.stdout
    other.stdout.readline()
    other.kill()
    other.communicate(timeout=10)
    with EmbeddedServer.start(data_folder, durable=False) as server:
        assert await answers(server.url)
    assert not await answers(server.url)


async def test_a_pid_file_whose_number_belongs_to_another_program_is_no_obstacle(data_folder: Path) -> None:
    pid_file = data_folder / CLUSTER / "postmaster.pid"
    with EmbeddedServer.start(data_folder, durable=False):
        left_behind = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *left_behind[1:]]) + "\n")
    with EmbeddedServer.start(data_folder, durable=False) as server:
        assert await answers(server.url)


async def test_one_process_can_use_a_server_twice(data_folder: Path) -> None:
    outer = EmbeddedServer.start(data_folder, durable=False)
    with EmbeddedServer.start(data_folder, durable=False) as inner:
        assert inner.url == outer.url
    assert await answers(outer.url)
    outer.stop()
    assert not await answers(outer.url)


async def test_a_folder_too_deep_for_a_socket_works_nonetheless() -> None:
    with tempfile.TemporaryDirectory(prefix="flowpilot-deep-", ignore_cleanup_errors=True) as folder:
        deep = Path(folder) / ("d" * 60) / ("e" * 60)
        with EmbeddedServer.start(deep, durable=False) as server:
            assert await answers(server.url)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as another user")
async def test_folders_above_are_opened_for_passing_through_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    with EmbeddedServer.start(home / "data", durable=False) as server:
        assert await answers(server.url)
    assert stat.S_IMODE(home.stat().st_mode) == 0o711


def test_a_folder_that_cannot_be_used_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedServerError, match="FLOWPILOT_DATA_DIR"):
        EmbeddedServer.start(tmp_path / "file", durable=False)
