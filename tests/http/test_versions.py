"""GET of the versions of a crate, and of one (contract/api.md 12.1, 12.2, 7.2)."""
import base64
import json

import pytest

from lib.census import settled
from lib.registry import Crate
from lib.steps import crate_id, publish, refused, user_id

NUMS = ["1.0.0", "0.1.0", "0.2.0", "0.1.1", "2.0.0-rc.1", "1.2.0+b.1", "10.0.0"]
BY_SEMVER = ["10.0.0", "2.0.0-rc.1", "1.2.0+b.1", "1.0.0", "0.2.0", "0.1.1", "0.1.0"]
KEYS = ["id", "crate", "num", "dl_path", "readme_path", "updated_at", "created_at", "downloads", "features", "yanked",
        "yank_message", "lib_links", "license", "links", "crate_size", "published_by", "audit_actions", "checksum",
        "rust_version", "has_lib", "bin_names", "edition", "description", "homepage", "documentation", "repository",
        "trustpub_data", "linecounts"]


@pytest.fixture(scope="module")
def crate(registry, alice):
    name = publish(alice, "Many-Versions", *NUMS)
    assert alice.token.delete(f"/api/v1/crates/{name}/10.0.0/yank").status_code == 200
    settled(registry)  # what jobs add to a version would change an answer between two requests
    return name


def seek(*key):
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")


def listed(client, name, query=""):
    answer = client.get(f"/api/v1/crates/{name}/versions{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def nums(client, name, query=""):
    return [v["num"] for v in listed(client, name, query)["versions"]]


def walk(client, name, query):
    """All pages: the numbers of each."""
    pages = []
    while query is not None:
        body = listed(client, name, query)
        pages.append([v["num"] for v in body["versions"]])
        query = body["meta"]["next_page"]
        assert len(pages) < 10
    return pages


# ---- one version

def test_one(registry, alice, anon):
    name = "One-Version"
    crate = Crate(name, "1.2.3-a.1+b.2", package={
        "links": "zzz", "rust-version": "1.70", "homepage": "https://example.test", "edition": "2018",
        "repository": "https://example.test/r"}, tables={"features": {"b": ["a"], "a": []}},
        files={"src/main.rs": "fn main() {}\n"})
    answer = alice.token.publish(crate)
    assert answer.status_code == 200, answer.text
    settled(registry)  # linecounts come by a job
    answer = anon.get("/api/v1/crates/one_version/1.2.3-a.1+b.2")
    shown = answer.json()["version"]
    assert list(answer.json()) == ["version"] and list(shown) == KEYS
    path = f"/api/v1/crates/{name}/1.2.3-a.1+b.2"
    assert (shown["dl_path"], shown["readme_path"]) == (path + "/download", path + "/readme")
    assert shown["links"] == {"dependencies": path + "/dependencies", "version_downloads": path + "/downloads",
                              "authors": path + "/authors"}
    assert (shown["crate"], shown["num"], shown["yanked"], shown["yank_message"]) == (name, "1.2.3-a.1+b.2", False, None)
    assert (shown["lib_links"], shown["license"], shown["rust_version"], shown["edition"]) == ("zzz", "MIT", "1.70", "2018")
    assert (shown["checksum"], shown["crate_size"]) == (crate.checksum, len(crate.archive))
    assert list(shown["features"].items()) == [("a", []), ("b", ["a"])]
    assert (shown["has_lib"], shown["bin_names"], shown["trustpub_data"]) == (True, [name], None)
    assert shown["created_at"] == shown["updated_at"] and shown["downloads"] == 0
    user = shown["published_by"]
    assert list(user) == ["id", "login", "name", "avatar", "url", "github_username_matches", "created_at"]
    assert (user["id"], user["login"], user["name"]) == (user_id(registry, "alice"), "alice", "Alice")
    action, = shown["audit_actions"]
    assert list(action) == ["action", "user", "time"] and action["user"] == user and action["action"] == "publish"
    assert anon.get(path.replace("+", "%2B")).content == answer.content
    refused(anon.get(f"/api/v1/crates/{name}/1.2.3-a.1"), 404, f"crate `{name}` does not have a version `1.2.3-a.1`")


@pytest.mark.parametrize("end", ["", "/dependencies"])
@pytest.mark.parametrize("given,words", [
    ("x", "unexpected character 'x' while parsing major version number"),
    ("1", "unexpected end of input while parsing major version number"),
    ("1.2", "unexpected end of input while parsing minor version number"),
    ("1.2.3.4", "unexpected character '.' after patch version number"),
    ("01.2.3", "invalid leading zero in major version number"),
    ("1.2.3-", "empty identifier segment in pre-release identifier"),
    ("1.2.3-01", "invalid leading zero in pre-release identifier"),
    ("1.2.3+", "empty identifier segment in build metadata"),
    ("18446744073709551616.0.0", "value of major version number exceeds u64::MAX"),
    ("%20", "unexpected character ' ' while parsing major version number"),
    ("1.2.3%20", "unexpected character ' ' after patch version number"),
    ("%C3%A4", "unexpected character 'ä' while parsing major version number"),
])
def test_no_version_number(anon, crate, end, given, words):
    refused(anon.get(f"/api/v1/crates/{crate}/{given}{end}"), 400, f"Invalid URL: {words}")
    refused(anon.get(f"/api/v1/crates/no-such-crate/{given}{end}"), 400, f"Invalid URL: {words}")


@pytest.mark.parametrize("end", ["", "/dependencies"])
def test_no_such_version(anon, crate, end):
    refused(anon.get(f"/api/v1/crates/no-such-crate/1.0.0{end}"), 404, "crate `no-such-crate` does not exist")
    refused(anon.get(f"/api/v1/crates/-/1.0.0{end}"), 404, "crate `-` does not exist")
    refused(anon.get(f"/api/v1/crates/{crate.upper()}/9.0.0{end}"), 404,
            f"crate `{crate.upper()}` does not have a version `9.0.0`")
    refused(anon.get(f"/api/v1/crates/{crate}/1.2.0{end}"), 404, f"crate `{crate}` does not have a version `1.2.0`")


# ---- the list

def test_list(anon, crate):
    body = listed(anon, crate)
    assert list(body) == ["versions", "meta"] and body["meta"] == {"total": len(NUMS), "next_page": None}
    assert [v["num"] for v in body["versions"]] == BY_SEMVER
    assert all(list(v) == KEYS for v in body["versions"])
    assert body["versions"][0]["yanked"] is True
    assert [a["action"] for a in body["versions"][0]["audit_actions"]] == ["publish", "yank"]


def test_the_name_as_it_was_given(anon, crate):
    """upstream: here, and here alone, a version bears the name of the URL."""
    shown = listed(anon, "many_VERSIONS")["versions"][0]
    assert shown["crate"] == "many_VERSIONS" and shown["dl_path"] == "/api/v1/crates/many_VERSIONS/10.0.0/download"


@pytest.mark.parametrize("sort,order", [("semver", BY_SEMVER), ("", BY_SEMVER), ("nonsense", BY_SEMVER),
                                        ("date", NUMS[::-1]), ("DaTe", NUMS[::-1])])
def test_sort(anon, crate, sort, order):
    assert nums(anon, crate, f"?sort={sort}") == order
    assert sum(walk(anon, crate, f"?sort={sort}&per_page=3"), []) == order


def test_pages(anon, crate):
    assert walk(anon, crate, "?per_page=3") == [BY_SEMVER[:3], BY_SEMVER[3:6], BY_SEMVER[6:]]
    assert walk(anon, crate, "?per_page=7") == [BY_SEMVER, []]  # upstream: one more page where the last is full
    body = listed(anon, crate, "?per_page=2&sort=date")
    assert body["meta"]["total"] == 7 and body["meta"]["next_page"].startswith("?per_page=2&sort=date&seek=")
    body = listed(anon, crate, f"?per_page=2&seek={seek('0.0.0', 1)}")  # a number that is not stored works too
    assert body == {"versions": [], "meta": {"total": 0, "next_page": None}}
    for num in ("1.0", "", "x", "01.0.0"):  # upstream: nothing comes behind what is no version
        assert listed(anon, crate, f"?per_page=2&seek={seek(num, 1)}") == body
    assert nums(anon, crate, f"?per_page=100&seek={seek('1.1.0', 1)}") == ["1.0.0", "0.2.0", "0.1.1", "0.1.0"]
    assert nums(anon, crate, "?seek=broken") == BY_SEMVER  # without per_page nobody looks
    assert nums(anon, crate, "?page=7") == BY_SEMVER


def test_nums(anon, crate):
    body = listed(anon, crate, "?nums[]=0.1.0&nums[]=1.0.0&nums%5B%5D=7.7.7&nums[]=1.0.0")
    assert [v["num"] for v in body["versions"]] == ["1.0.0", "0.1.0"] and body["meta"]["total"] == 2
    assert listed(anon, crate, "?nums[]=7.7.7")["meta"]["total"] == 0
    assert nums(anon, crate, "?nums[]=1.2.0%2Bb.1") == ["1.2.0+b.1"]
    assert walk(anon, crate, "?nums[]=0.1.0&nums[]=1.0.0&nums[]=0.2.0&per_page=2") == [["1.0.0", "0.2.0"], ["0.1.0"]]


def test_release_tracks(anon, crate):
    tracks = [("1", "1.2.0+b.1"), ("0.2", "0.2.0"), ("0.1", "0.1.1")]  # neither yanked nor of a pre-release

    def shown(query):
        return [(k, v["highest"]) for k, v in listed(anon, crate, query)["meta"]["release_tracks"].items()]
    assert shown("?include=release_tracks") == tracks
    assert shown("?include=,release_tracks,&sort=date&per_page=1") == tracks
    assert shown("?include=release_tracks&nums[]=0.1.0") == [("0.1", "0.1.0")]
    assert shown("?include=release_tracks&nums[]=0.1.0&per_page=10") == tracks
    assert "release_tracks" not in listed(anon, crate, "?include=")["meta"]


@pytest.mark.parametrize("query,words", [
    ("include=x", "invalid component for ?include= (expected 'release_tracks')"),
    ("page=0", "Failed to deserialize query string: page: invalid value: integer `0`, expected a nonzero u32"),
    ("page=x", "Failed to deserialize query string: page: invalid digit found in string"),
    ("page=", "Failed to deserialize query string: page: cannot parse integer from empty string"),
    ("per_page=", "Failed to deserialize query string: per_page: cannot parse integer from empty string"),
    ("per_page=-1", "Failed to deserialize query string: per_page: invalid digit found in string"),
    ("per_page=4294967296", "Failed to deserialize query string: per_page: number too large to fit in target type"),
    ("per_page=101", "cannot request more than 100 items"),
    ("per_page=2&page=1", "?page= is not supported for this request"),
    ("per_page=2&seek=broken", "invalid seek parameter"),
    ("per_page=2&seek=", "invalid seek parameter"),
    ("per_page=2&seek=" + seek(1, 2), "invalid seek parameter"),
    ("per_page=2&seek=" + seek("1.0.0", 2, 3), "invalid seek parameter"),
    ("per_page=2&seek=" + seek("1.0.0"), "invalid seek parameter"),
    ("per_page=2&seek=" + seek("1.0.0", "2"), "invalid seek parameter"),
    ("per_page=2&sort=date&seek=" + seek("1.0.0", 2), "invalid seek parameter"),
    ("per_page=2&per_page=2", "Failed to deserialize query string: duplicate field `per_page`"),
    ("sort=date&sort=date", "Failed to deserialize query string: sort: unsupported value"),
    ("include=&include=", "Failed to deserialize query string: include: unsupported value"),
    ("nums[]=1&nums[]=1.0.0%00", "Failed to deserialize query string: nums[][1]: string contains null byte"),
    ("per_page=2%00", "Failed to deserialize query string: per_page: invalid digit found in string"),
    ("per_page=2&seek=%00", "invalid seek parameter"),
    ("include=%00", "invalid component for ?include= (expected 'release_tracks')"),
    ("include=x&per_page=101", "cannot request more than 100 items"),
    ("include=x&per_page=2&seek=broken", "invalid seek parameter"),
])
def test_bad_queries(anon, crate, query, words):
    refused(anon.get(f"/api/v1/crates/{crate}/versions?{query}"), 400, words)


@pytest.mark.parametrize("query", ["page=1&seek=broken", "seek=%00", "sort=%00", "page=4294967295"])
def test_without_per_page_nothing_is_paged(anon, crate, query):
    answer = anon.get(f"/api/v1/crates/{crate}/versions?{query}")
    assert answer.status_code == 200
    assert answer.json() == anon.get(f"/api/v1/crates/{crate}/versions").json()


def test_no_such_crate(anon):
    for query in ("", "?include=x", "?per_page=101", "?per_page=1&page=1", "?per_page=1&seek=broken"):
        refused(anon.get("/api/v1/crates/no-such-crate/versions" + query), 404, "crate `no-such-crate` does not exist")
    refused(anon.get("/api/v1/crates/no-such-crate/versions?per_page=0"), 400,
            "Failed to deserialize query string: per_page: invalid value: integer `0`, expected a nonzero u32")


def test_a_thousand_versions(registry, alice, anon, new_name):
    """More than one look-up takes; queries do not grow with them."""
    name = publish(alice, new_name("thousand"))
    number = crate_id(registry, name)
    columns = ("created_us, updated_us, features, license, crate_size, published_by, tar_sha256, has_lib, prerelease, "
               "crate_id")
    registry.sql(f"INSERT INTO versions (num, num_no_build, semver_ord, {columns}) SELECT CONCAT('1.0.', seq), "
                 f"CONCAT('1.0.', seq), CONCAT('\\x011\\x010', CHAR(LENGTH(seq)), seq, '\\x03'), {columns} FROM versions v "
                 f"JOIN seq_1_to_1000 WHERE v.crate_id = {number} AND num = '1.0.0'")
    answer = anon.get(f"/api/v1/crates/{name}/versions")
    assert len(answer.json()["versions"]) == 1001 and answer.json()["versions"][0]["num"] == "1.0.1000"
    assert registry.queries(answer) == 4
    assert len(walk(anon, name, "?per_page=100&nums[]=1.0.5")) == 1
    answer = anon.get(f"/api/v1/crates/{name}/versions?per_page=100")
    assert len(answer.json()["versions"]) == 100 and registry.queries(answer) == 5
    assert len(anon.get(f"/api/v1/crates/{name}").json()["versions"]) == 1001
    registry.sql(f"DELETE FROM versions WHERE crate_id = {number} AND num <> '1.0.0'")  # fsck would miss their files


def test_queries(registry, anon, crate):
    assert registry.queries(anon.get(f"/api/v1/crates/{crate}/versions")) == 4
    assert registry.queries(anon.get(f"/api/v1/crates/{crate}/1.0.0")) == 3
