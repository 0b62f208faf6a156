"""Advice of programs outside: shellcheck on bash, PowerShell's own parser on PowerShell.

Both only read a script; neither runs it. Neither is needed: where a program is missing, late or out of order, there is no
advice. They are asked about scripts that the check let pass, so nothing in one loads code while it is parsed.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog

from bot.domain.scripts import Advice, Language, file_bytes

AT_ONCE = 2
"""Programs that run beside each other."""
MAX_OUTPUT = 1_000_000
"""Bytes of an answer; of what is longer nothing is believed."""
PARSE = """\
$errors = $null
[void][System.Management.Automation.Language.Parser]::ParseFile($env:FLOWPILOT_SCRIPT, [ref]$null, [ref]$errors)
$found = @($errors | ForEach-Object { @{ line = $_.Extent.StartLineNumber; message = $_.Message } })
ConvertTo-Json -Compress -InputObject $found
"""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program that reads the file in `FLOWPILOT_SCRIPT`, which is its last argument too if it `takes_file`.

    `findings` picks them out of the JSON that it writes: each with a `line` and a `message`.
    """

    name: str
    path: str
    arguments: tuple[str, ...]
    takes_file: bool
    findings: Callable[[Any], list[Any]]


def programs_on(path: str | None) -> Mapping[Language, Program]:
    """Those that are there; `path` as in the environment, None for the environment's own."""
    found = {}
    if shellcheck := shutil.which("shellcheck", path=path):
        found[Language.BASH] = Program(
            name="shellcheck",
            path=shellcheck,
            arguments=("--norc", "--format=json1", "--severity=warning", "--shell=bash"),
            takes_file=True,
            findings=lambda said: said["comments"],
        )
    if pwsh := shutil.which("pwsh", path=path):
        found[Language.POWERSHELL] = Program(
            name="PowerShell",
            path=pwsh,
            arguments=("-NoLogo", "-NoProfile", "-NonInteractive", "-Command", PARSE),
            takes_file=False,
            findings=lambda said: said,
        )
    return found


class OutsideAdviser:
    """Asks the program of a script's language, a few at a time."""

    def __init__(self, programs: Mapping[Language, Program]) -> None:
        self._programs = programs
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def advise(self, language: Language, text: str, *, seconds: float) -> tuple[Advice, ...]:
        """What the program finds, by line; nothing without one, or when it gives no answer in time."""
        program = self._programs.get(language)
        if program is None:
            return ()
        try:
            async with asyncio.timeout(seconds), self._turns:
                return tuple(_read(program, await _output(program, language, text)))
        except (TimeoutError, OSError, ValueError, LookupError, TypeError) as error:
            log.warning("script.no_advice", program=program.name, reason=repr(error))
            return ()


async def _output(program: Program, language: Language, text: str) -> bytes:
    """What the program writes about the script. It is gone when this returns, with all that it started."""
    with TemporaryDirectory(prefix="flowpilot-script-") as folder:
        file = Path(folder, f"script.{language.suffix}")
        await asyncio.to_thread(file.write_bytes, file_bytes(language, text))
        process = await asyncio.create_subprocess_exec(
            program.path,
            *program.arguments,
            *([str(file)] if program.takes_file else []),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=folder,
            env=_environment(folder, file),
            start_new_session=True,
        )
        try:
            return await _read_out(process)
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def _read_out(process: asyncio.subprocess.Process) -> bytes:
    """Raises ValueError when it is too much."""
    said = b""
    while process.stdout and (more := await process.stdout.read(MAX_OUTPUT)):
        said += more
        if len(said) > MAX_OUTPUT:
            raise ValueError("The answer is too long.")
    return said


def _environment(folder: str, file: Path) -> Mapping[str, str]:
    """Nothing of ours: what a program outside is told is the script alone."""
    return {
        "PATH": os.defpath,
        "HOME": folder,
        "LC_ALL": "C.UTF-8",
        "FLOWPILOT_SCRIPT": str(file),
        "POWERSHELL_TELEMETRY_OPTOUT": "1",
        "POWERSHELL_UPDATECHECK": "Off",
    }


def _read(program: Program, output: bytes) -> Iterator[Advice]:
    """Raises ValueError, LookupError or TypeError for what is not the JSON that we know."""
    found = {(int(each["line"]), str(each["message"])) for each in program.findings(json.loads(output))}
    for line, sentence in sorted(found):
        yield Advice(by=program.name, line=line, sentence=sentence)
