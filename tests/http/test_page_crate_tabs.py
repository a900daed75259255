"""Versions, dependencies, dependents and security of a crate as pages (contract/web.md P11, P13, P15, P16)."""
import json

import pytest

from lib.census import settled
from lib.page import Visitor
from lib.steps import publish

CRATE = "tabbed-crate"


@pytest.fixture(scope="module")
def crate(registry, alice):
    publish(alice, CRATE, "0.1.0", "0.1.1", "0.2.0", "1.0.0-alpha.1", "1.0.0", "1.1.0", "2.0.0",
            package={"rust-version": "1.60"}, tables={"features": {"default": ["one"], "one": [], "two": ["one"]}})
    answer = alice.token.request("PATCH", f"/api/v1/crates/{CRATE}/1.1.0",
                                 json.dumps({"version": {"yanked": True, "yank_message": "it <b>burns</b>"}}),
                                 headers={"Content-Type": "application/json"})
    assert answer.status_code == 200, answer.text
    settled(registry)
    return CRATE


@pytest.fixture
def visitor(anon):
    return Visitor(anon)


def nums(answer):
    """Versions listed, in order."""
    return [href.rsplit("/", 1)[1] for href, words in answer.page.links if words and href == f"/crates/{CRATE}/{words}"]


# ---- versions

def test_versions(registry, visitor, crate):
    answer = visitor.get(f"/crates/{crate}/versions")
    text = answer.page.text
    assert answer.status_code == 200 and answer.page.h1 == crate
    assert nums(answer) == ["2.0.0", "1.1.0", "1.0.0", "1.0.0-alpha.1", "0.2.0", "0.1.1", "0.1.0"]
    assert f"7 of 7 {crate} versions since" in text and "Pre-release" in text and "v1.60.0" in text
    assert "it <b>burns</b>" in text and text.count("Yanked on") == 1
    assert [text.count(f"Latest of {track}") for track in ("2.x", "1.x", "0.2", "0.1")] == [1] * 4
    assert "3 features and checksum" in text and "by alice" in text and "1 download" not in text
    assert registry.queries(answer) <= 5
    assert f"/crates/{crate}/versions" in answer.page.current
    assert not any("/yank" in href for href, _ in answer.page.links)


def test_versions_by_precedence(visitor, crate):
    answer = visitor.get(f"/crates/{crate}/versions?sort=semver")
    assert nums(answer) == ["2.0.0", "1.1.0", "1.0.0", "1.0.0-alpha.1", "0.2.0", "0.1.1", "0.1.0"]
    assert "?sort=semver" in answer.page.current


@pytest.mark.parametrize("query,expected", [
    ("yanked=hide", ["2.0.0", "1.0.0", "1.0.0-alpha.1", "0.2.0", "0.1.1", "0.1.0"]),
    ("prerelease=hide", ["2.0.0", "1.1.0", "1.0.0", "0.2.0", "0.1.1", "0.1.0"]),
    ("track=0.1", ["0.1.1", "0.1.0"]), ("track=1.x&yanked=hide&prerelease=hide", ["1.0.0"]), ("track=7.x", []),
    ("after=0.2.0", ["0.1.1", "0.1.0"]), ("after=9.9.9", ["2.0.0", "1.1.0", "1.0.0", "1.0.0-alpha.1", "0.2.0", "0.1.1", "0.1.0"]),
])
def test_some_versions(visitor, crate, query, expected):
    answer = visitor.get(f"/crates/{crate}/versions?{query}")
    assert nums(answer) == expected and answer.page.metas["robots"] == "noindex"
    assert expected or "No version is like that." in answer.page.text


def test_forms_of_versions(visitor, crate):
    page = visitor.get(f"/crates/{crate}/versions?sort=semver&track=1.x").page
    filters = page.form(f"/crates/{crate}/versions")
    assert filters.fields["sort"] == "semver" and filters.fields["track"] == "1.x"
    went = visitor.get(f"/crates/{crate}/diff?from=1.0.0&to=2.0.0")
    assert went.status_code in (302, 303, 307) and went.headers["Location"].endswith("/diff/1.0.0...2.0.0")


def test_who_may_yank_sees_how(alice, bob, boss, crate):
    def offered(user):
        return {href for href, _ in Visitor(user.browser).get(f"/crates/{crate}/versions").page.links if "yank" in href}
    mine = offered(alice)
    assert f"/crates/{crate}/2.0.0/yank" in mine and f"/crates/{crate}/1.1.0/unyank" in mine
    assert offered(boss) == mine and offered(bob) == set()


def test_very_many_versions(registry, alice, visitor, new_name):
    name = publish(alice, new_name("many"))
    number = registry.sql(f"SELECT id FROM crates WHERE name = '{name}'")[0][0]
    columns = [c for c, in registry.sql("SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_NAME = 'versions' AND "
                                        "TABLE_SCHEMA = DATABASE() AND COLUMN_NAME NOT IN ('id', 'num', 'num_no_build', 'semver_ord')")]
    fields = ", ".join(f"`{c}`" for c in columns)
    registry.sql(f"INSERT INTO versions (num, num_no_build, semver_ord, {fields}) SELECT CONCAT('0.0.', s.seq), CONCAT('0.0.', s.seq), "
                 f"CONCAT(CHAR(1), '0', CHAR(1), '0', CHAR(LENGTH(s.seq)), s.seq, CHAR(3)), {fields} FROM versions v, seq_1_to_250 s "
                 f"WHERE v.crate_id = {number}")
    try:
        answer = visitor.get(f"/crates/{name}/versions?sort=semver")
        assert f"100 of 251 {name} versions" in answer.page.text
        seen, pages = set(), 0
        while True:
            pages += 1
            seen |= {href for href, words in answer.page.links if words and href == f"/crates/{name}/{words}"}
            if not any(words == "Older versions" for _, words in answer.page.links):
                break
            answer = visitor.get(f"/crates/{name}/versions" + answer.page.link("Older versions"))
        assert (len(seen), pages) == (251, 3)
    finally:
        registry.sql(f"DELETE FROM versions WHERE crate_id = {number} AND num LIKE '0.0.%'")


# ---- dependencies

def test_dependencies(registry, alice, visitor, crate, new_name):
    name = publish(alice, new_name("depending"), tables={
        "dependencies": {crate: {"version": "1", "optional": True, "features": ["one", "two"]},
                         "renamed": {"package": crate, "version": "=0.1.0", "default-features": False}},
        "build-dependencies": {crate: {"version": "2", "features": ["two"], "default-features": False}},
        "target": {"cfg(unix)": {"dev-dependencies": {crate: "0.2"}}}})
    answer = visitor.get(f"/crates/{name}/1.0.0/dependencies")
    text = answer.page.text
    assert answer.status_code == 200 and "4 dependencies of" in text and "3 of them with a newer version" in text
    assert [words for level, words in answer.page.headings if level == "h2"] == [
        "Dependencies 2", "Build dependencies 1", "Development dependencies 1"]
    assert "used as renamed" in text and "only for cfg(unix)" in text and "no default features" in text
    assert "2 extra features: one, two" in text and "only 1 feature: two" in text and "optional" in text
    assert answer.page.has_link(f"/crates/{crate}/range/%5E1") and "newest 2.0.0" in text
    assert registry.queries(answer) == 3
    went = visitor.get(f"/crates/{name}/dependencies")
    assert went.status_code in (302, 307) and went.headers["Location"].endswith(f"/crates/{name}/1.0.0/dependencies")


def test_no_dependencies(visitor, crate):
    assert "This version has no dependencies." in visitor.get(f"/crates/{crate}/2.0.0/dependencies").page.text


# ---- dependents

def test_dependents(registry, alice, visitor, new_name):
    target = publish(alice, new_name("needed"))
    users = [publish(alice, new_name(f"user{n}"), tables={"dependencies": {target: {"version": "1", "optional": n == 0}}})
             for n in range(12)]
    settled(registry)
    answer = visitor.get(f"/crates/{target}/reverse_dependencies")
    listed = [words for href, words in answer.page.links if href == f"/crates/{words}" and words in users]
    assert listed == users[:1:-1] and "Displaying 1-10 of 12 crates that depend on it" in answer.page.text
    assert "depends on ^1" in answer.page.text and registry.queries(answer) <= 5
    second = visitor.get(f"/crates/{target}/reverse_dependencies" + answer.page.link("Next"))
    assert "optional" in second.page.text and "11-12 of 12" in second.page.text
    assert second.page.metas["robots"] == "noindex"
    lonely = visitor.get(f"/crates/{users[0]}/reverse_dependencies")
    assert "No crate depends on it" in lonely.page.text


# ---- security

def test_no_advisories(registry, visitor, crate):
    answer = visitor.get(f"/crates/{crate}/security")
    assert "No advisories are known for this crate." in answer.page.text and registry.queries(answer) == 3


def test_advisories(registry, alice, visitor, new_name):
    name = publish(alice, new_name("weak"), "1.0.0", "1.1.0", "2.0.0")
    canon = name.replace("-", "_")
    rows = [("RUSTSEC-2099-0001", "It <i>leaks</i>", "NULL", '[">=2.0.0"]', "[]", '["CVE-2099-1", "GHSA-aaaa-bbbb-cccc", "X-1"]',
             "'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N'", "NULL", "**text** <script>alert(1)</script>"),
            ("RUSTSEC-2099-0002", "Nobody looks after it", "'unmaintained'", "[]", "[]", "[]", "NULL", "NULL", ""),
            ("RUSTSEC-2099-0003", "A mistake", "NULL", "[]", "[]", "[]", "NULL", "5", "")]
    for number, title, kind, patched, never, aliases, cvss, withdrawn, words in rows:
        registry.sql("INSERT INTO advisories (crate, id, title, informational, patched, unaffected, aliases, cvss, url, published_us, "
                     f"withdrawn_us, description) VALUES ('{canon}', '{number}', '{title}', {kind}, '{patched}', '{never}', '{aliases}', "
                     f"{cvss}, 'https://example.com/{number}', 1, {withdrawn}, '{words}')")
    try:
        answer = visitor.get(f"/crates/{name}/security")
        text = answer.page.text
        assert [words for level, words in answer.page.headings if level == "h2"] == ["Vulnerabilities 1", "Maintenance 1", "Withdrawn 1"]
        assert "2.0.0, is not affected" in text and "2 versions here are affected" in text and "1.1.0, 1.0.0" in text
        assert "affected: <2.0.0" in text and "<script>alert(1)</script>" in text and "It <i>leaks</i>" in text
        for href in ("https://example.com/RUSTSEC-2099-0001", "https://nvd.nist.gov/vuln/detail/CVE-2099-1",
                     "https://github.com/advisories/GHSA-aaaa-bbbb-cccc"):
            assert answer.page.has_link(href)
        assert registry.queries(answer) == 4
        assert "RUSTSEC-2099-0001" in visitor.get(f"/crates/{name}/versions").page.text
    finally:
        registry.sql(f"DELETE FROM advisories WHERE crate = '{canon}'")


# ---- not there

@pytest.mark.parametrize("path,words", [
    ("/crates/no-such-crate/versions", 'Crate "no-such-crate" not found'),
    ("/crates/no-such-crate/security", 'Crate "no-such-crate" not found'),
    ("/crates/no-such-crate/reverse_dependencies", 'Crate "no-such-crate" not found'),
    ("/crates/no-such-crate/1.0.0/dependencies", 'Crate "no-such-crate" not found'),
    (f"/crates/{CRATE}/7.7.7/dependencies", f"{CRATE}: Version 7.7.7 not found"),
    (f"/crates/{CRATE}/xyz/dependencies", f"{CRATE}: Version xyz not found"),
])
def test_not_there(visitor, crate, path, words):
    answer = visitor.get(path)
    assert answer.status_code == 404 and words in answer.page.text


def test_bad_parameters(visitor, crate):
    assert visitor.get(f"/crates/{crate}/reverse_dependencies?page=0").status_code == 400
    assert visitor.get(f"/crates/{crate}/versions?sort=%00").status_code == 400
    assert visitor.get(f"/crates/{crate}/versions?track=%3Cb%3E&after=%22").status_code == 200
