"""The changes of the demo as its people write them: plans, on which hosts, and why."""

from dataclasses import dataclass

OPENSSL = """\
pre:
  - check: {{package: openssl}}
steps:
  - package: {{name: libssl3, version: {version}}}
    become: yes
  - package: {{name: openssl, version: {version}}}
    become: yes
post:
  - check: {{package: openssl, version: {version}}}
rollback:
  - package: {{name: openssl, version: 3.0.15-1~deb12u1}}
    become: yes
  - package: {{name: libssl3, version: 3.0.15-1~deb12u1}}
    become: yes
batches: [1, rest]
on_failure: roll back
soak: 15s
"""

LOGROTATE = """\
steps:
  - file:
      path: /etc/logrotate.d/shop
      mode: "0644"
      content: |
        /var/log/shop/*.log {
            daily
            rotate 30
            compress
            delaycompress
        }
    become: yes
post:
  - check: {file: /etc/logrotate.d/shop, contains: rotate 30}
batches: [1, rest]
"""

HTTP3 = """\
pre:
  - check: {unit: nginx, is: active}
steps:
  - file:
      path: /etc/nginx/conf.d/http3.conf
      content: |
        http3 on;
    become: yes
  - command: nginx -t
    become: yes
  - unit: {name: nginx, do: reload}
    become: yes
post:
  - check: {unit: nginx, is: active}
batches: [1, rest]
on_failure: roll back all
"""

CERTBOT = """\
pre:
  - check: {unit: certbot.service, is: inactive}
steps:
  - package: {name: certbot, version: 2.11.0-1}
    become: yes
  - unit: {name: certbot.timer, do: restart}
    become: yes
post:
  - check: {package: certbot, version: 2.11.0-1}
batches: [1, 2, rest]
on_failure: stop
"""

ROOT = """\
steps:
  - file:
      path: /etc/ssl/certs/example-root-2027.pem
      mode: "0644"
      content: |
        -----BEGIN CERTIFICATE-----
        MIIBhTCCASugAwIBAgIQFQEx4wDc9lQnYm0tZGVtb21BZGUwCgYIKoZIzj0EAwIw
        -----END CERTIFICATE-----
    become: yes
  - command: hostname
post:
  - check: {file: /etc/ssl/certs/example-root-2027.pem, contains: BEGIN CERTIFICATE}
batches: [1]
soak: 4m
"""

SHOP = """\
steps:
  - package: {name: shop-app, version: 4.18.1}
    become: yes
post:
  - check: {package: shop-app, version: 4.18.1}
batches: [1, rest]
on_failure: roll back all
"""

PATCH = """\
parameters:
  package: {pattern: "[a-z0-9.+-]+", help: its name}
  version: {help: as 'apt list' shows it}
steps:
  - package: {name: "{{package}}", version: "{{version}}"}
    become: yes
post:
  - check: {package: "{{package}}", version: "{{version}}"}
batches: [1, 25%, rest]
on_failure: roll back
"""
"""Of the model."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A change before anybody has said anything of it."""

    title: str
    reason: str
    plan: str
    hosts: tuple[str, ...]
    """On which hosts, as far as the fleet has them."""


KEEP_LOGS = Draft(
    "Keep the shop's logs for 30 days", "Support needs them to answer complaints.", LOGROTATE,
    ("web-01.par", "web-01.nyc", "web-02.nyc", "web-04.lon"),
)  # fmt: skip

NEW_PROTOCOL = Draft(
    "Serve the shop by HTTP/3", "Mobile customers wait less on bad lines.", HTTP3,
    ("web-01.nyc", "web-02.nyc", "web-04.lon"),
)  # fmt: skip

NEW_CERTBOT = Draft(
    "certbot 2.11 on the web servers", "2.9 asks the old directory, which is switched off in spring.", CERTBOT,
    ("web-01.par", "web-01.nyc", "web-02.par", "web-02.nyc", "web-04.lon"),
)  # fmt: skip
"""One of them has a unit that failed, and so the check before its first step fails too."""

NEW_ROOT = Draft(
    "Trust the new root certificate, host by host", "The old one ends in March.", ROOT,
    ("nas-1.lon", "backup-1.lon", "mq-1.par", "cache-1.nyc", "backup-1.par"),
)  # fmt: skip

OLD_OPENSSL, NEW_OPENSSL = "3.0.16-1~deb12u1", "3.0.17-1~deb12u2"

SECURE_DATABASES = Draft(
    "openssl: security update on the databases", "CVE in the TLS handshake: a server can be made to stop.",
    OPENSSL.format(version=OLD_OPENSSL), ("db-1.lon", "db-1.par", "db-2.lon", "db-1.nyc"),
)  # fmt: skip

STAGING = Draft("shop 4.18.1 on staging", "The leak of 4.18.0 is mended.", SHOP, ("ci-01.nyc",))

PRODUCTION = Draft(
    "shop 4.18.1 on production", "The leak of 4.18.0 is mended.", SHOP, ("web-02.nyc", "web-04.lon", "web-01.par"),
)  # fmt: skip
