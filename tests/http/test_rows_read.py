"""How many rows the database looks at for a read, beside how many queries it is: the plan of a query is another one where a crate has a
large part of all versions, or where a list is a large part of a table, and a registry of few crates does not show it."""
import pytest

from lib import dump
from lib.instance import Instance

CRATES, VERSIONS = 12_000, 400


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """`large` was there first, with a good part of all versions; no job looks at anything."""
    folder = tmp_path_factory.mktemp("rows")
    for path in (folder, folder.parent, folder.parent.parent):
        path.chmod(0o755)
    names = ["large"] + [f"small-{number}" for number in range(2, CRATES + 1)]
    tables = {
        "users": [{"id": 5, "gh_id": 7001, "gh_login": "ann", "username": "ann"}],
        "keywords": [{"id": 1, "keyword": "first"}, {"id": 2, "keyword": "second"}],
        "metadata": [{"total_downloads": 1}],
        "crates": [{"id": number, "name": name} for number, name in enumerate(names, 1)],
        "crate_downloads": [{"crate_id": number, "downloads": number} for number in range(1, CRATES + 1)],
        "crates_keywords": [{"crate_id": number, "keyword_id": keyword} for number in range(1, CRATES + 1) for keyword in (1, 2)],
        "versions": [{"id": number, "crate_id": 1, "num": f"1.{number}.0", "keywords": "{first,second}" if number < VERSIONS else "{second,first}"}
                     for number in range(1, VERSIONS + 1)] +
                    [{"id": VERSIONS + number, "crate_id": number, "num": "1.0.0"} for number in range(2, CRATES + 1)],
    }
    instance = Instance(settings=["server.workers=1", "server.job_runners=0"])
    try:
        instance.start().ctl("import", "dump", dump.write(folder / "dump", tables), timeout=600)
        instance.sql("ANALYZE TABLE crates, versions, crates_keywords")
        yield instance
    finally:
        instance.remove()


def rows_read(site):
    return sum(int(count) for name, count in site.sql("SHOW GLOBAL STATUS LIKE 'Handler_read%'") if not name.endswith("deleted"))


# What may be looked at: of `large`, a row or two of an index for each version where all of them matter.
MOST = {
    "/api/v1/crates/large": 5 * VERSIONS,
    "/api/v1/crates/large?include=keywords": 100,
    "/api/v1/crates/large?include=default_version,keywords,categories,downloads": 200,
    "/api/v1/crates/large/versions?per_page=10": 2 * VERSIONS,
    "/api/v1/crates/large/1.7.0": 100,
    "/api/v1/crates/large/owners": 100,
    "/api/v1/summary": 2500,
    "/crates/large": 200,
    "/crates/large/security": 200,
    "/crates/large/1.7.0": 200,
    "/": 2500,
    # A search looks at the best 1,000 of its rarest word, some rows for each, however many crates there are.
    **{f"{path}?q={words}": most for words, most in (("small", 10_000), ("small+first", 10_000), ("first", 6000), ("sma", 6000), ("sm", 6000),
                                                     ("first&sort=downloads", 6000), ("nothing", 2500))
       for path in ("/api/v1/crates", "/search")},
    "/api/v1/crates?q=small&sort=alphabetical&page=50": 6000,
    # Lists of all crates cost what is on the page, and an index's entries before it.
    **{f"/api/v1/crates?{query}": 1500 for query in ("", "sort=downloads", "sort=recent-updates", "sort=new&page=100", "ids[]=large")},
    "/api/v1/keywords": 100,
    "/api/v1/crates/large/reverse_dependencies": 100,
}


@pytest.mark.parametrize("path,most", MOST.items())
def test_rows_read(site, path, most):
    """The least of some, since the database counts for everybody."""
    def once():
        before = rows_read(site)
        answer = site.anonymous.get(path, headers={"Accept": "application/json" if path.startswith("/api/") else "text/html"})
        assert answer.status_code == 200, answer.text[:500]
        return rows_read(site) - before
    asking = rows_read(site)
    asking = rows_read(site) - asking  # the question itself
    assert min(once() for _ in range(4)) - asking <= most


def test_keywords_are_those_of_the_version_published_last(site):
    answer = site.anonymous.get("/api/v1/crates/large?include=keywords").json()
    assert [keyword["id"] for keyword in answer["keywords"]] == answer["crate"]["keywords"] == ["second", "first"]
