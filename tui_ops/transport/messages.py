"""Sending one message to one person: mail by SMTP, everything else by Apprise. Each call blocks: it is for a thread.

Mail is not left to Apprise: there a message gets another Message-ID at each attempt, and whether the server had taken
it when the line broke can't be told apart from a server that was never reached.
"""

import logging
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from enum import StrEnum
from functools import partial
from typing import Any

from tui_ops.model.clean import clean
from tui_ops.model.oncall import MailServer, Tls

SMTP_STEP_S = 8.0
"""Seconds that a mail server has for one answer: a slow one needs two, greylisting answers at once."""

APPRISE_S = 15.0
"""Seconds for a service behind Apprise, all its requests together."""

SAID_LIMIT = 160
"""Characters of what a mail server said that are kept."""

DOMAIN = "tui-ops.invalid"
"""Behind the @ of a Message-ID where the sender has no domain: RFC 2606 keeps it free."""


class Outcome(StrEnum):
    """What came of an attempt."""

    SENT = "sent"
    AGAIN = "again"
    """It did not leave, and may the next time."""
    FAILED = "failed"
    """It did not leave, and never will as it is."""
    MAYBE = "maybe"
    """It left, and nobody knows whether it was taken."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an attempt, and why."""

    outcome: Outcome
    why: str = ""
    """In our own words as far as they go; never an address with its secret."""


@dataclass(slots=True)
class Progress:
    """How far an attempt is, for who gives up waiting for it."""

    left: bool = False
    """Whether the message may have left."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message."""

    title: str
    body: str
    key: str
    """The same at every attempt."""
    at: float
    """When it was queued first, epoch seconds: a mail's date, the same at every attempt too."""


def message_id(key: str, sender: str) -> str:
    """Return the Message-ID that belongs to a key."""
    _, at, domain = sender.rpartition("@")
    return f"<{key}@{domain if at and re.fullmatch(r'[A-Za-z0-9.-]{1,200}', domain) else DOMAIN}>"


def send_mail(
    server: MailServer, password: str, to: str, message: Message, progress: Progress, step_s: float = SMTP_STEP_S
) -> Answer:
    """Send a mail.

    Args:
        server: that takes it.
        password: of ``server.user``; empty where the server wants none.
        to: the address.
        message: what to send.
        progress: is told when the message may have left.
        step_s: seconds for each answer of the server.
    """
    where = f"the mail server {server.host}:{server.port}"
    try:
        with _connected(server, step_s) as link:
            if server.tls is Tls.STARTTLS:
                link.starttls(context=ssl.create_default_context())
            if server.user:
                _log_in(link, server.user, password)
            link.ehlo_or_helo_if_needed()
            for ask in (partial(link.mail, server.sender), partial(link.rcpt, to)):
                code, said = ask()
                if code not in (250, 251):
                    return _refused(where, code, said)
            progress.left = True
            code, said = link.data(_mail(server.sender, to, message))
            return Answer(Outcome.SENT) if code == 250 else _refused(where, code, said)
    except smtplib.SMTPResponseException as error:
        return _refused(where, error.smtp_code, error.smtp_error)
    except smtplib.SMTPNotSupportedError:
        return Answer(Outcome.FAILED, f"{where} can't do what oncall.mail asks of it: check tls and user")
    except ssl.SSLCertVerificationError as error:
        return Answer(Outcome.FAILED, f"{where} shows a certificate that is not trusted: {clean(error.verify_message)}")
    except (OSError, smtplib.SMTPException) as error:
        if progress.left:
            return Answer(Outcome.MAYBE, f"{where} gave no answer after the message was sent")
        reason = clean(getattr(error, "strerror", None) or type(error).__name__, SAID_LIMIT)
        return Answer(Outcome.AGAIN, f"{where} can't be reached: {reason}")
    except ValueError:
        return Answer(Outcome.FAILED, "the message or its address can't be written as a mail")


@contextmanager
def _connected(server: MailServer, step_s: float) -> Iterator[smtplib.SMTP]:
    """Open a connection, and end it without waiting: the answer to ``QUIT`` says nothing of the message."""
    if server.tls is Tls.TLS:
        context = ssl.create_default_context()
        link: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=step_s, context=context)
    else:
        link = smtplib.SMTP(server.host, server.port, timeout=step_s)
    try:
        yield link
        with suppress(OSError, smtplib.SMTPException):
            link.putcmd("quit")
    finally:
        link.close()


def _log_in(link: smtplib.SMTP, user: str, password: str) -> None:
    """Log in by one way and once: a password that is wrong is wrong by the next way too, and locks the account."""
    link.ehlo_or_helo_if_needed()
    ways = link.esmtp_features.get("auth", "").upper().split()
    link.user, link.password = user, password
    for name, how in (("PLAIN", link.auth_plain), ("LOGIN", link.auth_login), ("CRAM-MD5", link.auth_cram_md5)):
        if name in ways:
            link.auth(name, how)
            return
    raise smtplib.SMTPNotSupportedError("no way to log in that both know")


def _refused(where: str, code: int, said: bytes | str) -> Answer:
    kind = Outcome.FAILED if code >= 500 else Outcome.AGAIN
    return Answer(kind, f"{where} refused: {code} {clean(said, SAID_LIMIT)}")


def _mail(sender: str, to: str, message: Message) -> bytes:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = message.title
    mail["Date"] = formatdate(message.at)
    mail["Message-ID"] = message_id(message.key, sender)
    # A machine wrote it: no holiday notice is to answer.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body)
    return mail.as_bytes()


_NEVER_LEFT = (
    "refused", "NameResolutionError", "Name or service", "ConnectTimeout", "connect timeout", "NewConnectionError",
    "No route", "unreachable", "CERTIFICATE_VERIFY_FAILED", "SSLError", "getaddrinfo",
)  # fmt: skip
"""Words of an error before anything was sent, as requests and urllib3 have them."""

_NO_ANSWER = (
    "Read timed out", "read timeout", "Connection aborted", "RemoteDisconnected", "Connection reset", "IncompleteRead",
    "Connection broken",
)  # fmt: skip
"""Words of an error after the request was sent."""

_STATUS = re.compile(r"error[=: ]+(\d{3})\b")


def send_by_apprise(url: str, message: Message, progress: Progress, limit_s: float = APPRISE_S) -> Answer:
    """Send by one of the services that Apprise knows.

    Args:
        url: where to, as Apprise writes it; a secret, which no answer tells.
        message: what to send.
        progress: is told when the message may have left.
        limit_s: seconds in all.
    """
    import apprise

    _keep_to_themselves("apprise", "urllib3")
    asset = apprise.AppriseAsset(app_id="tui-ops", app_desc="tui-ops", async_mode=False, storage_mode="memory")
    service: Any = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if service is None:
        return Answer(Outcome.FAILED, "its address is none that Apprise knows: see its list of services")
    if isinstance(getattr(service, "headers", None), dict):
        service.headers.setdefault("Idempotency-Key", message.key)
    through = apprise.Apprise(asset=asset)
    through.add(service)
    progress.left = True
    result = through.notify(message.body, title=message.title, timeout=limit_s, log_level=logging.DEBUG)
    if result:
        return Answer(Outcome.SENT)
    name = str(getattr(service, "service_name", None) or "the service")
    if result.status == apprise.AppriseResultStatus.TIMEOUT:
        return Answer(Outcome.MAYBE, f"{clean(name, 40)} gave no answer in time")
    return _judged(name, [entry.message for entry in result.logs()])


def _keep_to_themselves(*names: str) -> None:
    """Let what others log, which may hold an address with its token, reach nobody but those who capture it."""
    for name in names:
        logger = logging.getLogger(name)
        if logger.propagate:
            logger.propagate = False
            logger.addHandler(logging.NullHandler())
    # Why a service did not answer is only said at this level.
    logging.getLogger("apprise").setLevel(logging.DEBUG)


def _judged(name: str, said: list[str]) -> Answer:
    """Return what a failure was by what Apprise wrote down of it; nothing of that is passed on but a status."""
    service = clean(name, 40)
    for line in said:
        status = _STATUS.search(line)
        if status is not None and 300 <= int(status[1]) < 600:
            code = int(status[1])
            kind = Outcome.AGAIN if code >= 500 or code in (408, 425, 429) else Outcome.FAILED
            return Answer(kind, f"{service} answered with status {code}")
    text = "\n".join(said)
    if any(word in text for word in _NO_ANSWER):
        return Answer(Outcome.MAYBE, f"{service} gave no answer after the message was sent")
    if any(word in text for word in _NEVER_LEFT):
        return Answer(Outcome.AGAIN, f"{service} can't be reached")
    if "timed out" in text or "timeout" in text.lower():
        return Answer(Outcome.MAYBE, f"{service} gave no answer in time")
    return Answer(Outcome.AGAIN, f"{service} did not take the message")
