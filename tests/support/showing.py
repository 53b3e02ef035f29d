"""A service on loopback that shows a certificate, another one whenever a test says so."""

import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path

from support.certificates import issue


class Showing:
    """A service that shows the certificate that it was given last; one that is good for three days to begin with.

    Args:
        folder: an own, empty folder; the authority that vouches for it is left there.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._authority = issue("Test CA", authority=True)
        self.ca = folder / "ca.pem"
        self.ca.write_bytes(self._authority.pem)
        self.show(3)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def show(self, days: float) -> None:
        """Show a certificate that is good for so many days from now on."""
        one = issue("shop", self._authority, ("127.0.0.1",), (-1, days))
        self._context: ssl.SSLContext = one.server(self._folder / f"{days}")

    def _serve(self) -> None:
        while True:
            try:
                link, _ = self._listener.accept()
            except OSError:
                return
            with suppress(OSError), self._context.wrap_socket(link, server_side=True) as shown:
                shown.recv(1)

    def close(self) -> None:
        """End it."""
        self._listener.close()
