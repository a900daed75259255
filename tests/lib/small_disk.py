"""A disk of a few megabytes, and a registry whose files are on it."""
import contextlib
import os
import pathlib
import subprocess
import tempfile
import time

import pytest

from lib.faults import Faulty


@contextlib.contextmanager
def small_disk(megabytes=6):
    """Mounting one takes root."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="cratehouse-disk-"))
    folder.chmod(0o755)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "cratehouse-test", str(folder)],
                          capture_output=True, text=True)
    if done.returncode:
        folder.rmdir()
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()


class SmallDisk(Faulty):
    """A registry whose bytes are on the small disk; the database is not."""

    def __init__(self, disk, *settings):
        super().__init__(settings=(f"data.dir={disk}", *settings))
        self.disk = disk
        for name in ("index", "public", "blobs", "tmp", "lock"):
            (disk / name).mkdir()
            (self.data / name).symlink_to(disk / name)
        if os.getuid() == 0:
            subprocess.run(["chown", "-R", "www-data:www-data", str(disk)], check=True)

    def free(self):
        stat = os.statvfs(self.disk)
        return stat.f_bavail * stat.f_frsize

    def leave(self, bytes):
        """So much stays free: all else is taken by one file. A worker gives back what it held only after its answer."""
        with contextlib.suppress(FileNotFoundError):
            (self.disk / "ballast").unlink()
        for _ in range(30):
            with open(self.disk / "ballast", "ab") as file:
                file.write(b"\0" * max(0, self.free() - bytes))
            time.sleep(0.1)
            if self.free() == bytes:
                return
        assert self.free() == bytes

    def empty(self):
        (self.disk / "ballast").unlink(missing_ok=True)
