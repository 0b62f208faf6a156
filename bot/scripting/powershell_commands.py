"""Commands of PowerShell and what is known of them, all in small letters.

Each pattern is about the words behind the name, with one space between them; VALUE stands for a variable.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

VALUE = "<value>"
_ANY = re.compile(r".*")

READ_ONLY_VERBS = frozenset(
    "get test measure resolve find compare search select where sort group join split".split()
)
"""By the conventions of PowerShell's verbs these change nothing."""
READ_ONLY: Mapping[str, re.Pattern[str]] = {
    **dict.fromkeys(
        """
        write-output write-host write-warning write-verbose write-error write-information write-progress write-debug out-string out-null
        out-host format-table format-list format-wide format-custom convertto-json convertto-csv convertto-html convertto-xml
        convertfrom-json convertfrom-csv convertfrom-stringdata foreach-object new-timespan new-guid start-sleep set-strictmode
        read-host clear-host convert-path show-eventlog select where sort group measure foreach % ? echo write ft fl gci ls dir
        gc cat gi gps ps gsv gcm gwmi gm connect-exchangeonline connect-mggraph ping tracert pathping nslookup systeminfo netstat whoami
        hostname getmac gpresult quser query qwinsta driverquery tasklist findstr where.exe ver dsregcmd
        """.split(),
        _ANY,
    ),
    "import-module": re.compile(r"(?:-name )?[a-z][a-z0-9.]*(?: -erroraction stop)?"),
    "ipconfig": re.compile(r"/all|/displaydns|"),
    "arp": re.compile(r"-a"),
    "route": re.compile(r"print(?: .*)?"),
    "nbtstat": re.compile(r"-[anrcs](?: .*)?"),
    "klist": re.compile(r"tickets|tgt|sessions|"),
    "sc.exe": re.compile(r"query.*|qc .*"),
    "test-computersecurechannel": re.compile(r"(?!.*-r).*"),
    "reg": re.compile(r"query .*"),
    "net": re.compile(r"(?:view|accounts|session|share|statistics|use|user|localgroup)"),
    "w32tm": re.compile(r"/query .*|/tz|/stripchart .*"),
    "repadmin": re.compile(r"/(?:showrepl|replsummary|queue)(?: .*)?"),
    "dcdiag": re.compile(r"(?!.*/f).*"),
    "netsh": re.compile(r"(?:\w+ )+show(?: .*)?"),
    "manage-bde": re.compile(r"-status(?: .*)?"),
    "wevtutil": re.compile(r"(?:qe|el|gl|gli|query-events|enum-logs) ?.*"),
    "powercfg": re.compile(r"/(?:list|query|a|getactivescheme|requests|lastwake)(?: .*)?"),
    "certutil": re.compile(r"-(?:store|viewstore|dump|hashfile)(?: .*)?"),
    "chkdsk": re.compile(r"[a-z]:"),
    "schtasks": re.compile(r"/query(?: .*)?"),
}
"""Commands that change nothing when the pattern fits all of their words."""

CHANGES = frozenset("clear-dnsclientcache clear-variable get-windowsupdate get-wuinstall sc".split())
"""Commands that are less, or more, than their verb says: they change something."""

DESTRUCTIVE_VERBS = frozenset("remove clear uninstall disable revoke unregister dismount erase purge".split())
DESTRUCTIVE: Mapping[str, re.Pattern[str]] = {
    **dict.fromkeys(
        """
        stop-computer restart-computer stop-vm restart-vm format-volume initialize-disk reset-physicaldisk set-executionpolicy set-disk
        set-partition resize-partition set-mppreference set-netfirewallprofile reset-computermachinepassword move-adobject
        set-acl suspend-bitlocker block-smbshareaccess stop-process del erase rd rmdir rm ri rp format diskpart
        cipher vssadmin bcdedit bootrec shutdown takeown taskkill kill spps sdelete logoff rwinsta
        new-compliancesearchaction search-mailbox
        """.split(),
        _ANY,
    ),
    "reg": re.compile(r"\b(?:delete|import|restore|unload)\b"),
    "net": re.compile(r"/delete|/active:no"),
    "sc.exe": re.compile(r"\bdelete\b"),
    "netsh": re.compile(r"\b(?:reset|delete)\b"),
    "wevtutil": re.compile(r"\b(?:cl|clear-log)\b"),
    "schtasks": re.compile(r"/delete"),
    "wmic": re.compile(r"\bdelete\b"),
    "dism": re.compile(r"/(?:remove|disable|cleanup)"),
    "dsrm": _ANY,
    "fsutil": _ANY,
    "robocopy": re.compile(r"/(?:mir|purge|mov)"),
    "chkdsk": re.compile(r"/[frxb]"),
    "move-item": re.compile(r"\\\\windows\\\\"),
}
"""Commands that take something away when the pattern is found in their words."""

REFUSED = frozenset(
    """
    invoke-expression iex invoke-item ii start-process saps start invoke-wmimethod invoke-cimmethod invoke-webrequest iwr
    invoke-restmethod irm curl wget start-bitstransfer add-type new-object set-alias new-alias import-alias sal nal set-variable sv
    new-variable nv set-item si invoke-history ihy r trace-command start-job start-threadjob
    register-objectevent register-engineevent register-wmievent register-cimindicationevent register-scheduledjob new-psdrive
    import-pssession enter-pssession new-pssession use-transaction import-clixml add-pssnapin
    new-module update-typedata update-formatdata set-psbreakpoint set-psdebug get-variable gv export-modulemember
    cmd powershell pwsh powershell_ise wscript cscript mshta rundll32 regsvr32 msiexec msbuild installutil regasm regsvcs bitsadmin
    wsl bash sh python py node perl ruby forfiles pcalua conhost explorer at psexec winrs ssh scp
    """.split()
)
"""They run text, other programs, fetch code, or change what names mean."""
WITH_BLOCK = frozenset(
    "foreach-object foreach % invoke-command icm where-object where ? measure-command".split()
)
"""They may call what a word names: only a block, which is looked into, or a comparison is taken."""

METHODS = frozenset(
    """
    tostring trim trimstart trimend split replace startswith endswith contains indexof lastindexof substring toupper tolower
    padleft padright insert equals compareto adddays addhours addminutes addseconds addmonths addyears subtract touniversaltime
    tolocaltime toshortdatestring tolongdatestring totalseconds getenumerator containskey round floor ceiling abs min max now parse
    tryparse isnullorempty isnullorwhitespace join format gettype count
    """.split()
)
TYPES = frozenset(
    """
    int int32 int64 long double decimal float string bool boolean char byte datetime datetimeoffset timespan math version guid array
    hashtable ordered pscustomobject psobject switch void object string[] int[] object[] ipaddress net.ipaddress mailaddress regex
    securestring cmdletbinding parameter
    """.split()
)
