"""cratehouse fsck: what may be damaged is found, said, and mended; and a registry that is whole is called so."""
import os
import time

import pytest

from lib.registry import Crate, index_path


@pytest.fixture
def crate(alice, new_name):
    crate = Crate(new_name("fsck"), "1.0.0", {"keywords": ["fsck"]})
    assert alice.token.publish(crate).status_code == 200
    return crate


def fsck(registry, *options):
    done = registry.run_ctl("fsck", *options)
    return done.returncode, done.stdout


def wait_for_jobs(registry):
    """Some counters are kept by jobs: while one waits, they lag."""
    end = time.time() + 60
    while registry.sql("SELECT COUNT(*) FROM background_jobs WHERE job_type IN ('settle', 'update_dependents')") != [["0"]]:
        assert time.time() < end
        time.sleep(0.1)


def found_and_mended(registry, *words):
    code, said = fsck(registry)
    assert code == 1
    for word in words:
        assert word in said
    code, said = fsck(registry, "--repair")
    assert (code, "(mended)" in said) == (0, True), said
    assert fsck(registry, "--hash") == (0, "0 found, 0 mended\n")


def put(registry, path, content):
    """A file where the registry may remove it: as root the tests run as somebody else than the programs."""
    made = [folder for folder in path.parents if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    owner = (registry.data / "index").stat()
    for each in (path, *made):
        os.chown(each, owner.st_uid, owner.st_gid)


def blob(registry, crate):
    return registry.data / "blobs" / crate.checksum[:2] / crate.checksum[2:]


def index_file(registry, crate):
    return registry.data / "index" / index_path(crate.name)


@pytest.fixture(autouse=True)
def whole(registry):
    wait_for_jobs(registry)
    assert fsck(registry, "--hash") == (0, "0 found, 0 mended\n")


def test_index_file_gone(registry, crate):
    index_file(registry, crate).unlink()
    found_and_mended(registry, f"index file {index_path(crate.name)} is missing")
    assert registry.index(crate.name)[0]["cksum"] == crate.checksum


def test_index_file_changed(registry, crate):
    file = index_file(registry, crate)
    before, when = file.read_text(), file.stat().st_mtime
    file.write_text(before.replace('"yanked":false', '"yanked":true'))
    found_and_mended(registry, "differs from the database")
    assert (file.read_text(), file.stat().st_mtime) == (before, when)


def test_index_file_of_another_time(registry, crate):
    os.utime(index_file(registry, crate), (1, 1))
    found_and_mended(registry, "has another time than it should")


def test_index_file_of_no_crate(registry, crate):
    stray = registry.data / "index/no/su/nosuchcrate"
    put(registry, stray, b"{}\n")
    found_and_mended(registry, "index file no/su/nosuchcrate is of no crate")
    assert not stray.exists()


def test_public_file_gone(registry, crate):
    registry.public(crate.name, "1.0.0").unlink()
    found_and_mended(registry, "not where downloads look for it")
    assert registry.public(crate.name, "1.0.0").read_bytes() == crate.archive


def test_public_file_of_other_bytes(registry, crate):
    public = registry.public(crate.name, "1.0.0")
    public.unlink()
    put(registry, public, b"other")
    found_and_mended(registry, "not where downloads look for it")
    assert public.read_bytes() == crate.archive


def test_public_file_of_no_version(registry, crate):
    stray = registry.public(crate.name, "9.9.9")
    put(registry, stray, b"stray")
    found_and_mended(registry, f"public/crates/{crate.name}/{crate.name}-9.9.9.crate is of no version")
    assert not stray.exists() and registry.public(crate.name, "1.0.0").exists()


def test_blob_gone_comes_back_from_the_public_file(registry, crate):
    blob(registry, crate).unlink()
    found_and_mended(registry, "its bytes are missing")
    assert blob(registry, crate).read_bytes() == crate.archive


def test_lost_bytes_are_said_and_not_mended(registry, crate):
    blob(registry, crate).unlink()
    registry.public(crate.name, "1.0.0").unlink()
    for options in ((), ("--repair",)):
        code, said = fsck(registry, *options)
        assert code == 1 and f"{crate.name} 1.0.0: its bytes are missing\n" in said
    registry.ctl("version", "delete", crate.name, "1.0.0", "--yes")
    assert registry.index(crate.name) is None


def test_changed_bytes_are_found_by_their_hash(registry, crate):
    file = blob(registry, crate)
    damaged = crate.archive[:-1] + bytes([crate.archive[-1] ^ 1])
    file.write_bytes(damaged)  # the public file is the same inode: both are damaged
    assert fsck(registry)[0] == 0
    code, said = fsck(registry, "--hash")
    assert code == 1 and "its bytes are not what was published" in said
    code, said = fsck(registry, "--hash", "--repair")
    assert code == 1 and "(mended)" not in said, "there is nothing to mend it from"
    public = registry.public(crate.name, "1.0.0")
    public.unlink()
    put(registry, public, crate.archive)  # from a backup, say
    code, said = fsck(registry, "--hash", "--repair")
    assert code == 0 and "its bytes are not what was published (mended)" in said
    assert file.read_bytes() == crate.archive and os.path.samefile(file, public)
    assert fsck(registry, "--hash") == (0, "0 found, 0 mended\n")


def test_old_blob_of_no_version(registry, crate):
    old = registry.data / "blobs/00" / ("0" * 62)
    put(registry, old, b"nobody's")
    code, _ = fsck(registry, "--repair")
    assert code == 0 and old.exists()  # it may be a publish under way
    os.utime(old, (1, 1))
    found_and_mended(registry, "is named by no version")
    assert not old.exists()


@pytest.mark.parametrize("damage,words", [
    ("UPDATE default_versions SET num_versions = 7 WHERE crate_id = {id}", "kept 7, counted 1"),
    ("DELETE FROM default_versions WHERE crate_id = {id}", "kept 0, counted 1"),
    ("UPDATE keywords SET crates_cnt = crates_cnt + 5 WHERE keyword = 'fsck'", "number of crates of keyword fsck"),
    ("UPDATE metadata SET num_crates = 999999", "number of crates all: kept 999999"),
    ("UPDATE dependents SET n = 12 WHERE crate_id = {id}", "number of dependents"),
    ("UPDATE default_versions SET newest_num = '9.9.9' WHERE crate_id = {id}", "highest and newest version of crate"),
    ("UPDATE default_versions SET max_stable_num = NULL WHERE crate_id = {id}", "highest and newest version of crate"),
    ("DELETE FROM crate_downloads WHERE crate_id = {id}", "row of downloads"),
    ("DELETE FROM recent_crate_downloads WHERE crate_id = {id}", "row of recent downloads"),
    ("DELETE FROM crate_index WHERE name = '{name}'", "row of the index"),
    ("INSERT INTO reverse_dependencies (target_crate_id, dependent_crate_id, version_id, dependency_id) SELECT {id}, {id}, version_id,"
     " (SELECT MIN(id) FROM dependencies)"
     " FROM default_versions WHERE crate_id = {id}", "reverse dependencies"),
])
def test_kept_counters(registry, alice, crate, new_name, damage, words):
    dependent = Crate(new_name("fsck"), "1.0.0", tables={"dependencies": {"alpha": {"package": crate.name, "version": "1"}}})
    assert alice.token.publish(dependent).status_code == 200
    wait_for_jobs(registry)
    number = registry.sql(f"SELECT id FROM crates WHERE name = '{crate.name}'")[0][0]
    registry.sql(damage.format(id=number, name=crate.name))
    found_and_mended(registry, words)


def test_rebuild_index(registry, crate):
    file = index_file(registry, crate)
    before = file.stat().st_mtime
    content = file.read_text()
    file.unlink()
    other = Crate(crate.name, "1.0.0")
    assert ", 1 written" in registry.ctl("rebuild", "index")
    assert (file.read_text(), file.stat().st_mtime) == (content, before)
    assert ", 0 written" in registry.ctl("rebuild", "index")
    assert registry.public(other.name, "1.0.0").exists()


def test_rebuild_search(registry, crate):
    number = registry.sql(f"SELECT id FROM crates WHERE name = '{crate.name}'")[0][0]
    rows = f"SELECT term, score, weight FROM search_postings WHERE crate_id = {number} ORDER BY term"
    before = registry.sql(rows)
    assert before
    registry.sql(f"DELETE FROM search_postings WHERE crate_id = {number}")
    assert registry.ctl("rebuild", "search").startswith("search: ")
    assert registry.sql(rows) == before


def test_rebuild_readmes(registry, alice, new_name):
    crate = Crate(new_name("readme"), "1.0.0", {"readme": "docs/READ.md"}, files={"docs/READ.md": "# Read *this*\n"})
    assert alice.token.publish(crate).status_code == 200
    file = registry.data / "public/readmes" / crate.name / f"{crate.name}-1.0.0.html"

    def rendered():
        end = time.time() + 60
        while not file.exists():
            assert time.time() < end
            time.sleep(0.1)
        return file.read_text()

    before = rendered()
    assert "<em>this</em>" in before
    file.unlink()
    assert " given to jobs" in registry.ctl("rebuild", "readmes")
    assert rendered() == before


def test_commands_on_crates(registry, alice, bob, crate):
    registry.ctl("crate", "yank", crate.name, "1.0.0", "--message", "broken")
    assert registry.index(crate.name)[0]["yanked"] is True
    registry.ctl("crate", "unyank", crate.name, "1.0.0")
    assert registry.index(crate.name)[0]["yanked"] is False
    assert registry.ctl("crate", "owners", crate.name, "--add", "bob").split() == ["alice", "bob"]
    assert bob.token.publish(Crate(crate.name, "1.1.0")).status_code == 200
    assert registry.ctl("crate", "owners", crate.name, "--remove", "alice").split() == ["bob"]
    assert registry.run_ctl("version", "delete", crate.name, "1.1.0").returncode == 1
    assert registry.ctl("version", "delete", crate.name, "1.1.0", "--yes") == f"{crate.name} 1.1.0 deleted\n"
    assert [line["vers"] for line in registry.index(crate.name)] == ["1.0.0"]
    assert not registry.public(crate.name, "1.1.0").exists()
    assert bob.token.publish(Crate(crate.name, "1.1.0", files={"src/lib.rs": "// anew\n"})).status_code == 200
    assert len(registry.index(crate.name)) == 2


def test_deleted_crate(registry, alice, crate):
    assert registry.run_ctl("crate", "delete", crate.name).returncode == 1
    assert registry.index(crate.name)
    registry.ctl("crate", "delete", crate.name, "--yes", "--by", "alice", "--message", "gone")
    assert registry.index(crate.name) is None
    assert not registry.public(crate.name, "1.0.0").parent.exists()
    assert registry.anonymous.get(f"/api/v1/crates/{crate.name}").status_code == 404
    refused = alice.token.publish(crate)
    assert "was recently deleted. Reuse of this name will be available after" in refused.text
    registry.sql(f"UPDATE deleted_crates SET available_us = 1 WHERE name = '{crate.name}'")
    spelled = Crate(crate.name.replace("-", "_"), "1.0.0")
    assert alice.token.publish(spelled).status_code == 200
    assert registry.index(spelled.name) and registry.index(crate.name) is None


def test_deleted_crate_comes_back_with_a_dependency_on_itself(registry, alice, crate, new_name):
    """Others wait for the name, and it depends on itself as well: each of them is its dependent once."""
    dependent = Crate(new_name("fsck"), tables={"dependencies": {crate.name: "1"}})
    assert alice.token.publish(dependent).status_code == 200
    registry.ctl("crate", "delete", crate.name, "--yes", "--hours", "0")
    again = Crate(crate.name, "1.0.1", tables={"dev-dependencies": {crate.name: "1"}})
    answer = alice.token.publish(again)
    assert answer.status_code == 200, answer.text
    wait_for_jobs(registry)
    assert fsck(registry) == (0, "0 found, 0 mended\n")
    rows = registry.sql("SELECT d.name FROM reverse_dependencies r JOIN crates d ON d.id = r.dependent_crate_id"
                        f" JOIN crates t ON t.id = r.target_crate_id WHERE t.name = '{crate.name}' ORDER BY d.id")
    assert sorted(rows) == sorted([[dependent.name], [crate.name]])
