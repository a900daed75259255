"""The git index: what jobs and commands make of changes, and that it agrees with the database (docs/git-index.md)."""
import json
import subprocess

import pytest

from lib.git import GitIndex
from lib.instance import BUILD, Instance
from lib.registry import Crate, index_path


@pytest.fixture(scope="module")
def site():
    instance = Instance(settings=["server.job_runners=0", "server.workers=2", "git_index.enabled=true", "jobs.retries=3",
                                  "git_index.author=Some Registry <index@example.test>"])
    try:
        yield instance.start()
    finally:
        instance.remove()


@pytest.fixture(scope="module")
def publisher(site):
    return site.user("publisher")


@pytest.fixture
def index(site):
    """With nothing waiting."""
    index = GitIndex(site)
    index.jobs()
    site.sql("DELETE FROM background_jobs")
    return index


@pytest.fixture
def crate(publisher, index, new_name):
    crate = Crate(new_name("Git-index"))
    assert publisher.token.publish(crate).status_code == 200
    index.jobs()
    return crate


def same(site, index, name):
    """The file is byte for byte that of the sparse index."""
    sparse = site.data / "index" / index_path(name)
    assert index.file(name) == (sparse.read_text() if sparse.exists() else None)


def test_a_commit_for_each_change(site, publisher, index, crate):
    name = crate.name
    assert index.subjects(1) == [f"Create crate `{name}`"]
    same(site, index, name)
    assert publisher.token.publish(Crate(name, "1.1.0")).status_code == 200
    assert index.waiting() == [("sync_to_git_index", f'{{"krate":"{name}"}}')]
    index.jobs()
    assert index.waiting() == []
    assert index.subjects(2) == [f"Update crate `{name}`", f"Create crate `{name}`"]
    assert publisher.token.delete(f"/api/v1/crates/{name}/1.0.0/yank").status_code == 200
    index.jobs()
    same(site, index, name)
    assert '"yanked":true' in index.file(name)
    assert publisher.token.put(f"/api/v1/crates/{name}/1.0.0/unyank").status_code == 200
    index.jobs()
    assert index.subjects(3) == [f"Update crate `{name}`"] * 3
    same(site, index, name)
    site.ctl("crate", "delete", name, "--yes", "--by", "publisher")
    index.jobs()
    assert index.subjects(1) == [f"Delete crate `{name}`"]
    assert index.file(name) is None
    assert index.git("log", "-1", "--format=%an <%ae>%n%cn <%ce>") == "Some Registry <index@example.test>\n" * 2
    index.whole()


def test_what_changed_nothing_makes_no_commit(site, index, crate):
    head = index.head()
    site.ctl("job", "enqueue", "sync_to_git_index", "--data", json.dumps({"krate": crate.name}))
    assert "job=sync_to_git_index" in index.jobs()
    site.ctl("job", "enqueue", "sync_to_git_index", "--data", json.dumps({"krate": "never-was"}))
    index.jobs()
    assert index.head() == head


def test_one_waiting_job_is_enough(site, publisher, index, crate):
    for _ in range(2):
        assert publisher.token.delete(f"/api/v1/crates/{crate.name}/1.0.0/yank").status_code == 200
        assert publisher.token.put(f"/api/v1/crates/{crate.name}/1.0.0/unyank").status_code == 200
    assert len(index.waiting()) == 1


def test_many_changes_are_one_run(site, publisher, index, new_name):
    """A commit each, and one pack for all: the helper was started once."""
    names = [new_name("batch") for _ in range(5)]
    before = len(list((index.path / "objects/pack").glob("*.pack")))
    for name in names:
        assert publisher.token.publish(Crate(name)).status_code == 200
    said = index.jobs()
    assert said.count("job=sync_to_git_index") == 1, said
    assert index.waiting() == []
    assert index.subjects(5) == [f"Create crate `{name}`" for name in reversed(names)]
    assert len(list((index.path / "objects/pack").glob("*.pack"))) == before + 1


def test_a_bad_job_stops_nobody(site, publisher, index, new_name):
    good = new_name("good")
    site.ctl("job", "enqueue", "sync_to_git_index", "--data", json.dumps({"krate": "../../etc/passwd"}))
    site.ctl("job", "enqueue", "sync_to_git_index", "--data", json.dumps({"krate": 7}))
    assert publisher.token.publish(Crate(good)).status_code == 200
    index.jobs()
    assert index.subjects(1) == [f"Create crate `{good}`"]
    assert len(index.waiting()) == 2, "they rest"


def test_a_new_spelling_moves_the_file(site, publisher, index, new_name):
    name = new_name("spelled-once")
    other = name.replace("-", "_")
    assert publisher.token.publish(Crate(name)).status_code == 200
    index.jobs()
    site.ctl("crate", "delete", name, "--yes", "--by", "publisher", "--hours", "0")
    assert publisher.token.publish(Crate(other)).status_code == 200
    index.jobs()
    assert index.file(name) is None and index.file(other)
    assert set(index.subjects(2)) == {f"Delete crate `{name}`", f"Create crate `{other}`"}


def test_bulk(site, publisher, index, new_name):
    names = [new_name("bulk") for _ in range(3)]
    for name in names:
        assert publisher.token.publish(Crate(name)).status_code == 200
    site.sql("DELETE FROM background_jobs")
    data = json.dumps({"crate_names": [*names, "never-was"], "commit_message": "Three at once\n\nand why"})
    site.ctl("job", "enqueue", "bulk_sync_to_git_index", "--data", data)
    index.jobs()
    assert index.subjects(1) == ["Three at once"]
    assert all(index.file(name) for name in names)
    head = index.head()
    site.ctl("job", "enqueue", "bulk_sync_to_git_index", "--data", data)
    index.jobs()
    assert index.head() == head


def test_squash(site, publisher, index, crate):
    old, files = index.head(), index.files()
    site.ctl("job", "enqueue", "squash_index")
    index.jobs()
    title, _, why = index.git("log", "-1", "--format=%B", "master").strip().split("\n")
    assert title == "Collapse index into one commit"
    branch = why.split("`")[1]
    assert why == f"Previous HEAD was {old}, now on the `{branch}` branch"
    assert index.git("rev-parse", branch).strip() == old
    assert index.git("log", "--format=%P", "master").strip() == "" and index.files() == files
    assert len(list((index.path / "objects/pack").glob("*.pack"))) <= 2, "packed anew"
    site.ctl("job", "enqueue", "squash_index")
    index.jobs()
    assert index.git("branch", "--list", "snapshot-*").count("snapshot") == 1, "it is one commit already"
    assert publisher.token.publish(Crate(crate.name, "3.0.0")).status_code == 200
    index.jobs()
    assert len(index.subjects()) == 2
    index.whole()


def test_packs_do_not_pile_up(site, publisher, index, crate):
    of_crate = f"crate_id = (SELECT id FROM crates WHERE name = '{crate.name}')"
    for number in range(40):
        assert publisher.token.delete(f"/api/v1/crates/{crate.name}/1.0.0/yank").status_code == 200
        assert publisher.token.put(f"/api/v1/crates/{crate.name}/1.0.0/unyank").status_code == 200
        site.sql(f"UPDATE versions SET links = 'x{number}' WHERE {of_crate}")
        index.jobs()
    site.sql(f"UPDATE versions SET links = NULL WHERE {of_crate}")
    site.ctl("rebuild", "index")
    site.ctl("rebuild", "git-index")
    assert len(list((index.path / "objects/pack").glob("*.pack"))) <= 32
    assert not [folder for folder in (index.path / "objects").iterdir() if len(folder.name) == 2], "no loose objects"
    index.whole()


def test_rebuild_from_nothing_and_fsck(site, publisher, index, crate):
    files = index.files()
    index.path.rename(index.path.parent / "old")
    assert "now at" in site.ctl("rebuild", "git-index")
    assert index.files() == files and index.subjects() == ["Rebuild index"]
    assert "as it was" in site.ctl("rebuild", "git-index")
    assert site.ctl("fsck") == "0 found, 0 mended\n"

    # a change that a job is waiting for is no fault; one that nobody knows of is
    assert publisher.token.publish(Crate(crate.name, "4.0.0")).status_code == 200
    assert "git index" not in site.ctl("fsck")
    site.sql("DELETE FROM background_jobs WHERE queue = 'repository'")
    done = site.run_ctl("fsck")
    assert done.returncode == 1 and f"git index: {index_path(crate.name)} differs" in done.stdout
    assert "(mended)" in site.ctl("fsck", "--repair")
    assert site.ctl("fsck") == "0 found, 0 mended\n"
    same(site, index, crate.name)
    index.whole()


def test_made_where_there_is_none(site, index, crate):
    """By whoever runs jobs: it is there before anything is published, and comes again when it is lost."""
    files = index.files()
    index.path.rename(index.path.parent / "lost")
    assert "the git index was made" in index.jobs()
    assert index.files() == files
    assert "the git index was made" not in index.jobs()
    index.whole()


def test_config_check_looks_for_git(site):
    done = site.run_ctl("config", "check")
    assert done.returncode == 0 and done.stderr == ""
    config = site.data / "other.toml"
    config.write_text('[git_index]\nenabled = true\ngit = "/nowhere/git"\n')
    config.chmod(0o644)
    done = subprocess.run([str(BUILD / "cratehouse"), "-c", str(config), "config", "check"], capture_output=True, text=True)
    assert done.returncode == 0 and "git_index.git: /nowhere/git cannot be executed" in done.stderr
    for author in ("nobody", "A <b", "<a@b.c>", "A <not an address>"):
        config.write_text(f'[git_index]\nauthor = "{author}"\n')
        done = subprocess.run([str(BUILD / "cratehouse"), "-c", str(config), "config", "check"], capture_output=True, text=True)
        assert done.returncode == 1 and "git_index.author must be a name and <an e-mail address>" in done.stderr


def test_without_it_nothing_is_enqueued(registry, alice, new_name):
    assert alice.token.publish(Crate(new_name("plain"))).status_code == 200
    assert registry.sql("SELECT COUNT(*) FROM background_jobs WHERE queue = 'repository'") == [["0"]]
    assert "there is none" in registry.ctl("rebuild", "git-index")
    assert not (registry.data / "git").exists()
