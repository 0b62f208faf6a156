"""Commands of bash and what is known of them.

Each pattern is about the words behind the name, with one space between them: blanks within a word are `_`, a parameter's
value is VALUE, and what is known only when it runs is UNKNOWN.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

VALUE, UNKNOWN = "<value>", "<unknown>"

_ANY = re.compile(r".*")
_FREE = """
    : true false echo cat head tail wc grep egrep fgrep cut tr nl column fold rev tac comm cmp diff
    ls stat file du df free uptime uname whoami id groups who w last lastb users nproc lscpu lsblk lsof lsusb lspci lsmod blkid findmnt
    ps pgrep pstree vmstat iostat mpstat ping ping6 host dig nslookup traceroute tracepath mtr whois getent
    which type basename dirname realpath readlink md5sum sha1sum sha256sum sha512sum cksum seq sleep exit return break continue
    shift cd pwd printenv base64 jq numfmt tty logname getconf locale namei pathchk od hexdump strings expr netstat
""".split()


def _without(*options: str) -> re.Pattern[str]:
    """Any words but these options, which are patterns, and nothing of which it is not known whether it is one."""
    return re.compile(rf"(?!(?:.* )?(?:{'|'.join(options)}|{UNKNOWN})(?:[ =]|$)).*")


READ_ONLY: Mapping[str, re.Pattern[str]] = {
    **dict.fromkeys(_FREE, _ANY),
    "printf": re.compile(rf"(?!-|{UNKNOWN}).*"),
    "uniq": re.compile(r"(?:-[cdiu]+ ?)*"),
    "nc": re.compile(r"(?:-w [0-9]+ )?-[zvnu]+(?: -w [0-9]+)?(?: [^ -].*)?"),
    "ss": _without(r"-\w*K\w*", "--kill"),
    "set": re.compile(r"[+-][eux]+|[+-]o pipefail"),
    "sort": _without(r"-\w*[oTS].*", r"--(?:o|c|f|t|b).*"),
    "find": _without(r"-(?:delete|exec|execdir|ok|okdir|fls|fprint0?|fprintf|files0-from)"),
    "date": re.compile(rf"(?!.*{UNKNOWN})(?:-u|--utc|-d [^ ]+|\+[^ ]+| )*"),
    "hostname": re.compile(r"-[fisIAd]|"),
    "hostnamectl": re.compile(r"status|"),
    "timedatectl": re.compile(r"(?:status|show|timesync-status|show-timesync|list-timezones)(?: .*)?|"),
    "systemctl": re.compile(
        r"(?:--no-pager |--failed |-l |--user )*(?:status|is-active|is-enabled|is-failed|list-units|list-timers|list-unit-files|show|cat"
        r"|list-dependencies)(?: .*)?|--failed(?: --no-pager)?"
    ),
    "journalctl": _without(r"--(?:v|ro|fl|sy|rel|set|up|cu).*"),
    "dmesg": _without(r"-\w*[CcDEnr]\w*", r"--(?:c|r|console).*"),
    "ip": re.compile(
        r"(?:-(?:[46dosj]|br|brief|c) )*(?:a|addr|address|l|link|r|route|n|neigh|neighbour)(?: (?:show|list|get)(?: .*)?)?"
    ),
    "arp": re.compile(r"-[an]+|"),
    "route": re.compile(r"-n|"),
    "resolvectl": re.compile(r"(?:status|query|statistics|dns|domain)(?: .*)?|"),
    "nmcli": re.compile(r"(?:-[tp] )*(?:general|device|dev|connection|con)(?: (?:status|show)(?: .*)?)?|"),
    "crontab": re.compile(r"-l"),
    "curl": re.compile(
        rf"(?!.*{UNKNOWN})(?:-(?:s|S|sS|f|fsS|I|sI|sSI|L|v|4|6)|--(?:head|silent|show-error|fail|location)|--max-time (?:\d+|{VALUE})|-m (?:\d+|{VALUE})|-- |https?://[^ ]+|{VALUE}| )*"
    ),
    "openssl": re.compile(
        r"(?:s_client|x509|verify|version)(?!.* -(?:out|engine|provider|provider-path|keylogfile|sess_out|writerand|msgfile)(?: |$))(?: .*)?"
    ),
    "lpstat": _ANY,
    "lpq": _ANY,
    "smartctl": re.compile(r"(?:-[aHAi]+ )*[^ -][^ ]*"),
    "ethtool": re.compile(r"(?:-[igSk] )?[^ -][^ ]*"),
    "iptables": re.compile(r"(?:-[nv]+ )*-[LS](?: .*)?"),
    "ufw": re.compile(r"status(?: .*)?"),
    "docker": re.compile(r"(?:ps|images|logs|inspect|version|info|stats --no-stream)(?: .*)?"),
    "dpkg": re.compile(rf"-(?:l|L|s|S)(?: (?!-|{UNKNOWN})[^ ]+)*"),
    "rpm": re.compile(rf"-q\w*(?: (?!-|{UNKNOWN})[^ ]+)*"),
    "awk": re.compile(rf"(?!.*(?:system|\||>|getline|@|{UNKNOWN}))(?:-F[^ ]* ?)?(?:[^ -][^ ]*)(?: [^ -].*)?"),
    "sed": re.compile(rf"(?!.*{UNKNOWN})-n [0-9$]+(?:,[0-9$]+)?p(?: [^ -].*)?"),
    "zpool": re.compile(r"(?:status|list|iostat)(?: .*)?"),
    "mdadm": re.compile(r"--detail(?: (?!-).*)?"),
    "getfacl": _ANY,
    "aplay": re.compile(r"-[lL]"),
}
"""Commands that change nothing when the pattern fits all of their words."""

DESTRUCTIVE: Mapping[str, re.Pattern[str]] = {
    **dict.fromkeys(
        """
        rm rmdir unlink shred dd wipefs fdisk sfdisk cfdisk gdisk sgdisk parted blkdiscard mkswap truncate userdel groupdel deluser
        delgroup shutdown reboot halt poweroff init telinit lvremove vgremove pvremove lvreduce cryptsetup killall tdbbackup
        """.split(),
        _ANY,
    ),
    "find": re.compile(r"-delete|-exec|-ok"),
    "systemctl": re.compile(r"\b(?:poweroff|reboot|halt|kexec|rescue|emergency|disable|mask|isolate)\b"),
    "crontab": re.compile(r"-r"),
    "iptables": re.compile(r"-[FXD]|--flush|--delete"),
    "nft": re.compile(r"\b(?:flush|delete|destroy)\b"),
    "ufw": re.compile(r"\b(?:reset|disable|delete)\b"),
    "zfs": re.compile(r"\b(?:destroy|rollback)\b"),
    "zpool": re.compile(r"\b(?:destroy|remove|detach|offline)\b"),
    "mdadm": re.compile(r"--(?:remove|fail|stop|zero)"),
    "apt": re.compile(r"\b(?:remove|purge|autoremove|full-upgrade)\b"),
    "apt-get": re.compile(r"\b(?:remove|purge|autoremove|dist-upgrade)\b"),
    "dnf": re.compile(r"\b(?:remove|erase|autoremove)\b"),
    "yum": re.compile(r"\b(?:remove|erase|autoremove)\b"),
    "dpkg": re.compile(r"-(?:r|P)|--(?:remove|purge)"),
    "rpm": re.compile(r"-\w*e\b|--erase"),
    "pip": re.compile(r"\buninstall\b"),
    "docker": re.compile(r"\b(?:rm|rmi|prune|kill|down)\b"),
    "kubectl": re.compile(r"\b(?:delete|drain|replace)\b"),
    "git": re.compile(r"\b(?:clean|reset|push)\b"),
    "ip": re.compile(r"\b(?:del|delete|flush|down)\b"),
    "passwd": re.compile(r"-\w*[dl]|--(?:delete|lock)"),
    "usermod": re.compile(r"-\w*L|--lock"),
    "cancel": re.compile(r"-a"),
    "pkill": _ANY,
    "kill": re.compile(r"-(?:9|KILL)\b"),
    "curl": re.compile(r"DELETE"),
    "rsync": re.compile(r"--del"),
    "mv": re.compile(r"/dev/null"),
    "tee": re.compile(r"/dev/(?!null)"),
    "cp": re.compile(r"/dev/null"),
}
"""Commands that take something away when the pattern is found in their words."""

CODE = re.compile(
    r"(?:awk|sed) .*|printf -v.*|find .*-(?:exec|ok).*|crontab (?!-[lr]).*|git .*-c.*|nc .*-\w*[ecl].*"
    r"|tar .*-(?:I|F|-use-c|-to-c|-checkpoint-a|-rmt|-rsh).*|rsync .*(?:-e|--rsh).*|tcpdump .*-z.*"
    r"|(?:docker|podman|kubectl|lxc|ip) (?:.* )?(?:exec|run|netns|-b\w*)(?: .*|$)"
    r"|(?:apt|apt-get|dpkg|rpm|yum|dnf) (?:.* )?(?:-o|--p|-c|-D).*"
)
"""Command lines that hold code of their own; what READ_ONLY knows of them is let through."""

REFUSED = frozenset(
    """
    eval exec source . command builtin enable alias unalias trap env xargs parallel sh bash dash zsh ksh csh tcsh fish rbash busybox
    toybox python python2 python3 perl ruby node deno bun php lua tclsh expect pwsh powershell osascript gawk mawk nawk ssh scp sftp
    rsh rexec telnet socat su runuser doas pkexec sudoedit chroot nsenter unshare setsid script screen tmux watch at batch
    systemd-run coproc let declare typeset export unset mapfile readarray getopts hash shopt ulimit bind complete compgen history fc
    test [ [[ local readonly jobs fg bg disown wait caller run sudo timeout nice nohup time ionice taskset chrt setpriv mysql psql sqlite3 mongo mongosh redis-cli ansible salt pssh
    make gcc cc go java gdb vi vim nano ed ex less more man start-stop-daemon flock strace ltrace ld.so stdbuf capsh ncat
    """.split()
)
"""They run text, other programs, or change what other commands mean."""
