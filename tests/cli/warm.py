"""FlowPilot started without waiting for its imports: a process that has made them forks for every command.

`python -m tests.cli.warm SOCKET` listens. A client sends what to run as one JSON document together with the two file
descriptors to write to; it is answered with the number of the process and, when that has ended, with its exit status.
"""

import asyncio
import json
import os
import runpy
import signal
import socket
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

MAX_REQUEST_BYTES = 64 * 1024


@dataclass(frozen=True)
class Warm:
    """The client's side."""

    address: str

    async def run(
        self, words: Sequence[str], folder: Path, variables: Mapping[str, str], patience_seconds: float
    ) -> tuple[int, str, str]:
        """Exit status (negative: the signal that ended it), standard output and error. Killed when it takes too long."""
        out, err = _Pipe(), _Pipe()
        request = json.dumps([list(words), str(folder), dict(variables)]).encode()
        client = socket.socket(socket.AF_UNIX)
        client.connect(self.address)
        socket.send_fds(client, [request], [out.write_end, err.write_end])
        out.handed_over()
        err.handed_over()
        reader, writer = await asyncio.open_unix_connection(sock=client)
        pid = int(await reader.readline())
        try:
            async with asyncio.timeout(patience_seconds):
                texts = await asyncio.gather(out.read(), err.read())
                return int(await reader.readline()), *texts
        except TimeoutError:
            os.kill(pid, signal.SIGKILL)
            raise
        finally:
            writer.close()


class _Pipe:
    def __init__(self) -> None:
        self._read_end, self.write_end = os.pipe()

    def handed_over(self) -> None:
        os.close(self.write_end)

    async def read(self) -> str:
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(self._read_end, "rb")
        )
        try:
            return (await reader.read()).decode()
        finally:
            transport.close()


@asynccontextmanager
async def kept_warm(folder: Path) -> AsyncIterator[Warm]:
    address = str(folder / "warm")
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "error", "-m", "tests.cli.warm", address, stdout=PIPE
    )
    assert server.stdout is not None
    assert await server.stdout.readline()
    try:
        yield Warm(address)
    finally:
        server.terminate()
        await server.wait()


def serve(address: str) -> None:
    """Fork for every request. Returns in the forked process alone, which then is the one to run."""
    import bot.cli  # noqa: F401, PLC0415  (what every command waits for)

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(address)
    listening.listen()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        client, _ = listening.accept()
        request, descriptors, _, _ = socket.recv_fds(client, MAX_REQUEST_BYTES, 2)
        if os.fork() == 0:
            listening.close()
            if _is_child(client):
                _become(*json.loads(request), descriptors=descriptors)
                return
        for each in (client.fileno(), *descriptors):
            os.close(each)
        client.detach()


def _is_child(client: socket.socket) -> bool:
    """Fork once more: the child goes on, its parent stays to tell how it ends."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        client.close()
        return True
    client.sendall(f"{pid}\n".encode())
    _, status = os.waitpid(pid, 0)
    with suppress(BrokenPipeError):  # nobody waits any more
        client.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _become(words: list[str], folder: str, variables: dict[str, str], *, descriptors: list[int]) -> None:
    os.chdir(folder)
    os.environ.clear()  # noqa: TID251  (the new process's own)
    os.environ.update(variables)  # noqa: TID251
    for target, descriptor in enumerate(descriptors, start=1):
        os.dup2(descriptor, target)
        os.close(descriptor)
    sys.argv = ["flowpilot", *words]


if __name__ == "__main__":
    serve(sys.argv[1])
    runpy.run_module("bot", run_name="__main__", alter_sys=False)
