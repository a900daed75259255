"""Database dumps that a registry has made of itself: made, fetched, taken apart."""
import csv
import io
import subprocess
import tarfile
import time

from lib.dump import COLUMNS

NAMES = ("db-dump.tar.gz", "db-dump.zip")


def make(registry, seconds=120):
    """One more, by the registry's own job runner; returns when both files are there."""
    marks = {name: mark(registry, name) for name in NAMES}
    registry.ctl("job", "enqueue", "dump_db")
    end = time.time() + seconds
    while any(mark(registry, name) == marks[name] for name in NAMES) or registry.sql(
            "SELECT id FROM background_jobs WHERE job_type = 'dump_db'"):
        assert time.time() < end, registry.ctl("job", "list")
        time.sleep(0.1)


def mark(registry, name):
    private = registry.data / "private"
    path = (private if private.exists() else registry.data) / "public" / name
    return path.stat().st_ino if path.exists() else None


def fetch(registry, name="db-dump.tar.gz"):
    answer = registry.anonymous.get(f"/static/{name}")
    assert answer.status_code == 200, answer.status_code
    return answer.content


def entries(archive):
    """{path: bytes} of a .tar.gz, with its folder."""
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        return {member.name: tar.extractfile(member).read() for member in tar if member.isfile()}


def files(registry):
    """Likewise without its folder, which must be one."""
    found = entries(fetch(registry))
    assert len({path.split("/", 1)[0] for path in found}) == 1
    return {path.split("/", 1)[1]: bytes for path, bytes in found.items()}


def rows(found, table):
    return list(csv.DictReader(io.StringIO(found[f"data/{table}.csv"].decode(), newline="")))


def unpack(registry, folder):
    """Where every user of this machine can read it."""
    folder.mkdir()
    subprocess.run(["tar", "xzf", "-", "-C", str(folder), "--no-same-owner"], input=fetch(registry), check=True)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return folder


def well_formed(found):
    """That each table is there, with its columns in their order."""
    assert set(found) == {"README.md", "metadata.json", "schema.sql", "export.sql", "import.sql",
                          *(f"data/{table}.csv" for table in COLUMNS)}
    for table, columns in COLUMNS.items():
        assert found[f"data/{table}.csv"].split(b"\n", 1)[0].decode() == columns.replace(" ", ","), table
