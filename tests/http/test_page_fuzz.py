"""Pages asked for in odd ways, and of crates that have very much of everything (contract/web.md 15.5, step 6): each answer is HTML without a
parse error, has less than 2 MB, and is no failure of ours."""
import itertools
import json
import random
import urllib.parse

import html5lib
import pytest

from lib.page import Visitor
from lib.registry import Crate
from lib.steps import crate_id, publish

MOST = 2 << 20
PAGES = ["", "/versions", "/{v}", "/{v}/dependencies", "/reverse_dependencies", "/{v}/features", "/{v}/code/src/lib.rs", "/security", "/stats",
         "/activity", "/{v}/stats"]
NAME, VERSION = "Fuzzed-Page_Name", "1.2.3-rc.1+build.5-x"
VERSIONS, FEATURES, KEYWORDS = 10_000, 5_000, 1_000
SEED = 20_261_128


@pytest.fixture
def ask(anon):
    visitor = Visitor(anon)

    def get(path):
        answer = visitor.get(path)
        assert answer.status_code < 500, (path, answer.status_code)
        assert len(answer.content) < MOST, path
        ours = "Content-Security-Policy" in answer.headers  # not the web server's own words: docs/differences.md
        if ours and answer.headers.get("Content-Type", "").startswith("text/html") and answer.content:
            html5lib.HTMLParser(strict=True).parse(answer.content.decode())
        return answer
    return get


@pytest.fixture(scope="module")
def odd(alice):
    return publish(alice, NAME, VERSION)


def spellings(name):
    """Of a name: in either case, with - and _ for each other; those that are it, and some that are not."""
    parts = [{"-": "-_", "_": "-_"}.get(c, c) for c in name]
    same = ["".join(way) for way in itertools.product(*parts)]
    return [*same, *map(str.lower, same), *map(str.upper, same), name.swapcase()]


@pytest.mark.parametrize("page", PAGES)
def test_spellings_of_a_name(ask, odd, page):
    for name in spellings(odd):
        answer = ask(f"/crates/{name}{page}".replace("{v}", VERSION))
        assert answer.status_code == 200 and answer.page.h1 == odd, name
    for other in (odd + "x", odd.replace("-", ""), odd.replace("-", "%20"), odd + "%00", "%C3%A9" + odd, odd.replace("-", "--"), f"-{odd}", "x" * 65,
                  "%2e%2e", odd + "%2F", odd + "'\"<b>"):
        assert ask(f"/crates/{urllib.parse.quote(other, safe='%')}{page}".replace("{v}", VERSION)).status_code in (400, 404), other


@pytest.mark.parametrize("page", [page for page in PAGES if "{v}" in page])
def test_spellings_of_a_version(ask, odd, page):
    """A plus is a plus, written as it is or encoded."""
    for version in (VERSION, VERSION.replace("+", "%2B"), VERSION.replace("+", "%2b"), VERSION.replace("-", "%2D")):
        answer = ask(f"/crates/{odd}{page}".replace("{v}", version))
        assert answer.status_code == 200 and f"v{VERSION}" in answer.page.text, version
        for href, _ in answer.page.links:
            if VERSION.split("+")[0] in href:
                assert ask(urllib.parse.urljoin(f"/crates/{odd}/", href)).status_code in (200, 302, 303, 307), href
    for other in (VERSION.replace("+", "%20"), VERSION.replace("+", " ").replace(" ", "%2520"), VERSION + "+x", "1.2.3", "v1.2.3", "1", "%00",
                  "9" * 150, "1.2.3-" + "a" * 3000, "%F0%9F%98%80", "%22%3E%3Cb%3E"):
        assert ask(f"/crates/{odd}{page}".replace("{v}", other)).status_code in (301, 302, 307, 308, 400, 404, 414), other


QUOTES = ['"', "'", '""', '"a', 'a"', "''", "`", '"license:', 'license:"', 'license:"MIT', "license:'MIT'", 'keyword:"a b"', 'owner:"', '\\"', '"\\',
          "“a”", "<\"'>", "&quot;", "a\"b'c", "\"\u0000", "%22", "keyword:\"\"", "-\"a b\"", "--", "category:\"::\"", "msrv<=\"1\"", "(", "*", "a*", "+a -b"]


def test_quotes_in_a_search(ask):
    for q in QUOTES:
        answer = ask("/search?" + urllib.parse.urlencode({"q": q}))
        assert answer.status_code in (200, 400), q
        if answer.status_code == 200 and q.strip():
            assert answer.page.h1 == f"Search results for “{' '.join(q.split())}”"


def test_searches_of_chance(ask):
    """The same ones each time."""
    chance = random.Random(SEED)
    pieces = [*QUOTES, "keyword:", "category:", "owner:", "license:", "msrv<=", "has:bin", "is:stable", "yanked:yes", "-", " ", "\t", "serde", "é", "\U0001f600",
              "\u202e",
              "a" * 200, "<script>", "&", "=", "#", "?", "/", "\\", "%", "_"]
    for _ in range(300):
        q = "".join(chance.choice(pieces) for _ in range(chance.randrange(1, 12)))
        sort = chance.choice(["", "relevance", "new", "nonsense", '"'])
        answer = ask("/search?" + urllib.parse.urlencode({"q": q, "sort": sort, "page": chance.choice(["", "1", "2", "20", "21", "-1", '"'])}))
        assert answer.status_code in (200, 400), q


@pytest.mark.parametrize("value", ['"', "<b>", "%00", "%FF", "a" * 5000, "-1", "99999999999999999999", "é", "1&page=2", "[]", "%0d%0aX: y"])
@pytest.mark.parametrize("path", ["/crates?page=", "/crates?letter=", "/crates?sort=", "/crates?seek=", "/keywords?page=", "/keywords?letter=", "/keywords/",
                                  "/categories/",
                                  "/users/", "/teams/", "/users/alice?page=", f"/crates/{NAME}/versions?track=", f"/crates/{NAME}/versions?after=",
                                  f"/crates/{NAME}/versions?sort=", f"/crates/{NAME}/reverse_dependencies?page=", f"/crates/{NAME}/stats?range=",
                                  f"/crates/{NAME}/stats?chart=", f"/crates/{NAME}/range/", f"/crates/{NAME}/diff/", f"/crates/{NAME}/{VERSION}/code/",
                                  "/support?inquire=", "/support?inquire=crate-violation&crate=", "/login?return_to=", "/accept-invite/", "/confirm/"])
def test_odd_parameters(ask, odd, path, value):
    sent = value if value.startswith("%") or "&" in value else urllib.parse.quote(value, safe="[]")
    assert ask(path + sent).status_code in (200, 301, 302, 303, 307, 308, 400, 404, 414)


# ---- very much of everything

@pytest.fixture(scope="module")
def huge(registry, alice):
    """10,000 versions, the last of which has 5,000 features; 1,000 keywords in the registry."""
    name = publish(alice, "huge-page", package={"keywords": ["huge-keyword"]})
    number = crate_id(registry, name)
    columns = [c for c, in registry.sql("SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_NAME = 'versions' AND "
                                        "TABLE_SCHEMA = DATABASE() AND COLUMN_NAME NOT IN ('id', 'num', 'num_no_build', 'semver_ord')")]
    fields = ", ".join(f"`{c}`" for c in columns)
    registry.sql(f"INSERT INTO versions (num, num_no_build, semver_ord, {fields}) SELECT CONCAT('0.', s.seq, '.0'), CONCAT('0.', s.seq, '.0'), "
                 f"CONCAT(CHAR(1), '0', CHAR(LENGTH(s.seq)), s.seq, CHAR(1), '0', CHAR(3)), {fields} FROM versions v, seq_1_to_{VERSIONS} s "
                 f"WHERE v.crate_id = {number}")
    features = json.dumps({"default": ["f1"], **{f"f{n}": [f"f{n - 1}"] if n > 1 else [] for n in range(1, FEATURES)}}, separators=(",", ":"))
    registry.sql(f"UPDATE versions SET features = '{features}' WHERE crate_id = {number} AND num = '1.0.0'")
    registry.sql(f"UPDATE default_versions SET num_versions = {VERSIONS + 1} WHERE crate_id = {number}")
    registry.sql(f"INSERT INTO keywords (keyword, crates_cnt, created_us) SELECT CONCAT('many-', seq), 0, 1 FROM seq_1_to_{KEYWORDS}")
    yield name
    registry.sql(f"DELETE FROM versions WHERE crate_id = {number} AND num LIKE '0.%'")
    registry.sql(f"UPDATE default_versions SET num_versions = 1 WHERE crate_id = {number}")
    registry.sql(f"UPDATE versions SET features = '{{}}' WHERE crate_id = {number}")
    registry.sql("DELETE FROM keywords WHERE keyword LIKE 'many-%'")


@pytest.mark.parametrize("page", [*PAGES, "/versions?sort=semver", "/versions?after=0.5.0", "/versions?track=0.7&yanked=hide", "/range/%5E0.9999", "/{v}/dependencies",
                                  "/stats?range=all", "/stats?range=all&chart=lines"])
def test_a_crate_with_very_much(ask, huge, page):
    answer = ask(f"/crates/{huge}{page}".replace("{v}", "1.0.0"))
    assert answer.status_code in (200, 302, 307)


def test_keywords_without_end(ask, huge):
    for page in range(1, 13):
        assert ask(f"/keywords?page={page}&sort=alpha").status_code == 200
    assert ask("/keywords?letter=m").status_code == 200


def test_a_crate_with_all_that_it_may_have(ask, alice, new_name):
    """As much as publishing allows: features, keywords, categories, dependencies, a description."""
    name = new_name("full")
    crate = Crate(name, package={"keywords": [f"k{n:019}" for n in range(5)], "description": "é<b>\"' " * 120,
                                 "categories": ["science", "encoding", "parsing", "caching", "config"],
                                 "license": "MIT OR Apache-2.0"},
                  tables={"features": {f"feature-{n}": [] for n in range(290)}})
    answer = alice.token.publish(crate)
    assert answer.status_code == 200, answer.text
    for page in PAGES:
        assert ask(f"/crates/{name}{page}".replace("{v}", "1.0.0")).status_code == 200
