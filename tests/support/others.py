"""A host of its own on this machine: mounts that only its shell sees, and an account that has sudo there."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tui_ops.transport.base import Channel, OnClose, OnData
from tui_ops.transport.local import LocalLink

ACCOUNT, UID = "tuiopsdeploy", 64211
"""Who logs in there."""


class OwnHost:
    """Folders of this machine, copied, in the place of the real ones for whoever logs in here.

    Args:
        folder: an own, empty folder.
        copied: absolute paths of folders that it has copies of; below ``/etc`` its own accounts and rights stand.
        is_root: whether root logs in, instead of the account.
        rules: for sudo.
    """

    def __init__(
        self,
        folder: Path,
        copied: Sequence[str] = ("/etc",),
        is_root: bool = False,
        rules: str = "ALL=(ALL) NOPASSWD: ALL",
    ) -> None:
        self.folder = folder
        self.is_root = is_root
        self.places = {place: folder / place.strip("/").replace("/", "-") for place in (*copied, "/home")}
        for place, copy in self.places.items():
            if place == "/home":
                copy.mkdir()
            else:
                subprocess.run(["cp", "-a", place, str(copy)], check=True)
        etc = self.places["/etc"]
        with (etc / "passwd").open("a") as file:
            file.write(f"{ACCOUNT}:x:{UID}:{UID}::/home/{ACCOUNT}:/bin/sh\n")
        with (etc / "shadow").open("a") as file:
            file.write(f"{ACCOUNT}:*:19000:0:99999:7:::\n")
        with (etc / "group").open("a") as file:
            file.write(f"{ACCOUNT}:x:{UID}:\n")
        if rules:
            (etc / "sudoers.d/try").write_text(f"{ACCOUNT} {rules}\n")
            (etc / "sudoers.d/try").chmod(0o440)
        self.home = self.places["/home"] / ACCOUNT
        self.home.mkdir()
        shutil.chown(self.home, UID, UID)

    def words(self, *more: str, as_root: bool = False) -> list[str]:
        """Return a command as it has to be started to run there."""
        mounts = " && ".join(f"mount --bind '{copy}' {place}" for place, copy in self.places.items())
        found = ["unshare", "--mount", "--propagation", "private", "sh", "-c", f'{mounts} && exec "$@"', "sh"]
        if self.is_root or as_root:
            return [*found, "env", "HOME=/home", *more]
        switch = ["setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups"]
        return [*found, *switch, "env", f"HOME=/home/{ACCOUNT}", *more]

    def run(self, *words: str) -> str:
        """Run a command there as root and return what it writes."""
        return subprocess.run(
            self.words(*words, as_root=True), check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL
        ).stdout


class OwnLink(LocalLink):
    """A login there."""

    def __init__(self, host: OwnHost) -> None:
        super().__init__()
        self._host = host

    async def open(self, argv: Sequence[str], on_data: OnData, on_close: OnClose) -> Channel:
        """Start a command there."""
        return await super().open(self._host.words(*argv), on_data, on_close)

    @property
    def running(self) -> bool:
        """Whether a command of it is left."""
        return bool(self._channels)
