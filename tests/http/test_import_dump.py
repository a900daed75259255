"""cratehouse import dump: the CSV files of a database dump into an empty registry, with all that is derived from them."""
import pathlib
import subprocess
import sys

import pytest

from lib import dump
from lib.instance import Instance, environment
from lib.registry import Client, Crate

MAKE_DUMP = pathlib.Path(__file__).resolve().parents[3] / "shared/bench/make_dump.py"
COUNTED = ("crates", "versions", "dependencies", "version_downloads", "default_versions", "reverse_dependencies",
           "search_postings", "search_grams", "crate_owners", "dependents", "recent_crate_downloads", "crate_index")


@pytest.fixture
def folder(tmp_path):
    for path in list(tmp_path.parents)[:3]:
        if path.stat().st_uid == tmp_path.stat().st_uid and path != pathlib.Path("/tmp"):
            path.chmod(0o755)
    tmp_path.chmod(0o755)
    return tmp_path / "dump"


@pytest.fixture
def empty():
    instance = Instance(settings=["server.workers=1"])
    try:
        yield instance.start()
    finally:
        instance.remove()


def get(registry, path):
    answer = registry.anonymous.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def counts(registry):
    return [registry.sql(f"SELECT COUNT(*) FROM {table}")[0][0] for table in COUNTED]


def check_crates(registry):
    base = get(registry, "/api/v1/crates/base_crate")
    crate, versions = base["crate"], base["versions"]
    assert (crate["name"], crate["description"]) == ("Base-Crate", "A parser,\nof two lines")
    assert (crate["downloads"], crate["recent_downloads"], crate["num_versions"]) == (100, 34, 3)
    assert (crate["default_version"], crate["max_version"], crate["newest_version"]) == ("1.0.0", "1.1.0-beta.1", "0.9.0")
    assert crate["keywords"] == ["parser", "json"] and crate["categories"] == ["parser-implementations"]
    assert crate["created_at"] == "2020-01-01T00:00:00.123456Z"
    assert [v["num"] for v in versions] == ["0.9.0", "1.1.0-beta.1", "1.0.0"]
    assert versions[2]["checksum"] == "ab" * 32 and versions[2]["features"] == {"a": ["std"], "std": []}
    assert list(versions[2]["features"]) == ["a", "std"]
    assert (versions[2]["published_by"]["login"], versions[1]["published_by"]["login"]) == ("Ann", "ben")
    assert versions[0]["published_by"] is None and versions[2]["audit_actions"] == []
    assert get(registry, "/api/v1/crates/gone")["crate"]["yanked"] is True
    assert get(registry, "/api/v1/crates/user_of_base")["crate"]["recent_downloads"] is None
    tool = get(registry, "/api/v1/crates/user_of_base/0.1.0")["version"]
    assert (tool["bin_names"], tool["lib_links"], tool["rust_version"]) == (["a tool"], "z", "1.70")


def check_relations(registry):
    owners = get(registry, "/api/v1/crates/base-crate/owners")["users"]
    assert {(o["kind"], o["login"], o["name"]) for o in owners} == {("user", "Ann", 'Ann "A"'),
                                                                    ("team", "github:rustaceans:core", "core")}
    assert [o["avatar"] for o in owners if o["kind"] == "user"] == ["https://avatars.example.test/1"]
    dependents = get(registry, "/api/v1/crates/Base-Crate/reverse_dependencies")
    assert dependents["meta"]["total"] == 1  # the other one is yanked
    assert [(d["id"], d["downloads"], d["version_id"]) for d in dependents["dependencies"]] == [(101, 7, 21)]
    assert get(registry, "/api/v1/crates/gone/reverse_dependencies")["meta"]["total"] == 0
    assert get(registry, "/api/v1/keywords/json")["keyword"]["crates_cnt"] == 1
    assert get(registry, "/api/v1/keywords/unused")["keyword"]["crates_cnt"] == 0
    assert get(registry, "/api/v1/categories/parser-implementations")["category"]["crates_cnt"] == 1
    summary = get(registry, "/api/v1/summary")
    assert (summary["num_crates"], summary["num_downloads"]) == (3, 107)
    for q in ("base-crate", "quoted", "parsers", "json"):
        assert [c["name"] for c in get(registry, f"/api/v1/crates?q={q}")["crates"]] == ["Base-Crate"], q
    assert [d["downloads"] for d in get(registry, "/api/v1/crates/base-crate/downloads")["version_downloads"]] == [30, 4]


def test_a_small_one(empty, folder):
    empty.sql("INSERT INTO users (username, canon_username, gh_login, gh_login_lower, gh_id)"
              " VALUES ('ben', 'ben', 'ben', 'ben', 7002)")  # has signed in here before
    before = empty.sql("SELECT id, username FROM users ORDER BY id")
    # As an archive unpacks: below a folder named after a moment.
    dump.write(folder / "2026-11-01-000000", dump.small())
    said = empty.ctl("import", "dump", folder)
    assert "versions: 6, " in said and "index files: 3, " in said
    check_crates(empty)
    check_relations(empty)
    # Somebody has the id of Ann, and ben is here already; neither gets a token or an address by the dump.
    after = empty.sql("SELECT id, username FROM users ORDER BY id")
    assert after[:len(before)] == before and [name for _, name in after[len(before):]] == ["Ann"]
    ann = get(empty, "/api/v1/users/Ann")["user"]
    assert str(ann["id"]) not in [number for number, _ in before]
    assert [c["name"] for c in get(empty, f"/api/v1/crates?user_id={ann['id']}")["crates"]] == ["Base-Crate", "gone"]
    assert empty.sql("SELECT COUNT(*) FROM emails e JOIN users u ON u.id = e.user_id WHERE u.username IN ('Ann', 'ben')") == [["0"]]
    # The index, in the order of its lines.
    lines = empty.index("Base-Crate")
    assert [(line["vers"], line["yanked"]) for line in lines] == [("1.0.0", False), ("1.1.0-beta.1", False), ("0.9.0", False)]
    needs = empty.index("user_of_base")[0]["deps"]
    assert [(d["name"], d.get("package"), d["kind"], d["target"], d["features"]) for d in needs] == [
        ("Base-Crate", None, "normal", "cfg(unix)", ["std"]), ("renamed", "Base-Crate", "dev", None, [])]
    done = empty.run_ctl("fsck")
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines() == ["6 versions came with a dump and have no bytes here", "0 found, 0 mended"]
    # Once more is nothing, and another one is refused.
    assert "here already" in empty.ctl("import", "dump", folder)
    (folder / "2026-11-01-000000/metadata.json").write_text("{}")
    assert "another dump is here" in empty.run_ctl("import", "dump", folder).stderr


def test_without_logins_at_github(empty, folder):
    """Newer dumps of crates.io have no users.gh_login: its users are known by the one name."""
    tables = dump.small()
    dump.write(folder, tables, {"users": dump.COLUMNS["users"].replace(" gh_login", "")})
    empty.ctl("import", "dump", folder)
    assert empty.sql("SELECT username, gh_login, gh_login_lower FROM users WHERE gh_id > 7000 ORDER BY gh_id") == [
        ["Ann", "Ann", "ann"], ["ben", "ben", "ben"]]
    check_relations(empty)


def test_bytes_that_come_later(empty, folder):
    crate = Crate("late", "1.0.0")
    tables = dump.small()
    tables["crates"].append({"id": 4, "name": "late"})
    tables["versions"].append({"id": 41, "crate_id": 4, "num": "1.0.0", "tar_sha256": "\\x" + crate.checksum})
    dump.write(folder, tables)
    empty.ctl("import", "dump", folder)
    path = f"/static/crates/late/{crate.file_name}"
    assert empty.anonymous.get(path).status_code == 404
    file = folder.parent / crate.file_name
    file.write_bytes(crate.archive)
    assert empty.ctl("import", "crates", file).splitlines()[-1] == "1 imported, 0 here already, 0 refused"
    assert empty.anonymous.get(path).content == crate.archive
    assert get(empty, "/api/v1/crates/late/1.0.0")["version"]["crate_size"] == len(crate.archive)
    assert empty.ctl("import", "crates", file).splitlines()[-1] == "0 imported, 1 here already, 0 refused"
    assert empty.ctl("fsck").splitlines() == ["6 versions came with a dump and have no bytes here", "0 found, 0 mended"]
    # The registry goes on from there.
    ann = empty.token("Ann", "hers").strip()
    empty.sql("INSERT INTO emails (user_id, email, verified, token) SELECT id, 'ann@example.test', 1, REPEAT('x', 26)"
              " FROM users WHERE username = 'Ann'")
    answer = Client(empty.url, Authorization=ann).publish(Crate("Base-Crate", "2.0.0"))
    assert answer.status_code == 200 and "errors" not in answer.json(), answer.text
    assert get(empty, "/api/v1/crates/base-crate")["crate"]["default_version"] == "2.0.0"
    assert get(empty, "/api/v1/crates/base-crate/reverse_dependencies")["meta"]["total"] == 1
    assert empty.ctl("fsck").splitlines()[-1] == "0 found, 0 mended"


def test_wrong_rows_are_told_apart(empty, folder):
    tables = dump.small()
    tables["crates"] += [{"id": 4, "name": "no name"}, {"id": 5, "name": "base_crate"}, {"id": 1, "name": "again"},
                         {"id": 6, "name": "six", "created_at": "yesterday"}, {"id": 7, "name": "seven"}]
    tables["versions"] += [{"id": 71, "crate_id": 7, "num": "1.0"}, {"id": 72, "crate_id": 4, "num": "1.0.0"},
                           {"id": 73, "crate_id": 7, "num": "1.0.0"}, {"id": 74, "crate_id": 7, "num": "1.0.0+build"},
                           {"id": 75, "crate_id": 7, "num": "2.0.0", "features": "[]"}]
    tables["dependencies"] += [{"id": 105, "version_id": 71, "crate_id": 1}, {"id": 106, "version_id": 73, "crate_id": 1}]
    dump.write(folder, tables, {"crates": "readme more " + dump.COLUMNS["crates"].replace(" readme", "")})
    with open(folder / "data/keywords.csv", "a") as file:
        file.write('1,2\n1,"2020-01-01"x,60,bad\n')
    done = empty.run_ctl("import", "dump", folder)
    assert done.returncode == 1 and "11 rows were wrong" in done.stderr, done.stderr
    said = [line.split("data/", 1)[1] for line in done.stderr.splitlines() if "data/" in line]
    for line, words in (("crates.csv:6", "name: no name of a crate"), ("crates.csv:7", "Duplicate entry"),
                        ("crates.csv:8", "Duplicate entry"), ("crates.csv:9", "created_at: no time"),
                        ("versions.csv:8", "num: no version"), ("versions.csv:9", "there is no such crate"),
                        ("versions.csv:11", "Duplicate entry"), ("versions.csv:12", "features: "),
                        ("dependencies.csv:6", "there is no such version"), ("keywords.csv:5", "number of fields"),
                        ("keywords.csv:6", "closing quote")):
        assert any(text.startswith(line + ":") and words in text for text in said), (line, words, said)
    assert [v["num"] for v in get(empty, "/api/v1/crates/seven")["versions"]] == ["1.0.0"]
    assert empty.ctl("fsck").splitlines()[-1] == "0 found, 0 mended"


def test_refused_before_anything_is_done(registry, alice, folder, new_name):
    dump.write(folder, dump.small(), {"crates": dump.COLUMNS["crates"].replace(" name", "")})
    done = registry.run_ctl("import", "dump", folder)
    assert done.returncode == 1 and "crates.csv:1: there is no column `name`" in done.stderr
    assert alice.token.publish(Crate(new_name("there"))).status_code == 200
    other = dump.write(folder.parent / "other", dump.small())
    done = registry.run_ctl("import", "dump", other)
    assert done.returncode == 1 and "not empty" in done.stderr
    (other / "data/users.csv").unlink()
    done = registry.run_ctl("import", "dump", other)
    assert done.returncode == 1 and "users.csv is missing" in done.stderr
    done = registry.run_ctl("import", "dump", folder.parent / "nowhere")
    assert done.returncode == 1 and "nowhere" in done.stderr
    assert registry.sql("SELECT COUNT(*) FROM import_steps") == [["0"]]


def ended_after(registry, folder, line):
    """Runs it until it has said that, and kills it."""
    child = subprocess.Popen([str(registry.ctl_path), "import", "dump", str(folder)], stdout=subprocess.PIPE, text=True,
                             stdin=subprocess.DEVNULL, env=environment())
    said = []
    for text in child.stdout:
        said.append(text)
        if text.startswith(line):
            child.kill()
            break
    child.wait()
    assert said and said[-1].startswith(line), said
    return said


@pytest.mark.skipif(not MAKE_DUMP.exists(), reason="there is no make_dump.py")
def test_killed_again_and_again(empty, folder):
    subprocess.run([sys.executable, str(MAKE_DUMP), str(folder), "--crates", "200", "--days", "10"], check=True,
                   stdout=subprocess.DEVNULL)
    ended_after(empty, folder, "crates: ")
    for line in ("dependencies: ", "default versions: ", "search: "):
        assert ended_after(empty, folder, line)[0].startswith("goes on")
    assert empty.ctl("import", "dump", folder).startswith("goes on")
    rows = {name: sum(1 for _ in open(folder / f"data/{name}.csv")) - 1 for name in ("crates", "dependencies", "crate_owners")}
    have = dict(zip(COUNTED, counts(empty)))
    assert {name: int(have[name]) for name in rows} == rows
    assert int(have["crate_index"]) == 200 and int(have["search_postings"]) > 1000
    done = empty.ctl("fsck").splitlines()
    assert done[-1] == "0 found, 0 mended" and len(done) == 2, done
    # Search made in one piece is what search makes crate by crate, and from nothing.
    some = "SELECT term, score, crate_id, weight FROM search_postings WHERE crate_id < 20 ORDER BY 1, 2, 3"
    postings = empty.sql(some)
    empty.ctl("rebuild", "search")
    assert empty.sql(some) == postings and counts(empty) == list(have.values())
    empty.sql("DELETE FROM search_postings; DELETE FROM search_grams; DELETE FROM search_crates")
    empty.ctl("rebuild", "search")
    assert empty.sql(some) == postings and counts(empty) == list(have.values())
