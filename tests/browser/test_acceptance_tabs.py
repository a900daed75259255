"""Versions, dependencies, dependents, security and code: contract/web.md 8.4, W073 to W100."""
import json
import re

import pytest

from ills import without
from lib.census import settled
from lib.registry import Crate
from lib.steps import crate_id, publish

MAIN = "tabbed-crate"
LEAN = "tabbed-lean"
RUN = {"provider": "github", "repository": "example/tabbed", "run_id": "4711", "sha": "0" * 40}
FILES = {"src/lib.rs": "".join(f"pub fn f{n}() {{}}\n" for n in range(120)), "src/de.rs": "// de\n" * 90, "docs/guide.md": "# Guide\n",
         "docs/more.md": "More\n", "data.bin": b"a\0b" * 9}


@pytest.fixture(scope="module", autouse=True)
def crates(registry, alice):
    """tabbed-crate: 13 versions from 0.1.0 to 0.2.1 and 1.0.0; the last one has features and was published by a workflow."""
    publish(alice, MAIN, "0.1.0", files=FILES, tables={"features": {"only": []}})
    publish(alice, MAIN, *(f"0.1.{n}" for n in range(1, 10)), "0.2.0", "0.2.1", files=FILES)
    publish(alice, MAIN, "1.0.0", files=FILES, package={"rust-version": "1.70"},
            tables={"features": {"default": ["std"], "std": [], **{f"f{n:02}": [] for n in range(18)}}})
    publish(alice, LEAN)
    settled(registry)
    registry.sql(f"UPDATE versions SET trustpub_data = '{json.dumps(RUN)}', published_by = NULL"
                 f" WHERE crate_id = {crate_id(registry, MAIN)} AND num = '1.0.0'")


def row_of(seen, num):
    return seen.page.locator(".row", has=seen.page.get_by_role("link", name=num, exact=True))


def words_of(seen, num):
    return " ".join(row_of(seen, num).inner_text().split())


# ---- versions

def test_w073_how_many_versions(see):
    seen = see(f"/crates/{MAIN}/versions")
    assert re.search(rf"13 of 13 {MAIN} versions since \w+ \d+, 20\d\d", seen.text) and len(seen.rows()) == 13


@pytest.fixture
def crowded(registry, alice, new_name):
    """A crate with 131 versions, of which nobody reads the archives."""
    name = publish(alice, new_name("crowded"))
    number = crate_id(registry, name)
    columns = [c for c, in registry.sql("SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_NAME = 'versions' AND "
                                        "TABLE_SCHEMA = DATABASE() AND COLUMN_NAME NOT IN ('id', 'num', 'num_no_build', 'semver_ord')")]
    fields = ", ".join(f"`{c}`" for c in columns)
    registry.sql(f"INSERT INTO versions (num, num_no_build, semver_ord, {fields}) SELECT CONCAT('0.0.', s.seq), CONCAT('0.0.', s.seq), "
                 f"CONCAT(CHAR(1), '0', CHAR(1), '0', CHAR(LENGTH(s.seq)), s.seq, CHAR(3)), {fields} FROM versions v, seq_1_to_130 s "
                 f"WHERE v.crate_id = {number}")
    yield name
    registry.sql(f"DELETE FROM versions WHERE crate_id = {number} AND num LIKE '0.0.%'")


def test_w074_older_versions(see, crowded):
    """A hundred at once, and a link to the rest."""
    seen = see(f"/crates/{crowded}/versions?sort=semver")
    first = seen.rows()
    assert "100 of 131" in seen.text and len(first) == 100 and first[0] == "1.0.0"
    seen.link("Older versions").click()
    assert len(seen.rows()) == 31 and not set(seen.rows()) & set(first) and seen.rows()[-1] == "0.0.1"
    assert not seen.has_link("Older versions")


def test_w075_sorted(see):
    seen = see(f"/crates/{MAIN}/versions")
    assert seen.rows()[0] == "1.0.0" and seen.page.locator(".sort [aria-current=page]").inner_text() == "Date"
    seen.page.locator(".sort").get_by_role("link", name="SemVer").click()
    assert seen.path == f"/crates/{MAIN}/versions?sort=semver"
    assert seen.rows()[:3] == ["1.0.0", "0.2.1", "0.2.0"] and seen.page.locator(".sort [aria-current=page]").inner_text() == "SemVer"


def test_w076_facts_of_a_version(see):
    seen = see(f"/crates/{MAIN}/versions")
    old, new = words_of(seen, "0.2.1"), words_of(seen, "1.0.0")
    assert "by alice" in old and "2021 edition" in old and "MIT" in old and re.search(r"\d B|KiB", old)
    assert "v1.70.0" in new and "via GitHub" in new
    assert row_of(seen, "1.0.0").get_by_role("link", name="GitHub", exact=True).get_attribute("href") == \
        "https://github.com/example/tabbed/actions/runs/4711"


def test_w077_features(see):
    seen = see(f"/crates/{MAIN}/versions")
    assert "feature" not in words_of(seen, "0.2.1") and "1 feature and checksum" in words_of(seen, "0.1.0")
    assert "20 features and checksum" in words_of(seen, "1.0.0")
    details = row_of(seen, "1.0.0").locator("details")
    assert details.locator("code").first.is_hidden()
    details.locator("summary").click()
    shown = details.locator("p").first.locator("code").all_inner_texts()
    assert shown[0] == "default" and shown[1:] == sorted(shown[1:])


@pytest.mark.parametrize("num,track", [("0.4.0-alpha.01", "0.4"), ("18446744073709551616.0.0", "?"),
                                       ("18446744073709551615.1.0", "18446744073709551615")])
def test_w078_odd_numbers(see, registry, alice, new_name, num, track):
    """Such as old registries have: nobody can publish them any more."""
    name = publish(alice, new_name("odd"))
    registry.sql(f"UPDATE versions SET num = '{num}', num_no_build = '{num}' WHERE crate_id = {crate_id(registry, name)}")
    seen = see(f"/crates/{name}/versions")
    assert seen.rows() == [num]
    assert row_of(seen, num).locator(".badge").first.inner_text() == track


def yank(seen, num, verb):
    """By the link of the row, and the page that asks."""
    seen.link(f"{verb} {num}").click()
    seen.button(f"{verb} {MAIN} {num}").click()
    assert seen.path == f"/crates/{MAIN}/versions" and seen.notice == ("status", f"{MAIN} {num} was {verb.lower()}ed.")


def latest(seen, track):
    badge = seen.page.locator(".badge", has_text=f"Latest of {track}")
    return badge.locator("xpath=ancestor::li").locator("h2").inner_text()


def test_w079_an_owner_yanks(see, alice):
    seen = see(f"/crates/{MAIN}/versions", alice)
    assert latest(seen, "0.2") == "0.2.1"
    yank(seen, "0.2.1", "Yank")
    assert "Yanked on" in words_of(seen, "0.2.1") and latest(seen, "0.2") == "0.2.0"
    yank(seen, "0.2.1", "Unyank")
    assert "Yanked" not in words_of(seen, "0.2.1") and latest(seen, "0.2") == "0.2.1"


def test_w080_who_may_yank(see, bob, boss):
    assert not see(f"/crates/{MAIN}/versions", bob).has_link("Yank 0.2.1")
    seen = see(f"/crates/{MAIN}/versions", boss)
    yank(seen, "0.2.0", "Yank")
    yank(seen, "0.2.0", "Unyank")


# ---- documentation

def test_w081_building_the_documentation_again(see, registry, alice):
    seen = see(f"/crates/{MAIN}/versions", alice)
    seen.link("Rebuild docs of 0.2.1").click()
    assert f"Build the documentation of {MAIN} 0.2.1 again" in seen.text
    seen.button("Build it again").click()
    assert seen.path == f"/crates/{MAIN}/versions"
    assert seen.notice == ("status", f"The builder is asked to build the documentation of {MAIN} 0.2.1 again.")
    registry.sql("DELETE FROM background_jobs WHERE job_type = 'docs_rs_queue_rebuild'")


def test_w082_building_is_for_owners(see, bob):
    path = f"/crates/{MAIN}/0.2.1/rebuild-docs"
    see(path).fails(401, "This page requires authentication", offers="Sign in")
    see(path, bob).fails(403, "This is not allowed", "user doesn't have permission to trigger a docs rebuild")


# ---- dependencies

@pytest.fixture(scope="module")
def depending(alice):
    return publish(alice, "tabbed-depending", tables={
        "dependencies": {MAIN: "1", LEAN: {"version": "1", "optional": True}}, "build-dependencies": {MAIN: "0.2"},
        "dev-dependencies": {LEAN: "1"}})


def test_w083_dependencies(see, depending):
    seen = see(f"/crates/{depending}/dependencies")
    assert seen.path == f"/crates/{depending}/1.0.0/dependencies" and depending in seen.title
    assert seen.page.locator("main > h2").all_inner_texts() == ["Dependencies 2", "Build dependencies 1", "Development dependencies 1"]
    assert seen.page.locator(".rows h3").all_inner_texts() == [MAIN, LEAN, MAIN, LEAN], "optional ones last"
    assert f"About {LEAN}" in seen.text


def test_w084_no_dependencies(see):
    seen = see(f"/crates/{LEAN}/1.0.0/dependencies")
    assert "This version has no dependencies." in seen.text and seen.page.locator(".rows").count() == 0


def test_w085_w086_dependencies_that_cannot_be_shown(see, registry, depending):
    """Descriptions come with the dependencies themselves (W086): there is no page with the ones alone."""
    see("/crates/no-such-tab/1.0.0/dependencies").fails(404, "Page not found", 'Crate "no-such-tab" not found')
    see(f"/crates/{depending}/7.0.0/dependencies").fails(404, "Page not found", f"{depending}: Version 7.0.0 not found")
    with without(registry, "dependencies"):
        seen = see(f"/crates/{depending}/1.0.0/dependencies")
        seen.fails(500, "Something went wrong here", offers="Try again")
    seen.link("Try again").click()
    assert seen.page.locator(".rows h3").count() == 4


# ---- dependents

@pytest.fixture(scope="module")
def needed(registry, alice):
    """22 crates depend on it; later ones are downloaded more often."""
    name = publish(alice, "tabbed-needed")
    for n in range(22):
        user = Crate(f"needs-{n:02}", tables={"dependencies": {name: "1"}})
        assert alice.token.publish(user).status_code == 200
    settled(registry)
    registry.sql("UPDATE crate_downloads d JOIN crates c ON c.id = d.crate_id SET d.downloads = 1000 + SUBSTR(c.name, 7)"
                 " WHERE c.name LIKE 'needs-__'")
    registry.sql("UPDATE dependents d JOIN crates c ON c.id = d.dependent_id SET d.downloads = 1000 + SUBSTR(c.name, 7)"
                 " WHERE c.name LIKE 'needs-__'") if ["downloads"] in registry.sql(
        "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_NAME = 'dependents' AND TABLE_SCHEMA = DATABASE()") else None
    return name


def test_w088_w089_dependents(see, needed):
    seen = see(f"/crates/{needed}/reverse_dependencies")
    pages = []
    for n, counted in ((1, "1-10 of 22"), (2, "11-20 of 22"), (3, "21-22 of 22")):
        assert counted in seen.text and (n == 1 or seen.path.endswith(f"?page={n}"))
        pages += seen.rows()
        if n < 3:
            seen.link("Next").click()
    assert sorted(pages) == [f"needs-{n:02}" for n in range(22)]
    assert "depends on ^1" in seen.text and "About needs-" in seen.text


def test_w090_dependents_that_cannot_be_read(see, registry, needed):
    with without(registry, "reverse_dependencies"):
        seen = see(f"/crates/{needed}/reverse_dependencies")
        seen.fails(500, "Something went wrong here", offers="Try again")
    seen.link("Try again").click()
    assert "1-10 of 22" in seen.text


# ---- security

ADVISORIES = [
    ("RUSTSEC-2098-0001", "It <i>leaks</i>", None, [">=0.7.46, <0.8.0", ">=0.8.13"], ["<0.1.0"], ["CVE-2098-1", "GHSA-aaaa-bbbb-cccc"],
     "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", None, "Details <script>alert(1)</script> **here**"),
    ("RUSTSEC-2098-0002", "Something small", None, [], [], [], None, None, ""),
    ("RUSTSEC-2098-0003", "Nobody looks after it", "unmaintained", [], [], [], None, None, ""),
    ("RUSTSEC-2098-0004", "A mistake", None, [], [], [], None, 5, ""),
]


@pytest.fixture(scope="module")
def weak(registry, alice):
    name = publish(alice, "tabbed-weak")

    def quoted(value):
        return "NULL" if value is None else "'" + str(value).replace("'", "''") + "'"
    for number, title, kind, patched, never, aliases, cvss, withdrawn, words in ADVISORIES:
        values = (name.replace("-", "_"), number, title, kind, json.dumps(patched), json.dumps(never), json.dumps(aliases), cvss,
                  f"https://example.com/{number}", 1, withdrawn, words)
        registry.sql("INSERT INTO advisories (crate, id, title, informational, patched, unaffected, aliases, cvss, url, published_us, "
                     f"withdrawn_us, description) VALUES ({', '.join(map(quoted, values))})")
    yield name
    registry.sql("DELETE FROM advisories WHERE id LIKE 'RUSTSEC-2098-%'")


def test_w091_w093_w094_advisories(see, weak):
    """What is unmaintained and what was withdrawn has a part of its own (W094; contract/web.md P15)."""
    seen = see(f"/crates/{weak}/security")
    assert seen.page.locator("main > h2").all_inner_texts() == ["Vulnerabilities 2", "Maintenance 1", "Withdrawn 1"]
    first = seen.page.locator(".row", has_text="It <i>leaks</i>")
    words = " ".join(first.inner_text().split())
    assert "<script>alert(1)</script>" in words and first.locator("script, i").count() == 0
    targets = {words: href for words, href in first.locator("a").evaluate_all("all => all.map(a => [a.innerText, a.getAttribute('href')])")}
    assert targets["RUSTSEC-2098-0001"] == "https://example.com/RUSTSEC-2098-0001"
    assert targets["CVE-2098-1"] == "https://nvd.nist.gov/vuln/detail/CVE-2098-1"
    assert targets["GHSA-aaaa-bbbb-cccc"] == "https://github.com/advisories/GHSA-aaaa-bbbb-cccc"
    assert targets[ADVISORIES[0][6]] == f"https://www.first.org/cvss/calculator/3.1#{ADVISORIES[0][6]}"
    second = seen.page.locator(".row", has_text="Something small")
    assert second.locator("a").count() == 1 and second.locator("pre").count() == 0


def test_w092_no_advisories(see, registry, weak):
    assert "No advisories are known for this crate." in see(f"/crates/{LEAN}/security").text
    with without(registry, "advisories"):
        seen = see(f"/crates/{weak}/security")
        seen.fails(500, "Something went wrong here", offers="Try again")
    seen.link("Try again").click()
    assert "Vulnerabilities" in seen.text


@pytest.mark.parametrize("vector,calculator", [("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "4.0"),
                                               ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "3.0")])
def test_w095_the_vector_of_its_version(see, registry, vector, calculator):
    """RustSec gives one vector an advisory; the calculator is that of its version."""
    registry.sql("INSERT INTO advisories (crate, id, title, patched, unaffected, aliases, cvss, url, published_us, description) VALUES "
                 f"('{LEAN.replace('-', '_')}', 'RUSTSEC-2097-0001', 'Weak', '[]', '[]', '[]', '{vector}', 'https://example.com/', 1, '')")
    try:
        href = dict(see(f"/crates/{LEAN}/security").links()).get(vector)
        assert href == f"https://www.first.org/cvss/calculator/{calculator}#{vector}"
    finally:
        registry.sql("DELETE FROM advisories WHERE id = 'RUSTSEC-2097-0001'")


# ---- code

def selected(seen):
    return [" ".join(words.split()) for words in seen.page.locator(".file-tree [aria-current=page]").all_inner_texts()]


def test_w096_the_first_file(see):
    seen = see(f"/crates/{MAIN}/code")
    assert seen.path == f"/crates/{MAIN}/1.0.0/code/src/lib.rs" and selected(seen) == ["lib.rs"]
    assert "pub fn f0() {}" in seen.page.locator("pre.source").inner_text()
    assert see(f"/crates/{MAIN}/code/src/de.rs").path == f"/crates/{MAIN}/1.0.0/code/src/de.rs"


def test_w097_a_folder(see):
    seen = see(f"/crates/{MAIN}/1.0.0/code/docs")
    assert seen.path == f"/crates/{MAIN}/1.0.0/code/docs/guide.md" and selected(seen) == ["guide.md"]


def test_w098_from_file_to_file(see):
    seen = see(f"/crates/{MAIN}/1.0.0/code/src/lib.rs")
    seen.page.mouse.wheel(0, 1500)
    seen.link("de.rs", ".file-tree").click()
    seen.page.wait_for_url("**/code/src/de.rs")
    assert "// de" in seen.page.locator("pre.source").inner_text() and seen.page.evaluate("scrollY") == 0
    seen.page.go_back()
    seen.page.wait_for_url("**/code/src/lib.rs")
    assert "pub fn f0() {}" in seen.page.locator("pre.source").inner_text() and selected(seen) == ["lib.rs"]


def marked(seen):
    return seen.page.locator("pre.source .in").evaluate_all("all => all.map(e => e.id)")


@pytest.mark.script(True)
def test_w099_lines(see):
    seen = see(f"/crates/{MAIN}/1.0.0/code/src/lib.rs#L2-L4")
    seen.page.wait_for_selector("pre.source .in")
    assert marked(seen) == ["L2", "L3", "L4"]
    before = seen.page.evaluate("history.length")
    start, end = (seen.page.locator(f"#L{n} > a").bounding_box() for n in (6, 8))
    seen.page.mouse.move(start["x"] + 2, start["y"] + 2)
    seen.page.mouse.down()
    seen.page.mouse.move(end["x"] + 2, end["y"] + 2, steps=4)
    seen.page.mouse.up()
    assert marked(seen) == ["L6", "L7", "L8"] and seen.path.endswith("#L6-L8")
    assert seen.page.evaluate("history.length") == before
    seen.link("de.rs", ".file-tree").click()
    seen.page.wait_for_url("**/code/src/de.rs")
    seen.page.go_back()
    seen.page.wait_for_selector("pre.source .in")
    assert marked(seen) == ["L6", "L7", "L8"]


@pytest.mark.script(False)
def test_w099_one_line(see):
    seen = see(f"/crates/{MAIN}/1.0.0/code/src/lib.rs#L2")

    def colour(n):
        return seen.page.locator(f"#L{n}").evaluate("e => getComputedStyle(e).backgroundColor")
    assert colour(2) != colour(3)
    seen.page.locator("#L3 > a").click()
    assert seen.path.endswith("#L3") and colour(3) != colour(2)


def test_w100_what_cannot_be_shown(see, registry):
    assert "This is a binary file." in see(f"/crates/{MAIN}/1.0.0/code/data.bin").text
    seen = see(f"/crates/{MAIN}/1.0.0/code/src/none.rs")
    assert seen.answer.status == 404 and "There is no such file" in seen.text
    seen.link("Show its code").click()
    assert seen.path == f"/crates/{MAIN}/1.0.0/code/src/lib.rs"
    sha = registry.sql(f"SELECT LOWER(HEX(tar_sha256)) FROM versions WHERE crate_id = {crate_id(registry, LEAN)}")[0][0]
    blob = registry.data / "blobs" / sha[:2] / sha[2:]
    aside = blob.rename(blob.with_name("aside"))
    try:
        see(f"/crates/{LEAN}/1.0.0/code/src/lib.rs").fails(404, "Page not found", f"The archive of {LEAN} 1.0.0 is not available")
    finally:
        aside.rename(blob)
