"""All checks, in the order of their families. A new one is a line in its family's list."""

from tui_ops.practices.security.checks.accounts import CHECKS_OF_ACCOUNTS
from tui_ops.practices.security.checks.accountskeys import CHECKS_OF_KEYS
from tui_ops.practices.security.checks.accountspasswords import CHECKS_OF_PASSWORDS
from tui_ops.practices.security.checks.accountsuse import CHECKS_OF_USE
from tui_ops.practices.security.checks.arrivals import CHECKS_OF_ARRIVALS
from tui_ops.practices.security.checks.audit import CHECKS_OF_AUDIT
from tui_ops.practices.security.checks.base import Check
from tui_ops.practices.security.checks.certificates import CHECKS_OF_CERTIFICATES
from tui_ops.practices.security.checks.drifted import CHECKS_OF_DRIFT
from tui_ops.practices.security.checks.filesystems import CHECKS_OF_FILES
from tui_ops.practices.security.checks.firewall import CHECKS_OF_FIREWALL
from tui_ops.practices.security.checks.guards import CHECKS_OF_GUARDS
from tui_ops.practices.security.checks.homes import CHECKS_OF_HOMES
from tui_ops.practices.security.checks.kernel import CHECKS_OF_KERNEL
from tui_ops.practices.security.checks.logs import CHECKS_OF_LOGS
from tui_ops.practices.security.checks.pam import CHECKS_OF_PAM
from tui_ops.practices.security.checks.services import CHECKS_OF_SERVICES
from tui_ops.practices.security.checks.sessions import CHECKS_OF_SESSIONS
from tui_ops.practices.security.checks.sshdcrypto import CHECKS_OF_SSHD_CRYPTO
from tui_ops.practices.security.checks.sshdfiles import CHECKS_OF_SSHD_FILES
from tui_ops.practices.security.checks.sshdsettings import CHECKS_OF_SSHD_SETTINGS
from tui_ops.practices.security.checks.sudo import CHECKS_OF_SUDO
from tui_ops.practices.security.checks.supported import CHECKS_OF_SUPPORT
from tui_ops.practices.security.checks.upkeep import CHECKS_OF_UPKEEP

CHECKS: tuple[Check, ...] = (
    *CHECKS_OF_SSHD_SETTINGS,
    *CHECKS_OF_SSHD_CRYPTO,
    *CHECKS_OF_SSHD_FILES,
    *CHECKS_OF_ACCOUNTS,
    *CHECKS_OF_PASSWORDS,
    *CHECKS_OF_USE,
    *CHECKS_OF_KEYS,
    *CHECKS_OF_ARRIVALS,
    *CHECKS_OF_PAM,
    *CHECKS_OF_SESSIONS,
    *CHECKS_OF_HOMES,
    *CHECKS_OF_SUDO,
    *CHECKS_OF_FIREWALL,
    *CHECKS_OF_SERVICES,
    *CHECKS_OF_KERNEL,
    *CHECKS_OF_FILES,
    *CHECKS_OF_LOGS,
    *CHECKS_OF_AUDIT,
    *CHECKS_OF_UPKEEP,
    *CHECKS_OF_SUPPORT,
    *CHECKS_OF_GUARDS,
    *CHECKS_OF_CERTIFICATES,
    *CHECKS_OF_DRIFT,
)

BY_ID: dict[str, Check] = {check.id: check for check in CHECKS}
