"""Zip archives of what was published, with a list of where each file is: contract/jobs.md 14."""
import hashlib
import random
import time

import pytest

from lib import zips
from lib.instance import Instance
from lib.registry import Crate


@pytest.fixture(scope="module")
def zipping():
    instance = Instance(settings=["server.workers=1", "zip.enabled=true"])
    try:
        yield instance.start()
    finally:
        instance.remove()


@pytest.fixture(scope="module")
def zoe(zipping):
    return zipping.user("zoe")


def made(registry, crate, seconds=60):
    end = time.time() + seconds
    while not (found := zips.fetch_if_whole(registry, crate.name, crate.version)):
        assert time.time() < end, registry.ctl("job", "list")
        time.sleep(0.1)
    return found


def quiet(registry, seconds=60):
    end = time.time() + seconds
    while registry.sql("SELECT id FROM background_jobs WHERE job_type = 'build_crate_zip'"):
        assert time.time() < end, registry.ctl("job", "list")
        time.sleep(0.1)


def test_what_is_in_it(zipping, zoe):
    noise = random.Random(1).randbytes(200_000)
    crate = Crate("packed", "1.0.0+build.5", files={"README.md": "# \xc4\n", "empty.txt": "", "data.bin": noise, "Z/a.rs": "a" * 300_000,
                                                    "b/B.rs": "fn main() {}"})
    assert zoe.token.publish(crate).status_code == 200
    archive, listed = made(zipping, crate)
    created = zipping.anonymous.get("/api/v1/crates/packed/1.0.0%2Bbuild.5").json()["version"]["created_at"]
    zips.whole(archive, listed, zips.contents(crate), zips.moment(created))
    stored = zipping.sql("SELECT LOWER(HEX(zip_sha256)), LOWER(HEX(zip_json_sha256)) FROM versions v JOIN crates c ON c.id = v.crate_id"
                         " WHERE c.name = 'packed'")
    text = zipping.anonymous.get(zips.path(crate.name, crate.version, ".zip.json")).content
    assert stored == [[hashlib.sha256(archive).hexdigest(), hashlib.sha256(text).hexdigest()]]
    for ending, kind in ((".zip", "application/zip"), (".zip.json", "application/json")):
        answer = zipping.anonymous.get(zips.path(crate.name, crate.version, ending))
        assert answer.headers["Content-Type"] == kind
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    file = next(file for file in listed["files"] if file["path"] == "data.bin")
    first = file["data_offset"]
    part = zipping.anonymous.get(zips.path(crate.name, crate.version),
                                 headers={"Range": f"bytes={first}-{first + file['compressed_size'] - 1}"})
    assert (part.status_code, part.content) == (206, archive[first:first + file["compressed_size"]])
    assert zipping.ctl("fsck").splitlines()[-1] == "0 found, 0 mended"


def test_goes_with_its_version(zipping, zoe):
    one, two = Crate("going", "1.0.0"), Crate("going", "2.0.0")
    for crate in (one, two):
        assert zoe.token.publish(crate).status_code == 200
        made(zipping, crate)
    folder = zipping.data / "public/crates/going"
    assert len(list(folder.iterdir())) == 6
    zipping.ctl("version", "delete", "going", "1.0.0", "--yes")
    assert zips.fetch(zipping, "going", "1.0.0") is None and zips.fetch(zipping, "going", "2.0.0")
    assert {path.name for path in folder.iterdir()} == {f"going-2.0.0{ending}" for ending in (".crate", ".zip", ".zip.json")}
    zipping.ctl("crate", "delete", "going", "--yes")
    end = time.time() + 60
    while folder.exists():
        assert time.time() < end, list(folder.iterdir())
        time.sleep(0.1)
    # What is of no version is found.
    folder.mkdir()
    (folder / "going-2.0.0.zip.json").write_text("{}")
    folder.chmod(0o777)
    assert "going-2.0.0.zip.json is of no version" in zipping.run_ctl("fsck", "--repair").stdout
    assert not folder.exists()
    assert zipping.ctl("fsck").splitlines()[-1] == "0 found, 0 mended"


def without_zip(registry):
    return int(registry.sql("SELECT COUNT(*) FROM versions WHERE zip_sha256 IS NULL AND without_bytes = 0")[0][0])


def test_none_unless_asked_for(registry, alice, new_name):
    one, two = Crate(new_name("zips"), "1.0.0"), Crate(new_name("zips"), "1.0.0")
    three = Crate(one.name, "1.1.0-rc.1")
    for crate in (one, two, three):
        assert alice.token.publish(crate).status_code == 200
    assert registry.sql("SELECT id FROM background_jobs WHERE job_type = 'build_crate_zip'") == []
    assert registry.ctl("build-crate-zips", f"{one.name}@1.0.0") == "1 jobs were added\n"
    zips.whole(*made(registry, one), zips.contents(one))
    quiet(registry)
    assert zips.fetch(registry, three.name, three.version) is None
    assert registry.ctl("build-crate-zips", one.name, two.name.replace("-", "_")) == "3 jobs were added\n"
    for crate in (two, three):
        zips.whole(*made(registry, crate), zips.contents(crate))
    quiet(registry)
    four = Crate(one.name, "1.2.0")
    assert alice.token.publish(four).status_code == 200
    assert registry.ctl("build-crate-zips", "--backfill") == f"{without_zip(registry)} jobs were added\n"
    quiet(registry, 300)
    zips.whole(*made(registry, four), zips.contents(four))
    # What other tests did to the bytes of theirs has none, and is tried again when somebody asks again.
    assert registry.ctl("build-crate-zips", "--backfill") == f"{without_zip(registry)} jobs were added\n"
    quiet(registry, 300)
    for words, why in ((["nothing-of-that-name"], "does not exist"), ([f"{one.name}@9.9.9"], "has no version `9.9.9`"),
                       ([], "usage"), (["--backfill", one.name], "usage")):
        done = registry.run_ctl("build-crate-zips", *words)
        assert done.returncode and why in done.stderr
