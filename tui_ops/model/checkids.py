"""The checks of hosts by their ids, and their parameters, as ``make docs`` writes them out of their declarations."""

from collections.abc import Mapping

CHECK_IDS: tuple[str, ...] = (
    "acct-authkeys", "acct-dormant", "acct-dup", "acct-emptypw", "acct-future", "acct-hash", "acct-inactive",
    "acct-maxage", "acct-noshell-locked", "acct-shadowed", "acct-sysshell", "acct-uid0", "aud-identity", "aud-on",
    "av-on", "bak-age", "ban-on", "boot-pw", "disk-crypt", "drift-open", "fim-on", "fs-mount", "fs-passwdfiles",
    "fs-suid", "fs-world", "fw-active", "fw-deny", "fw-one", "fw-open", "home-perm", "key-new", "krn-memory",
    "log-local", "log-remote", "login-guessed", "login-source", "mac-on", "net-forward", "net-listen", "net-stack",
    "os-support", "pam-length", "pam-lockout", "patch-auto", "patch-reboot", "patch-sec", "repo-trust", "sess-tmout",
    "sess-umask", "ssh-allow", "ssh-cipher", "ssh-conffile", "ssh-empty", "ssh-forward", "ssh-grace", "ssh-hostbased",
    "ssh-hostkey", "ssh-idle", "ssh-kex", "ssh-log", "ssh-mac", "ssh-maxauth", "ssh-maxstartups", "ssh-password",
    "ssh-root", "ssh-userenv", "sudo-members", "sudo-noauth", "sudo-nopasswd", "sudo-pty-log", "sudo-su", "svc-legacy",
    "svc-mta", "time-sync", "tls-expiry",
)  # fmt: skip
"""In the order of the alphabet."""

PARAMETERS: Mapping[str, str] = {
    "admin_groups": "list", "audit_lost_most": "number", "av_roles": "list", "av_signature_hours": "number",
    "ban_log_days": "number", "boot_virtual": "yes or no", "clock_offset_most_s": "number", "directories": "list",
    "door_roles": "list", "dormant_days": "number", "dormant_listed": "list", "fim_days": "number",
    "hash_methods": "list", "inactive_days": "number", "keys_elsewhere": "list", "legacy_allowed": "list",
    "lock_tries": "number", "log_queue_mb": "number", "mail_ports": "list", "mail_roles": "list",
    "max_age_days": "number", "max_tries": "number", "min_length": "number", "mount_options": "list",
    "mount_points": "list", "patch_auto_days": "number", "patch_index_hours": "number", "patch_reboot_days": "number",
    "router_roles": "list", "rsa_bits": "number", "service_accounts": "list", "ssh_grace_s": "number",
    "ssh_idle_s": "number", "ssh_startups_begin": "number", "ssh_startups_full": "number",
    "support_warn_days": "number", "tls_days": "number", "tmout_s": "number",
}  # fmt: skip
"""What each parameter is: ``number``, ``list`` or ``yes or no``."""

PARAMETERS_OF: Mapping[str, tuple[str, ...]] = {
    "acct-authkeys": ("keys_elsewhere", "rsa_bits"),
    "acct-dormant": ("directories", "dormant_days", "dormant_listed", "keys_elsewhere"),
    "acct-dup": ("directories",),
    "acct-emptypw": ("directories",),
    "acct-future": ("directories",),
    "acct-hash": ("directories", "hash_methods"),
    "acct-inactive": ("directories", "inactive_days"),
    "acct-maxage": ("directories", "max_age_days"),
    "acct-noshell-locked": ("directories",),
    "acct-shadowed": ("directories",),
    "acct-sysshell": ("directories",),
    "acct-uid0": ("directories",),
    "aud-on": ("audit_lost_most",),
    "av-on": ("av_roles", "av_signature_hours"),
    "ban-on": ("ban_log_days",),
    "boot-pw": ("boot_virtual",),
    "fim-on": ("fim_days",),
    "fs-mount": ("mount_options", "mount_points"),
    "home-perm": ("directories",),
    "key-new": ("keys_elsewhere",),
    "log-remote": ("log_queue_mb",),
    "net-forward": ("router_roles",),
    "os-support": ("support_warn_days",),
    "pam-length": ("min_length",),
    "pam-lockout": ("lock_tries",),
    "patch-auto": ("patch_auto_days",),
    "patch-reboot": ("patch_reboot_days",),
    "patch-sec": ("patch_index_hours",),
    "sess-tmout": ("tmout_s",),
    "ssh-forward": ("door_roles",),
    "ssh-grace": ("ssh_grace_s",),
    "ssh-hostkey": ("rsa_bits",),
    "ssh-idle": ("ssh_idle_s",),
    "ssh-maxauth": ("max_tries",),
    "ssh-maxstartups": ("ssh_startups_begin", "ssh_startups_full"),
    "sudo-members": ("admin_groups", "directories"),
    "sudo-noauth": ("directories",),
    "sudo-nopasswd": ("directories", "service_accounts"),
    "sudo-pty-log": ("directories",),
    "sudo-su": ("directories",),
    "svc-legacy": ("legacy_allowed",),
    "svc-mta": ("mail_ports", "mail_roles"),
    "time-sync": ("clock_offset_most_s",),
    "tls-expiry": ("tls_days",),
}  # fmt: skip
"""The parameters of each check that has any."""
