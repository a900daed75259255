"""What is known of crates from other machines: replacements in the standard library, the playground, documentation that is built
(contract/web.md W059, W066, W067, W087). Pages wait for none of them: jobs ask."""
import json
import urllib.parse

import pytest

from lib.elsewhere import Elsewhere
from lib.instance import Instance
from lib.page import Visitor
from lib.registry import Crate

WORDS = "The standard library has `std::sync::LazyLock` <b>, which"
READ = "https://doc.example.test/LazyLock.html"


@pytest.fixture(scope="module")
def elsewhere():
    machine = Elsewhere().start()
    yield machine
    machine.stop()


def started(*settings):
    instance = Instance(settings=["server.job_runners=0", *settings]).start()
    user = instance.user("wanda")
    for name, package in (("old-thing", {}), ("own", {"documentation": "https://docs.example.test/own"}), ("other", {}),
                          ("there", {"documentation": "http://127.0.0.1/there"})):
        assert user.token.publish(Crate(name, "1.0.0", package)).status_code == 200
    assert user.token.publish(Crate("above", "1.0.0", None, {"dependencies": {"old-thing": "1", "other": "1"}})).status_code == 200
    return instance


@pytest.fixture(scope="module")
def site(elsewhere):
    instance = None
    try:
        instance = started(f"replacements.url={elsewhere.url}/all.json", f"playground.url={elsewhere.url}", f"site.docs_url={elsewhere.url}")
        yield instance
    finally:
        if instance:
            instance.remove()


@pytest.fixture
def visitor(site):
    return Visitor(site.anonymous)


def run(site, kind):
    """Whether the job was done."""
    site.ctl("job", "enqueue", kind)
    site.ctl("jobs", "--for", 60)
    rest = site.sql(f"SELECT id FROM background_jobs WHERE job_type = '{kind}'")
    site.sql(f"DELETE FROM background_jobs WHERE job_type = '{kind}'")
    return not rest


def documentation(visitor, path):
    """The link in the sidebar; None for none."""
    return next((href for href, words in visitor.get(path).page.links if words.startswith("Documentation")), None)


# ---- replacements

def test_replacements(site, elsewhere, visitor):
    elsewhere.has["/all.json"] = json.dumps({"old_thing": {"description": WORDS, "url": READ}, "not/a crate": {"description": "x", "url": READ},
                                             "other": {"description": "y", "url": "javascript:alert(1)"}, "none": 1}).encode()
    assert run(site, "mirror_replacements") and site.sql("SELECT crate FROM std_replacements") == [["old_thing"]]
    answer = visitor.get("/crates/old-thing")
    assert "You might not need this dependency. The standard library has std::sync::LazyLock <b>, which" in answer.page.text
    assert "<code>std::sync::LazyLock</code>" in answer.text and answer.page.link("Learn more") == READ and site.queries(answer) <= 8
    assert "might not need" not in visitor.get("/crates/other").page.text
    answer = visitor.get("/crates/above/1.0.0/dependencies")
    assert answer.page.text.count("Replaced by the standard library") == 1 and answer.page.has_link(READ) and site.queries(answer) <= 4
    # a list of another form, or none, changes nothing; one that is the same is not sent again
    for wrong in (b"[]", b"{", b"<html>", 500, 404):
        good, elsewhere.has["/all.json"] = elsewhere.has["/all.json"], wrong
        assert not run(site, "mirror_replacements")
        elsewhere.has["/all.json"] = good
    assert run(site, "mirror_replacements") and elsewhere.statuses("/all.json")[-1] == 304
    assert site.sql("SELECT crate FROM std_replacements") == [["old_thing"]]


# ---- playground

def test_playground(site, elsewhere, visitor):
    elsewhere.has["/meta/crates"] = json.dumps({"crates": [
        {"name": "old-thing", "version": "1.0.0", "id": "old_thing"}, {"name": "old-thing", "version": "0.1.0", "id": "old_thing_0_1_0"},
        {"name": "own", "version": "1.0.0", "id": "x; y"}, {"name": 1}, "x"]}).encode()
    assert run(site, "mirror_playground")
    href = visitor.get("/crates/old-thing").page.link("Try it on the Rust playground")
    assert href.startswith(elsewhere.url + "/?edition=2021&code=")
    code = urllib.parse.parse_qs(urllib.parse.urlparse(href).query)["code"][0]
    assert code == "use old_thing;\n\nfn main() {\n    // try using the `old_thing` crate here\n}"
    assert "playground" not in visitor.get("/crates/own").page.text
    for wrong in (b"[]", b'{"crates": {}}'):
        good, elsewhere.has["/meta/crates"] = elsewhere.has["/meta/crates"], wrong
        assert not run(site, "mirror_playground")
        elsewhere.has["/meta/crates"] = good
    assert "playground" in visitor.get("/crates/old-thing/1.0.0").page.text
    elsewhere.has["/meta/crates"] = b'{"crates": []}'
    assert run(site, "mirror_playground") and "playground" not in visitor.get("/crates/old-thing").page.text


# ---- documentation

def path_of(name):
    return f"/crate/{name}/%3D1.0.0/status.json"


def forget(site):
    site.sql("DELETE FROM docs_builds")


def later(site, seconds):
    site.sql(f"UPDATE docs_builds SET asked_us = asked_us - {seconds} * 1000000")


def asked(elsewhere, name):
    return len([path for path, _, _ in elsewhere.asked if path.endswith("/status.json") and f"/{name}/" in path])


def test_documentation_that_is_built(site, elsewhere, visitor):
    forget(site)
    before = asked(elsewhere, "other")
    built = f"{elsewhere.url}/other/1.0.0"
    elsewhere.has["/crate/other/=1.0.0/status.json"] = elsewhere.has[path_of("other")] = b'{"doc_status": true}'
    answer = visitor.get("/crates/other")
    assert site.queries(answer) <= 9 and documentation(visitor, "/crates/other") is None  # nothing is known yet
    assert run(site, "docs_status") and asked(elsewhere, "other") == before + 1
    assert documentation(visitor, "/crates/other") == built and documentation(visitor, "/crates/other/1.0.0") == built
    assert run(site, "docs_status") and asked(elsewhere, "other") == before + 1  # known for an hour
    later(site, 3500)
    visitor.get("/crates/other")
    assert run(site, "docs_status") and asked(elsewhere, "other") == before + 1
    later(site, 200)
    visitor.get("/crates/other")
    assert documentation(visitor, "/crates/other") == built  # what is old is shown until there is newer
    assert run(site, "docs_status") and asked(elsewhere, "other") == before + 2


def test_documentation_that_is_not_built(site, elsewhere, visitor):
    forget(site)
    for answer in (404, b'{"doc_status": false}'):
        before = asked(elsewhere, "old-thing")
        elsewhere.has["/crate/old-thing/=1.0.0/status.json"] = elsewhere.has[path_of("old-thing")] = answer
        visitor.get("/crates/old-thing")
        assert run(site, "docs_status") and asked(elsewhere, "old-thing") == before + 1
        assert documentation(visitor, "/crates/old-thing") is None
        later(site, 590)
        visitor.get("/crates/old-thing")
        assert run(site, "docs_status") and asked(elsewhere, "old-thing") == before + 1
        later(site, 20)


def test_documentation_of_its_own(site, elsewhere, visitor):
    forget(site)
    for name in ("own", "there"):
        elsewhere.has[f"/crate/{name}/=1.0.0/status.json"] = elsewhere.has[path_of(name)] = b'{"doc_status": true}'
        visitor.get(f"/crates/{name}")
    assert documentation(visitor, "/crates/there") == "http://127.0.0.1/there"  # as given while nothing is known
    assert run(site, "docs_status")
    assert documentation(visitor, "/crates/own") == "https://docs.example.test/own"  # of another site: as it is
    assert documentation(visitor, "/crates/there") == f"{elsewhere.url}/there/1.0.0"  # of that one: this version's


def test_documentation_while_the_site_is_away(site, elsewhere, visitor):
    forget(site)
    elsewhere.has["/crate/other/=1.0.0/status.json"] = elsewhere.has[path_of("other")] = b'{"doc_status": true}'
    visitor.get("/crates/other")
    assert run(site, "docs_status")
    later(site, 4000)
    for answer in (500, 429, b"no JSON", b"{}"):
        elsewhere.has["/crate/other/=1.0.0/status.json"] = elsewhere.has[path_of("other")] = answer
        assert visitor.get("/crates/other").status_code == 200
        before = asked(elsewhere, "other")
        assert not run(site, "docs_status")
        assert documentation(visitor, "/crates/other") == f"{elsewhere.url}/other/1.0.0"
        # asked once: it is not the first in the line again, in the way of all others
        assert run(site, "docs_status") and asked(elsewhere, "other") == before + 1
        later(site, 4000)


def order_of(elsewhere):
    return [path.split("/")[2] + " " + path.split("/")[3].removeprefix("%3D").removeprefix("=")
            for path, _, _ in elsewhere.asked if path.endswith("/status.json")]


def test_documentation_of_what_is_looked_at_most_is_asked_for_first(site, elsewhere, visitor):
    """Whoever looks at old versions delays nobody: their turn comes later, but it comes."""
    forget(site)
    user = site.user("wendy")
    for version in ("0.9.0", "1.0.0"):
        assert user.token.publish(Crate("aged", version)).status_code == 200
    site.sql("INSERT INTO recent_crate_downloads (crate_id, downloads) SELECT id, 5000 FROM crates WHERE name = 'there' "
             "ON DUPLICATE KEY UPDATE downloads = 5000")
    for path in ("aged/0.9.0", "own", "there", "aged", "aged/0.9.0"):
        assert visitor.get(f"/crates/{path}").status_code == 200
    before = len(order_of(elsewhere))
    assert run(site, "docs_status")
    assert order_of(elsewhere)[before:] == ["there 1.0.0", "own 1.0.0", "aged 1.0.0", "aged 0.9.0"]


def test_so_many_wait_for_documentation_and_no_more(site, visitor):
    forget(site)
    columns = ", ".join(f"`{c}`" for c, in site.sql(
        "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_NAME = 'versions' AND TABLE_SCHEMA = DATABASE() "
        "AND COLUMN_NAME NOT IN ('id', 'num', 'num_no_build', 'semver_ord')"))
    try:
        site.sql(f"INSERT INTO versions (num, num_no_build, semver_ord, {columns}) SELECT CONCAT('0.1.', s.seq), CONCAT('0.1.', s.seq), "
                 f"CONCAT(CHAR(1), '0', CHAR(1), '1', CHAR(LENGTH(s.seq)), s.seq, CHAR(3)), {columns} FROM versions v, seq_1_to_2100 s "
                 "WHERE v.crate_id = (SELECT id FROM crates WHERE name = 'above')")
        site.sql("INSERT INTO docs_builds (version_id, wanted_us, built) SELECT id, UNIX_TIMESTAMP() * 1000000 + id, 1 "
                 "FROM versions WHERE num LIKE '0.1.%'")
        assert run(site, "docs_status")
        assert site.sql("SELECT COUNT(wanted_us), COUNT(asked_us), COUNT(*), MAX(wanted_us) < MIN(IF(wanted_us IS NULL AND "
                        "asked_us IS NULL, UNIX_TIMESTAMP() * 1000000 + version_id, NULL)), SUM(built IS NULL) FROM docs_builds"
                        ) == [["1950", "50", "2100", "1", "0"]]
        visitor.get("/crates/other")  # who comes later is not shut out
        wishes = "SELECT d.wanted_us > 0 FROM docs_builds d JOIN versions v ON v.id = d.version_id JOIN crates c ON c.id = v.crate_id"
        assert site.sql(f"{wishes} WHERE c.name = 'other'") == [["1"]]
    finally:
        site.sql("DELETE FROM versions WHERE num LIKE '0.1.%'")


# ---- off

def test_without_any_of_it():
    site = None
    try:
        site = started("site.docs_url=https://docs.example.test", "site.docs_status=false")
        visitor = Visitor(site.anonymous)
        site.sql(f"INSERT INTO std_replacements VALUES ('old_thing', 'x', '{READ}')")
        site.sql("INSERT INTO playground_crates VALUES ('old_thing', 'old_thing')")
        page = visitor.get("/crates/old-thing").page
        assert "might not need" not in page.text and "playground" not in page.text
        assert documentation(visitor, "/crates/old-thing") == "https://docs.example.test/old-thing/1.0.0"
        assert documentation(visitor, "/crates/own") == "https://docs.example.test/own"
        for kind in ("mirror_replacements", "mirror_playground", "docs_status", "mirror_advisories"):
            assert run(site, kind)
        assert site.sql("SELECT COUNT(*) FROM docs_builds") == [["0"]]
        assert "Replaced by" not in visitor.get("/crates/above/1.0.0/dependencies").page.text
    finally:
        if site:
            site.remove()
