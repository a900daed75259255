"""Versions, dependencies, dependents and security of a crate as pages (contract/web.md P11, P13, P15, P16)."""
import base64
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


def test_versions_by_track(registry, visitor, crate):
    answer = visitor.get(f"/crates/{crate}/versions?sort=track")
    assert answer.status_code == 200 and answer.page.current.count("?sort=track") == 1
    for words in ("2.x 1 version, the latest is 2.0.0", "1.x 3 versions, the latest is 1.0.0", "0.1 2 versions, the latest is 0.1.1"):
        assert words in answer.page.text
    order = [words for _, words in answer.page.links if words in ("2.0.0", "1.1.0", "1.0.0", "1.0.0-alpha.1", "0.2.0", "0.1.1", "0.1.0")]
    assert order == ["2.0.0", "1.1.0", "1.0.0", "1.0.0-alpha.1", "0.2.0", "0.1.1", "0.1.0"]
    assert answer.page.form(f"/crates/{crate}/versions").fields["sort"] == "track"
    hidden = visitor.get(f"/crates/{crate}/versions?sort=track&yanked=hide&prerelease=hide").page
    assert "1.x 1 version, the latest is 1.0.0" in hidden.text


def test_versions_so_many_at_once(visitor, crate):
    for wrong in ("0", "101", "x", ""):
        assert "7 of 7" in visitor.get(f"/crates/{crate}/versions?per_page={wrong}").page.text
    first = visitor.get(f"/crates/{crate}/versions?per_page=4&sort=track").page
    assert "4 of 7" in first.text and "0.2" not in [words for _, words in first.links]
    last = visitor.get(f"/crates/{crate}/versions" + first.link("Older versions")).page
    assert "5-7 of 7" in last.text and not [words for _, words in last.links if words == "Older versions"]


def test_the_changelog_is_a_link_away(visitor, crate):
    for path, words in ((f"/crates/{crate}", "Changelog"), (f"/crates/{crate}/versions", "what changed")):
        assert visitor.get(visitor.get(path).page.link(words)).status_code == 200


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


def shown(visitor, target, names, query=""):
    """Which of these crates are listed, in order, and the answer."""
    answer = visitor.get(f"/crates/{target}/reverse_dependencies{query}")
    assert answer.status_code == 200
    known = {name: word for word, name in names.items()}
    return [known[words] for _, words in answer.page.links if words in known], answer


@pytest.fixture(scope="module")
def wanting(registry, alice):
    """A crate, and others that want it in all kinds of ways: (its name, {word: name})."""
    target = publish(alice, "wanted-in-many-ways", "0.3.1", "1.2.0")
    tables = {
        "plain": {"dependencies": {target: "1.2"}}, "loose": {"dependencies": {target: ">=0.3, <2"}},
        "older": {"dependencies": {target: "0.3.1"}}, "exact": {"dependencies": {target: "=1.2.0"}},
        "tests": {"dev-dependencies": {target: "1"}}, "builds": {"build-dependencies": {target: "~1.2"}},
        "maybe": {"dependencies": {target: {"version": "1", "optional": True}}},
        "twice": {"dependencies": {target: {"version": "0.3", "optional": True}}, "dev-dependencies": {target: "1.2"},
                  "target.'cfg(unix)'.build-dependencies": {"renamed": {"package": target, "version": "1"}}}}
    names = {word: publish(alice, f"wanting-{word}", tables=table) for word, table in tables.items()}
    settled(registry)
    registry.sql("UPDATE reverse_dependencies r JOIN crates c ON c.id = r.dependent_crate_id SET r.dependent_downloads = "
                 "CRC32(c.name) % 1000 WHERE c.name LIKE 'wanting-%'")
    return target, names


@pytest.mark.parametrize("query,words", [
    ("?kind=normal", {"plain", "loose", "older", "exact", "maybe", "twice"}), ("?kind=build", {"builds", "twice"}),
    ("?kind=dev", {"tests", "twice"}), ("?optional=yes", {"maybe"}),
    ("?optional=no", {"plain", "loose", "older", "exact", "tests", "builds", "twice"}),
    ("?range=1", {"plain", "exact", "tests", "builds", "maybe"}), ("?range=0.3", {"older", "twice"}), ("?range=other", {"loose"}),
    ("?range=1&kind=normal&optional=no", {"plain", "exact"}), ("?range=7", set()), ("?range=" + "9" * 24, set()),
    ("?kind=dev&range=0.3&optional=no&sort=name", {"twice"}), ("?kind=&optional=&range=", {
        "plain", "loose", "older", "exact", "tests", "builds", "maybe", "twice"})])
def test_dependents_are_filtered(visitor, wanting, query, words):
    target, names = wanting
    listed, answer = shown(visitor, target, names, query)
    assert set(listed) == words
    assert f"{len(words)} crate" in answer.page.text and ("No dependent is like that." in answer.page.text) == (not words)
    assert answer.page.metas.get("robots") == ("noindex" if "=&" not in query else None)
    chosen = answer.page.form(f"/crates/{target}/reverse_dependencies").fields
    for pair in query[1:].split("&"):
        name, value = pair.split("=")
        assert chosen[name] == value


def test_dependents_in_order(registry, visitor, wanting):
    target, names = wanting
    rows = registry.sql("SELECT c.name, r.dependent_downloads, r.version_id FROM reverse_dependencies r JOIN crates c ON c.id = "
                        f"r.dependent_crate_id JOIN crates t ON t.id = r.target_crate_id WHERE t.name = '{target}'")
    words = {name: word for word, name in names.items()}
    for query, key in (("", lambda row: -int(row[1])), ("?sort=name", lambda row: row[0]), ("?sort=recent", lambda row: -int(row[2])),
                       ("?sort=nonsense", lambda row: -int(row[1]))):
        listed, answer = shown(visitor, target, names, query)
        assert listed == [words[row[0]] for row in sorted(rows, key=key)]
        assert registry.queries(answer) == 5
        assert answer.page.current.count(f"?sort={query[6:]}") == (query[6:] in ("name", "recent"))


def test_every_requirement_of_a_dependent_is_in_its_row(visitor, wanting):
    target, names = wanting
    text = shown(visitor, target, names, "?optional=no&kind=build&range=0.3")[1].page.text
    assert f"depends on ^0.3 optional ^1 build only for cfg(unix) used as renamed ^1.2 dev" in text, text


def test_shares_of_requirements(visitor, wanting):
    target, names = wanting
    page = shown(visitor, target, names)[1].page
    assert ("h2", "Which versions they take") in page.headings
    for words in ("1.x: 62.5 %", "0.3: 25.0 %", "other ranges: 12.5 %"):
        assert words in page.text
    assert page.link("1.x") == "?range=1" and page.link("other ranges") == "?range=other"
    page = shown(visitor, target, names, "?kind=dev&range=1")[1].page  # shares are of what the rest of the filter leaves
    assert "1.x: 50.0 %" in page.text and page.link("0.3") == "?kind=dev&range=0.3"


def test_deep_pages_of_dependents_seek(registry, visitor, wanting):
    target, names = wanting
    for query in ("?sort=name", "?sort=recent", "?sort=downloads"):
        everything = shown(visitor, target, names, query)[0]
        number = registry.sql("SELECT r.dependent_downloads, r.dependent_crate_id, r.version_id, r.dependent_name FROM reverse_dependencies r"
                              f" JOIN crates c ON c.id = r.dependent_crate_id WHERE c.name = '{names[everything[3]]}'")[0]
        seek = {"name": json.dumps(number[3]), "recent": number[2], "downloads": f"[{number[0]},{number[1]}]"}[query[6:]]
        token = base64.urlsafe_b64encode(seek.encode()).decode().rstrip("=")
        listed, answer = shown(visitor, target, names, f"{query}&seek={token}")
        assert listed == everything[4:] and answer.page.link("Back to the first page") == f"{query}&page=1"
        assert answer.page.metas["robots"] == "noindex" and "Displaying" not in answer.page.text
    for wrong in ("x", "W10", "bnVsbA", "LTE" * 900, token + "x"):
        assert visitor.get(f"/crates/{target}/reverse_dependencies?sort=name&seek={wrong}").status_code == 400


def test_what_is_kept_of_dependents_is_derived_everywhere(registry, alice, visitor, wanting):
    """By publishing, by fsck, and when a version is yanked or comes back."""
    target, names = wanting
    wanted = registry.sql("SELECT dependent_name, kinds, optional, req_range FROM reverse_dependencies WHERE dependent_name LIKE 'wanting%'"
                          " ORDER BY 1")
    assert ["wanting_twice", "7", "0", "0.3"] in wanted and ["wanting_loose", "1", "0", ""] in wanted and len(wanted) == 8
    registry.sql("UPDATE reverse_dependencies SET kinds = 0, req_range = '', optional = 1, dependent_name = 'x'"
                 " WHERE dependent_name LIKE 'wanting%'")
    done = registry.run_ctl("fsck", "--repair")
    assert "wanting-twice" in done.stdout
    again = registry.sql("SELECT dependent_name, kinds, optional, req_range FROM reverse_dependencies WHERE dependent_name LIKE 'wanting%'"
                         " ORDER BY 1")
    assert again == wanted
    path = f"/api/v1/crates/{names['twice']}/1.0.0"
    assert alice.token.delete(f"{path}/yank").status_code == 200 and "twice" not in shown(visitor, target, names)[0]
    assert alice.token.put(f"{path}/unyank").status_code == 200 and "twice" in shown(visitor, target, names, "?kind=dev")[0]


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
        assert visitor.get(f"/crates/{name}/versions").page.link("RUSTSEC-2099-0001") == f"/crates/{name}/security"
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
