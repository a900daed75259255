"""The database dump that a registry makes of itself: what is in it, what is not, and that others can read it."""
import io
import json
import os
import pathlib
import random
import re
import subprocess
import time
import zipfile

import pytest

from lib import dump, dumps, zips
from lib.instance import Instance, environment
from lib.page import Visitor
from lib.registry import Crate

POSTGRES = next(iter(sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))), None)
MARK = "s3cr3t"

# What stays here, by table; "*" is all of it. A column that is neither here nor in lib/dump.py fails the test.
PRIVATE = {
    **{table: "*" for table in """
        account_events address_limit_buckets advisories api_tokens archived_downloads audit background_jobs banners
        crate_index crate_order_parts crate_orders crate_owner_invitations dependency_changes dependents docs_builds emails
        follows former_logins import_steps import_users job_schedule job_turns kept_crate_names log_positions mirrors
        one_time_links playground_crates processed_log_files publish_limit_buckets publish_rate_overrides readme_renderings
        recent_crate_downloads reports reverse_dependencies schema_migrations search_crates search_gram_counts search_grams
        search_postings search_terms sessions std_replacements trustpub_configs_github trustpub_configs_gitlab
        trustpub_grants trustpub_key_sets trustpub_tokens trustpub_used_jtis typosquat_hits unsubscribe_tokens user_notes
        user_passwords version_owner_actions versions_published_by yanked_crates""".split()},
    "categories": "", "crate_downloads": "", "keywords": "", "teams": "picture picture_us", "crates_categories": "", "crates_keywords": "",
    "crates": "canon_name data_gen",
    "metadata": "id num_crates num_keywords people_gen recent_date",
    "oauth_github": "encrypted_token last_sync_us picture picture_us",
    "reserved_crate_names": "canon_name", "reserved_usernames": "canon_username",
    "users": "canon_username gh_login_lower is_admin publish_notifications no_shortcuts feed_generation account_lock_reason"
             " account_lock_until_us",
    "crate_owners": "updated_us deleted email_notifications",
    "deleted_crates": "canon_name",
    "versions": "semver_ord prerelease yank_message lib_name trustpub_data linecounts without_bytes marks",
    "default_versions": "num yanked max_num max_stable_num newest_num",
    "dependencies": "crate_name",
    "version_downloads": "counted processed",
}


@pytest.fixture
def two():
    """Two registries of one's own, which make dumps when they are told to."""
    both = [Instance(settings=["server.workers=1", "dump.every_h=0"]) for _ in range(2)]
    try:
        yield [instance.start() for instance in both]
    finally:
        for instance in both:
            instance.remove()


@pytest.fixture
def folder(tmp_path):
    for path in (tmp_path, *list(tmp_path.parents)[:3]):
        if path.stat().st_uid == tmp_path.stat().st_uid and path != pathlib.Path("/tmp"):
            path.chmod(0o755)
    return tmp_path


def fill(registry):
    """Crates of an import and of people, with what CSV and PostgreSQL write in a special way."""
    source = registry.data / "source"
    tables = dump.small()
    tables["versions"][0] |= {"features": '{"b": [], "a": ["b", "serde/std"], "long-name": [], "_x": ["a"]}',
                              "edition": "2015",
                              "bin_names": '{"a, b","c\\"d","null","",x}', "has_lib": None, "license": None,
                              "description": 'Quotes "here", commas,\r\nlines and \\ too'}
    tables["versions"][1] |= {"created_at": "2020-01-02 00:00:00+00", "zip_sha256": "\\x" + "cd" * 32, "has_lib": "f"}
    tables["versions"][2] |= {"created_at": "2020-01-03 10:20:30.5+00"}
    tables["crates"][0]["trustpub_only"] = "t"
    tables["reserved_usernames"] = [{"username": "nobody"}]
    dump.write(source, tables)
    registry.ctl("import", "dump", source)
    registry.sql("UPDATE versions SET homepage = '' WHERE id = 11")  # lib/dump.py writes nothing but NULL as nothing
    alice = registry.user("alice", email=f"alice-{MARK}@example.test")
    needs = {"dependencies": {"base": {"package": "Base-Crate", "version": ">=0.9, <2", "default-features": False}},
             "features": {"default": ["fast"], "fast": []}}
    for crate in (Crate("publi", package={"keywords": ["json"], "categories": ["algorithms"]}),
                  Crate("publi", "1.1.0+build.5", package={"readme": "README.md"}, files={"README.md": "# Ä, \"b\"\n"}, tables=needs),
                  Crate("doomed")):
        answer = alice.token.publish(crate)
        assert answer.status_code == 200, answer.text
    registry.ctl("crate", "delete", "doomed", "--yes", "--by", "alice", "--message", "no, \"use\"")
    return alice


def facts(registry, names):
    """What the API says of each crate, without what a dump does not have."""
    def known(value):
        if isinstance(value, dict):
            return {key: known(v) for key, v in value.items()
                    if key not in ("audit_actions", "yank_message", "linecounts", "lib_name", "trustpub_data")}
        return [known(v) for v in value] if isinstance(value, list) else value

    def get(path):
        answer = registry.anonymous.get("/api/v1/" + path)
        assert answer.status_code == 200, (path, answer.text)
        return known(answer.json())

    found = {}
    for name in names:
        crate = get(f"crates/{name}")
        found[name] = [crate, get(f"crates/{name}/owners"), get(f"crates/{name}/downloads"),
                       get(f"crates/{name}/reverse_dependencies"),
                       *(get(f"crates/{name}/{version['num'].replace('+', '%2B')}/dependencies") for version in crate["versions"])]
    found[""] = [get("categories?per_page=100"), get("keywords"), get("summary")["num_downloads"]]
    return found


def test_there_and_back(two, folder):
    here, there = two
    fill(here)
    dumps.make(here)
    first = dumps.files(here)
    dumps.well_formed(first)
    names = [row["name"] for row in dumps.rows(first, "crates")]
    assert set(names) == {"Base-Crate", "user_of_base", "gone", "publi"}
    there.sql("DELETE FROM users")
    there.ctl("import", "dump", dumps.unpack(here, folder / "dump"))
    for registry in two:
        registry.ctl("rebuild", "readmes")
    mine, theirs = facts(here, names), facts(there, names)
    for name in mine:
        assert json.dumps(mine[name], indent=1) == json.dumps(theirs[name], indent=1).replace(there.site, here.site), name
    assert [[here.index(name) for name in names]] == [[there.index(name) for name in names]]
    dumps.make(there)
    second = dumps.files(there)
    del first["metadata.json"], second["metadata.json"]
    assert second == first
    assert there.ctl("fsck").splitlines()[-1] == "0 found, 0 mended"


def test_values(two):
    here = two[0]
    fill(here)
    dumps.make(here)
    found = dumps.files(here)
    lines = found["data/versions.csv"].decode().split("\n")
    first = {row["id"]: row for row in dumps.rows(found, "versions")}
    assert first["11"]["features"] == '{"a": ["b", "serde/std"], "b": [], "_x": ["a"], "long-name": []}'
    assert first["11"]["bin_names"] == '{"a, b","c\\"d","null","",x}'
    assert (first["11"]["has_lib"], first["12"]["has_lib"], first["13"]["has_lib"]) == ("", "f", "t")
    assert [first[n]["created_at"] for n in ("11", "12", "13")] == [
        "2020-01-01 00:00:00.123456+00", "2020-01-02 00:00:00+00", "2020-01-03 10:20:30.5+00"]
    assert first["12"]["zip_sha256"] == "\\x" + "cd" * 32 and first["11"]["zip_sha256"] == ""
    assert ',"Quotes ""here"", commas,\r' in "\n".join(lines) and ',2015,' in "\n".join(lines)
    assert ',"",' in "\n".join(lines), "an empty text is not NULL"
    stamp = json.loads(found["metadata.json"])
    assert list(stamp) == ["timestamp", "crates_io_commit"]
    folder = re.sub(r"(\d{4}-\d\d-\d\d)T(\d\d):(\d\d):(\d\d).*", r"\1-\2\3\4", stamp["timestamp"])
    assert {path.split("/")[0] for path in dumps.entries(dumps.fetch(here))} == {folder}
    packed = zipfile.ZipFile(io.BytesIO(dumps.fetch(here, "db-dump.zip")))
    assert packed.testzip() is None
    assert {name: packed.read(name) for name in packed.namelist()} == found
    deleted = dumps.rows(found, "deleted_crates")
    assert [(row["name"], row["message"]) for row in deleted] == [("was-here", "of no use"), ("doomed", 'no, "use"')]
    # Twice the same but for its moment.
    dumps.make(here)
    again = dumps.files(here)
    assert {path for path in found if again[path] != found[path]} == {"metadata.json"}


def columns(registry):
    rows = registry.sql("SELECT table_name, column_name, data_type, COALESCE(character_maximum_length, 0)"
                        " FROM information_schema.columns WHERE table_schema = DATABASE() AND extra NOT LIKE '%GENERATED%'")
    found = {}
    for table, *column in rows:
        found.setdefault(table, []).append(column)
    return found


def is_private(table, column):
    return PRIVATE[table] == "*" or column in PRIVATE[table].split()


def test_each_column_is_public_or_private(registry):
    for table, found in columns(registry).items():
        assert table in PRIVATE, f"{table}: is it public (db/export.c), or private (PRIVATE here)?"
        here = {name for name, *_ in found}
        if PRIVATE[table] == "*":
            assert table not in dump.COLUMNS
            continue
        public = {re.sub("_at$", "_us", name) for name in dump.COLUMNS[table].split()}
        assert here == public | set(PRIVATE[table].split()), table
    assert {table for table, what in PRIVATE.items() if what != "*"} == set(dump.COLUMNS)
    assert set(PRIVATE) == set(columns(registry)), "a table that is no more"


def test_nothing_private(two):
    """A mark in every private column that can hold one, and in rows that are nobody's business."""
    here = two[0]
    alice = fill(here)
    alice.browser.put("/api/v1/crates/base-crate/follow")
    alice.token.delete("/api/v1/crates/publi/1.0.0/yank")
    here.sql(f"INSERT INTO users (username, canon_username, gh_login, gh_login_lower, gh_id, name) VALUES"
             f" ('{MARK}1', '{MARK}1', '{MARK}1', '{MARK}1', 9001, '{MARK}'), ('{MARK}2', '{MARK}2', '{MARK}2', '{MARK}2', 9002, NULL);"
             f"INSERT INTO oauth_github (account_id, user_id, login, encrypted_token, last_sync_us)"
             f" SELECT gh_id, id, username, '', 0 FROM users WHERE gh_id > 9000;"
             f"INSERT INTO crate_owners (crate_id, owner_id, owner_kind, created_us, updated_us, deleted)"
             f" SELECT 1, id, 0, 0, 0, 1 FROM users WHERE gh_id = 9002")
    marked = set()
    busy = {"background_jobs", "job_schedule", "job_turns", "schema_migrations"}
    for table, found in columns(here).items():
        texts = [(name, int(length)) for name, kind, length in found
                 if is_private(table, name) and ("char" in kind or "text" in kind or "blob" in kind or "binary" in kind)]
        if table in busy or not texts:
            continue
        if PRIVATE[table] == "*":
            here.sql(f"SET sql_mode = '', foreign_key_checks = 0; INSERT IGNORE INTO `{table}` () VALUES ()")
        for name, length in texts:
            done = here.sql("SET sql_mode = '', foreign_key_checks = 0, @n = 0;"
                            f"UPDATE IGNORE `{table}` SET `{name}` = CONCAT('{MARK}', @n := @n + 1); SELECT ROW_COUNT()")
            if int(done[-1][0]):
                marked.add(f"{table}.{name}")
            assert length < len(MARK) + 3 or int(done[-1][0]), (table, name)
    missing = {"emails.email", "emails.token", "api_tokens.token", "api_tokens.name", "sessions.token", "user_passwords.hash",
               "users.account_lock_reason", "oauth_github.encrypted_token", "versions.yank_message", "versions.trustpub_data",
               "versions_published_by.email", "crate_owner_invitations.token", "one_time_links.token", "audit.detail",
               "trustpub_tokens.hashed_token", "reports.reply_to", "unsubscribe_tokens.token"} - marked
    assert not missing, marked
    dumps.make(here)
    found = dumps.files(here)
    dumps.well_formed(found)
    assert len(dumps.rows(found, "users")) == 3 and len(dumps.rows(found, "crate_owners")) == 5
    for path, content in found.items():
        assert MARK.encode() not in content, path
        assert MARK.encode().hex().encode() not in content, path
    config = (here.data / "cratehouse.toml").read_text()
    for secret in re.findall(r'^(?:password|key|\w*token|\w*secret) = "([^"]+)"', config, re.M):
        assert all(secret.encode() not in content for content in found.values())


def test_one_moment(two):
    """What is published while it is made is not in it in part."""
    here = two[0]
    alice = fill(here)
    here.ctl("job", "enqueue", "dump_db")
    for n in range(12):
        assert alice.token.publish(Crate("busy", f"1.0.{n}", tables={"dependencies": {"Base-Crate": "1"}})).status_code == 200
    dumps.make(here)
    found = dumps.files(here)
    versions = {row["id"] for row in dumps.rows(found, "versions")}
    crates = {row["id"] for row in dumps.rows(found, "crates")}
    assert {row["version_id"] for row in dumps.rows(found, "dependencies")} <= versions
    assert {row["crate_id"] for row in dumps.rows(found, "versions")} == crates
    assert {row["version_id"] for row in dumps.rows(found, "default_versions")} <= versions


def postgres(folder, *command, **more):
    """As another user where we are root: the server refuses to be run by root."""
    prefix = ["setpriv", "--reuid=www-data", "--regid=www-data", "--init-groups"] if os.getuid() == 0 else []
    done = subprocess.run([*prefix, *map(str, command)], capture_output=True, text=True, cwd=folder, timeout=120,
                          env=environment(PGHOST=str(folder), LC_ALL="C.UTF-8"), **more)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(not POSTGRES, reason="there is no PostgreSQL")
def test_postgresql_reads_it_and_writes_the_same(two, folder):
    """Its own scripts, its own COPY: every byte of every file."""
    here = two[0]
    fill(here)
    dumps.make(here)
    found = dumps.files(here)
    [unpacked] = dumps.unpack(here, folder / "dump").iterdir()
    server = folder / "postgres"
    server.mkdir()
    if os.getuid() == 0:
        subprocess.run(["chown", "-R", "www-data:www-data", str(server), str(folder / "dump")], check=True)
    postgres(server, POSTGRES / "initdb", "-D", server / "data", "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust", "--no-sync")
    options = f"-c listen_addresses= -c unix_socket_directories={server} -c fsync=off -c timezone=UTC"
    postgres(server, POSTGRES / "pg_ctl", "-D", server / "data", "-o", options, "-w", "-l", server / "log", "start")
    try:
        postgres(server, "createdb", "crates")
        for script in ("schema.sql", "import.sql", "import.sql"):  # over what is there, too
            postgres(unpacked, "psql", "-h", server, "-v", "ON_ERROR_STOP=1", "-d", "crates", "-f", script)
        assert postgres(server, "psql", "-d", "crates", "-Atc", "SELECT features->'a'->>1 FROM versions WHERE id = 11") == "serde/std\n"
        for path in (unpacked / "data").iterdir():
            path.unlink()
        postgres(unpacked, "psql", "-h", server, "-v", "ON_ERROR_STOP=1", "-d", "crates", "-f", "export.sql")
    finally:
        postgres(server, POSTGRES / "pg_ctl", "-D", server / "data", "-m", "immediate", "stop")
    for path in (unpacked / "data").iterdir():
        assert path.read_bytes() == found[f"data/{path.name}"], path.name
    assert len(list((unpacked / "data").iterdir())) == len(dump.COLUMNS)


def test_data_access_says_what_there_is(two):
    here = two[0]
    page = Visitor(here.anonymous).get("/data-access").page
    assert "has been made yet" in page.text and not any("db-dump" in link for link, _ in page.links)
    assert here.anonymous.get("/static/db-dump.tar.gz").status_code == 404
    dumps.make(here)
    answer = Visitor(here.anonymous).get("/data-access")
    assert {f"{here.url}/static/{name}" for name in dumps.NAMES} <= {link for link, _ in answer.page.links}
    assert re.search(r"db-dump\.zip.*KiB.*20\d\d-\d\d-\d\d \d\d:\d\d UTC", answer.page.text)
    for name, kind in zip(dumps.NAMES, ("application/gzip", "application/zip")):
        answer = here.anonymous.get(f"/static/{name}", headers={"Accept-Encoding": "gzip"})
        assert (answer.headers["Content-Type"], answer.headers.get("Content-Encoding")) == (kind, None)
        assert here.anonymous.get(f"/static/{name}", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_of_a_private_registry():
    """It is as closed as all else, and holds as little of people as of a public one."""
    instance = Instance(settings=["server.workers=1", "dump.every_h=0", "zip.enabled=true", "registry.auth_required=true"])
    try:
        alice = instance.start().user("alice")
        crate = Crate("inside")
        assert alice.token.publish(crate).status_code == 200
        dumps.make(instance)
        for name, kind in zip(dumps.NAMES, ("application/gzip", "application/zip")):
            assert instance.anonymous.get(f"/static/{name}").status_code == 401
            answer = alice.token.get(f"/static/{name}")
            assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind)
            assert "public" not in answer.headers["Cache-Control"]
        found = dumps.entries(alice.token.get("/static/db-dump.tar.gz").content)
        assert not any(b"alice@example.test" in content for content in found.values())
        end = time.time() + 60
        while alice.token.get(zips.path("inside", "1.0.0", ".zip.json")).status_code != 200:
            assert time.time() < end
            time.sleep(0.1)
        for ending in (".zip", ".zip.json"):
            assert instance.anonymous.get(zips.path("inside", "1.0.0", ending)).status_code == 401
        zips.whole(alice.token.get(zips.path("inside", "1.0.0")).content,
                   alice.token.get(zips.path("inside", "1.0.0", ".zip.json")).json(), zips.contents(crate))
        link = f"{instance.url}/static/db-dump.tar.gz"
        assert link in {target for target, _ in Visitor(alice.browser).get("/data-access").page.links}
    finally:
        instance.remove()


def test_daily_unless_switched_off(registry, two):
    """The shared registry makes one by itself when it starts; the others were told not to."""
    end = time.time() + 60
    while any(dumps.mark(registry, name) is None for name in dumps.NAMES):
        assert time.time() < end, registry.ctl("job", "list")
        time.sleep(0.1)
    assert registry.sql("SELECT every_s, job_type FROM job_schedule WHERE name = 'dump_db'") == [["86400", "dump_db"]]
    while registry.sql("SELECT done_us IS NOT NULL FROM job_schedule WHERE name = 'dump_db'") != [["1"]]:
        assert time.time() < end
        time.sleep(0.1)
    assert "dump_db" in Visitor(registry.anonymous).get("/status").page.text
    assert two[0].sql("SELECT name FROM job_schedule WHERE name = 'dump_db'") == []
    assert dumps.mark(two[0], dumps.NAMES[0]) is None
