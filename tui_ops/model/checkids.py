"""The checks of hosts by their ids, as ``make docs`` writes them out of their declarations."""

CHECK_IDS: tuple[str, ...] = (
    "acct-authkeys", "acct-dormant", "acct-dup", "acct-emptypw", "acct-future", "acct-hash", "acct-inactive",
    "acct-maxage", "acct-noshell-locked", "acct-shadowed", "acct-sysshell", "acct-uid0", "aud-identity", "aud-on",
    "av-on", "bak-age", "ban-on", "boot-pw", "disk-crypt", "fim-on", "fs-mount", "fs-passwdfiles", "fs-suid",
    "fs-world", "fw-active", "fw-deny", "fw-one", "fw-open", "home-perm", "key-new", "krn-memory", "log-local",
    "log-remote", "login-guessed", "login-source", "mac-on", "net-forward", "net-listen", "net-stack", "os-support",
    "pam-length", "pam-lockout", "patch-auto", "patch-reboot", "patch-sec", "repo-trust", "sess-tmout", "sess-umask",
    "ssh-allow", "ssh-cipher", "ssh-conffile", "ssh-empty", "ssh-forward", "ssh-grace", "ssh-hostbased", "ssh-hostkey",
    "ssh-idle", "ssh-kex", "ssh-log", "ssh-mac", "ssh-maxauth", "ssh-maxstartups", "ssh-password", "ssh-root",
    "ssh-userenv", "sudo-members", "sudo-noauth", "sudo-nopasswd", "sudo-pty-log", "sudo-su", "svc-legacy", "svc-mta",
    "time-sync", "tls-expiry",
)  # fmt: skip
"""In the order of the alphabet."""
