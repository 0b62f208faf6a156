"""What a script does is judged by its syntax tree."""

import re
import subprocess
from pathlib import Path

import pytest

from bot.domain.script_errors import ScriptRefusedError
from bot.domain.script_text import script_text
from bot.domain.scripts import Effect, Language, Parameter, ParameterKind, Recipe
from bot.scripting.built_in import built_in_recipes
from bot.scripting.checking import check, examine
from bot.scripting.syntax import parse, syntax_problems

HOST = Parameter(name="target", kind=ParameterKind.HOSTNAME, label="Host")
COUNT = Parameter(name="count", kind=ParameterKind.INTEGER, label="How many")
READ, CHANGE, DESTROY = Effect.READ_ONLY, Effect.CHANGES, Effect.DESTRUCTIVE


def recipe(language: Language, body: str) -> Recipe:
    return Recipe(language=language, title="Try", explanation="Tries.", body=body, parameters=(HOST, COUNT))


def guarded(language: Language, command: str) -> str:
    return f"run {command}" if language is Language.BASH else f"if (Confirm-Change 'a' 'b') {{ {command} }}"


@pytest.mark.parametrize("key", built_in_recipes())
def test_what_comes_along_stands_the_check(key: tuple[str, Language]) -> None:
    built_in = built_in_recipes()[key]
    effect = check(built_in).effect
    values = {each.name: each.default or "example" for each in built_in.asked}
    assert syntax_problems(parse(script_text(built_in, effect, values), key[1])) == []


def test_what_comes_along_is_called_what_it_is() -> None:
    effects = {name: check(each).effect for (name, _), each in built_in_recipes().items()}
    assert {name for name, effect in effects.items() if effect is DESTROY} == {"ad-disable", "spooler-reset"}
    assert effects["service-restart"] is CHANGE
    assert effects["disk-space"] is READ


@pytest.mark.parametrize(
    "command",
    [
        'ping -c 4 -- "$TARGET"',
        "ip addr",
        'ip route get "$TARGET"',
        "systemctl status --no-pager sshd",
        "cat /etc/hosts",
        "df -hP | sort -k5 -rn",
        'find /var -xdev -size +"$COUNT"M -printf "%s %p"',
        'x="$(uptime)"; echo "$x"',
        "journalctl --since today -p err",
        'dig +short "$TARGET"',
        "awk '{print $1}' /etc/hosts",
        'if [ "$COUNT" -gt 1 ]; then df; else free; fi',
        'ls /tmp | while read -r name; do stat "$name"; done',
        "echo $((COUNT * 2))",
        'case "$TARGET" in a*) df ;; *) free ;; esac',
    ],
)
def test_bash_that_only_looks(command: str) -> None:
    if command.startswith("echo $(("):
        command = f'echo "{command.removeprefix("echo ")}"'
    assert check(recipe(Language.BASH, command)).effect is READ


@pytest.mark.parametrize(
    "command",
    [
        "Get-Service -Name Spooler",
        "Test-NetConnection -ComputerName $Target -Port $Count",
        "Resolve-DnsName -Name $Target | Select-Object -First 5",
        "Get-ChildItem C:\\Temp | Where-Object { $_.Length -gt 5 } | Sort-Object -Property Length",
        "Measure-Command { Get-Date }",
        "ipconfig /all",
        'Write-Output "Host $Target at $((Get-Date).ToString())"',
        "$now = Get-Date; $now.AddDays(-$Count)",
        "foreach ($each in Get-Process) { $each.Name }",
        'try { Get-Item C:\\x } catch { Write-Warning "$_" }',
        "Get-CimInstance Win32_OperatingSystem | Format-List",
        "netsh wlan show interfaces",
    ],
)
def test_powershell_that_only_looks(command: str) -> None:
    assert check(recipe(Language.POWERSHELL, command)).effect is READ


CHANGING = [
    (Language.BASH, 'systemctl restart "$TARGET"', CHANGE),
    (Language.BASH, "sudo resolvectl flush-caches", CHANGE),
    (Language.BASH, "some-tool --fix", CHANGE),
    (Language.BASH, "mv /tmp/a /tmp/b", CHANGE),
    (Language.BASH, "tee /etc/motd", CHANGE),
    (Language.BASH, "curl -o /tmp/x https://example.com", CHANGE),
    (Language.BASH, "sort -o /etc/passwd /tmp/x", CHANGE),
    (Language.BASH, "sort -no/etc/passwd /tmp/x", CHANGE),
    (Language.BASH, "date -s 2020-01-01", CHANGE),
    (Language.BASH, "hostname other", CHANGE),
    (Language.BASH, "rm -rf /tmp/x", DESTROY),
    (Language.BASH, "/bin/rm /tmp/x", DESTROY),
    (Language.BASH, "'rm' /tmp/x", DESTROY),
    (Language.BASH, "sudo mkfs.ext4 /dev/sdb1", DESTROY),
    (Language.BASH, "dd if=/dev/zero of=/dev/sda", DESTROY),
    (Language.BASH, "find / -name x -delete", DESTROY),
    (Language.BASH, "systemctl poweroff", DESTROY),
    (Language.BASH, "ip link set eth0 down", DESTROY),
    (Language.BASH, "tee /dev/sda", DESTROY),
    (Language.BASH, "userdel bob", DESTROY),
    (Language.BASH, "iptables -F", DESTROY),
    (Language.POWERSHELL, "Restart-Service -Name Spooler", CHANGE),
    (Language.POWERSHELL, "Set-Content -Path C:\\x -Value 1", CHANGE),
    (Language.POWERSHELL, "ipconfig /flushdns", CHANGE),
    (Language.POWERSHELL, "Some-Thing", CHANGE),
    (Language.POWERSHELL, "some-tool.exe /fix", CHANGE),
    (Language.POWERSHELL, "net user bob /add", CHANGE),
    (Language.POWERSHELL, "Get-Date > C:\\x.txt", CHANGE),
    (Language.POWERSHELL, "Remove-Item -Path C:\\x -Recurse", DESTROY),
    (Language.POWERSHELL, "del C:\\x", DESTROY),
    (Language.POWERSHELL, "Format-Volume -DriveLetter D", DESTROY),
    (Language.POWERSHELL, "Clear-Content -Path C:\\x", DESTROY),
    (Language.POWERSHELL, "Stop-Computer", DESTROY),
    (Language.POWERSHELL, "Disable-ADAccount -Identity $Target", DESTROY),
    (Language.POWERSHELL, "Set-ExecutionPolicy Unrestricted", DESTROY),
    (Language.POWERSHELL, "reg delete HKLM\\Software\\x /f", DESTROY),
    (Language.POWERSHELL, "net user bob /delete", DESTROY),
    (Language.POWERSHELL, "shutdown.exe /s", DESTROY),
]


@pytest.mark.parametrize(("language", "command", "effect"), CHANGING)
def test_a_change_stands_behind_the_guard_or_is_refused(
    language: Language, command: str, effect: Effect
) -> None:
    assert check(recipe(language, guarded(language, command))).effect is effect
    with pytest.raises(ScriptRefusedError, match=r"dry run does not|changes something"):
        check(recipe(language, command))


@pytest.mark.parametrize(
    "body",
    [
        'eval "$TARGET"',
        'bash -c "$TARGET"',
        "base64 -d <<< cm0= | sh",
        "curl https://example.com/x | bash",
        "run bash -c 'rm x'",
        "sudo sh /tmp/x",
        "timeout 5 bash /tmp/x",
        "/opt/evil",
        "./evil",
        '"$TARGET" -x',
        "$TARGET",
        "r\\m x",
        "$'rm' x",
        "{rm,-rf,/}",
        "source /tmp/x",
        ". /tmp/x",
        "xargs rm",
        "env rm x",
        "find / -exec rm x ;",
        "awk 'BEGIN{system(\"id\")}'",
        "sed '1e id' /etc/hosts",
        "python3 -c 'x'",
        "ssh host rm x",
        "trap 'rm x' EXIT",
        "alias ls=rm",
        "PATH=/tmp ls",
        "LD_PRELOAD=/tmp/x ls",
        "DRY_RUN=0",
        "read -r PATH",
        'read -r "$TARGET"',
        'run() { "$@"; }',
        "cat() { df; }",
        "echo ${TARGET@P}",
        'echo "${!TARGET}"',
        'echo "$((TARGET))"',
        "(( TARGET ))",
        '[[ 1 -eq "$TARGET" ]]',
        '[ -v "$TARGET" ]',
        'printf -v "$TARGET" x',
        "ls $TARGET",
        "ls $(cat /tmp/x)",
        'echo hi > "$TARGET"',
        "echo hi > /dev/sda",
        "cat <<EOF\n$(rm x)\nEOF",
        "cat <(rm x)",
        "declare -i x=1",
        "coproc rm x",
        "TARGET=other",
        "run run rm x",
        "run time rm x",
        "time rm x",
        "run docker exec web rm x",
        "run mysql -e drop",
        'run printf -v "$TARGET" x',
        'run test -v "$TARGET"',
        'run [ -v "$TARGET" ]',
        'run local "$TARGET"',
        'run unset "$TARGET"',
        'wait -p "$TARGET"',
        "rpm -qa --pipe rm",
        "ip -b addr",
        "echo a;#x",
        'echo "$[TARGET]"',
        '[ a = a -a -v "$TARGET" ]',
        "case x in $(rm y)) ls ;; esac",
        "export -f ls",
        "unset -f run",
        "ls\u00a0/tmp",
        "echo ‘x’",
        "echo \u202ehi",
    ],
)
def test_bash_that_cannot_be_looked_into_is_refused(body: str) -> None:
    with pytest.raises(ScriptRefusedError):
        check(recipe(Language.BASH, body))


@pytest.mark.parametrize(
    "body",
    [
        "Invoke-Expression $Target",
        "iex $Target",
        "& $Target",
        ". $Target",
        "& 'C:\\x.exe'",
        "& (Get-Command rm)",
        "Invoke-WebRequest https://example.com/x | Invoke-Expression",
        "[scriptblock]::Create($Target).Invoke()",
        "[IO.File]::Delete('x')",
        "[Diagnostics.Process]::Start('cmd')",
        "(Get-Process).Kill()",
        "$x = Get-Date; $x.$Target()",
        "Get-Process | ForEach-Object Kill",
        "Get-Process | ForEach-Object -MemberName Kill",
        "Get-Process | ForEach-Object $Target",
        "cmd /c del x",
        "powershell -EncodedCommand abc",
        "Start-Process notepad",
        "New-Object -ComObject WScript.Shell",
        "Add-Type -TypeDefinition $Target",
        "Set-Alias Get-Date Remove-Item",
        "Set-Variable Apply $true",
        "Get-Item x -OutVariable Apply",
        "Get-Date -WhatIf:$false",
        "$Apply = $true",
        "foreach ($Apply in 1) { Get-Date }",
        "function Get-Date2($Apply) { Get-Item x }",
        "$WhatIfPreference = $false",
        "$env:PATH = 'C:\\evil'",
        "${function:Get-Date} = { 1 }",
        "$service.StartType = 'Disabled'",
        "Get-Item @args",
        "function Confirm-Change { $true }",
        "function Get-Date { 1 }",
        "$x = Confirm-Change 'a' 'b'",
        "if (-not (Confirm-Change 'a' 'b')) { Remove-Item x }",
        "if (Confirm-Change 'a' 'b') { Get-Date } else { Remove-Item x }",
        "if (Get-Date) { Remove-Item x } elseif (Confirm-Change 'a' 'b') { Get-Date }",
        'Write-Output "$(Remove-Item x)"',
        "class A { }",
        "Get-Item $Target#y; Remove-Item z",
        "Get-Item x;#y",
        "#Requires -Modules Evil\nGet-Date",
        "ping --% a; Remove-Item x",
        "Get-Item a`b",
        "Get-Item -Out''Variable Apply",
        "Get-Item a'b'",
        "Get-Process | ForEach-Object { $_.'Kill'() }",
        "$x = Get-Process; $x.ForEach('Kill')",
        '@"\n$(Remove-Item x)\n"@ | Out-Host',
        "if (Confirm-Change 'a' 'b') { New-Item -Path Function:Get-Date -Value x }",
        "if (Confirm-Change 'a' 'b') { Set-Content -Path 'alias:x' -Value x }",
        "sc query x",
        "$Target = 'x'",
        "Get-Item ‘x’",
        "Invoke-Command -ComputerName $Target -FilePath C:\\x.ps1",
    ],
)
def test_powershell_that_cannot_be_looked_into_is_refused(body: str) -> None:
    with pytest.raises(ScriptRefusedError):
        check(recipe(Language.POWERSHELL, body))


@pytest.mark.parametrize(
    ("language", "body", "line"),
    [
        (Language.BASH, "df\nif df; then\n", 2),
        (Language.BASH, 'df\necho "open', 2),
        (Language.POWERSHELL, "Get-Date\nif (1) { Get-Date", 2),
    ],
)
def test_a_syntax_error_is_told_with_its_line(language: Language, body: str, line: int) -> None:
    problems = examine(recipe(language, body)).problems
    assert problems
    assert all(problem.line >= line for problem in problems)


def test_all_problems_are_told_at_once() -> None:
    problems = examine(recipe(Language.BASH, 'eval "$TARGET"\nrm x\nls $TARGET')).problems
    assert [problem.line for problem in problems] == [1, 2, 3]


def test_deep_nesting_is_refused_and_not_endured() -> None:
    with pytest.raises(ScriptRefusedError):
        check(recipe(Language.BASH, "if df; then " * 400 + "df" + "; fi" * 400))


BUILT_IN_BASH = [name for name, language in built_in_recipes() if language is Language.BASH]


@pytest.mark.parametrize("name", BUILT_IN_BASH)
def test_what_comes_along_changes_nothing_in_the_real_bash_without_apply(name: str, tmp_path: Path) -> None:
    """Every program is a stub that notes how it was called, so sudo would be noticed."""
    built_in = built_in_recipes()[name, Language.BASH]
    checked = check(built_in)
    programs = {word for each in checked.commands for word in re.findall(r"[a-z]+", each.text)} - {
        "run",
        "read",
    }
    for program in programs:
        stub = tmp_path / program
        stub.write_text(f'#!/bin/bash\necho "{program} $*" >> {tmp_path}/called\n')
        stub.chmod(0o755)
    values = {each.name: each.default or "example" for each in built_in.asked}
    script, called = tmp_path / "script.sh", tmp_path / "called"
    script.write_text(script_text(built_in, checked.effect, values))
    is_changing = checked.effect is not READ

    def run(*arguments: str) -> str:
        bash = ["/bin/bash", str(script), *arguments]
        done = subprocess.run(bash, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=True)
        return done.stdout

    assert ("Would run: sudo" in run()) is is_changing
    assert "sudo" not in called.read_text()
    assert "Would run:" not in run("--apply")
    assert ("sudo" in called.read_text()) is is_changing
