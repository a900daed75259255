"""Searching (contract/api.md 9.2, design.md 5): what is found, and in which order."""
import pytest

from lib.registry import detail
from lib.steps import crate_id, publish, user_id

CRATES = "/api/v1/crates"


@pytest.fixture(scope="module")
def crates(registry, alice, bob):
    publish(alice, "quux_parser", package={"description": "Reads blorbs from a stream", "keywords": ["blorb"],
                                           "categories": ["simulation"]})
    publish(bob, "quux", package={"description": "The gizmo of gizmos"})
    publish(bob, "my-quuxes", package={"description": "Parsing of blorbs"})
    publish(alice, "gizmo-ab", package={"description": "Something about frobnication", "readme": "README.md",
                                        "keywords": ["abc"]},
            files={"README.md": "# Words\n\nIt frobnicates the snarks which blorbs never see.\n"})
    publish(alice, "which-one", package={"description": "Nothing of the kind"})


def found(client, query):
    answer = client.get(CRATES + query)
    assert answer.status_code == 200 and "crates" in answer.json(), answer.text
    return [crate["name"] for crate in answer.json()["crates"]]


@pytest.mark.parametrize("q, names", [
    ("quux", ["quux", "my-quuxes", "quux_parser"]),  # exact first
    ("QUUX-parser", ["quux_parser"]), ("quux_parser", ["quux_parser"]),
    ("quux+parser", ["quux_parser"]),
    ("blorb", ["gizmo-ab", "my-quuxes", "quux_parser"]), ("blorbs", ["gizmo-ab", "my-quuxes", "quux_parser"]),
    ("blorbs+parsing", ["my-quuxes"]),  # "parser" has another stem
    ("blorbs+parse", ["my-quuxes", "quux_parser"]),  # but it begins so
    ("frobnicating", ["gizmo-ab"]), ("snark", ["gizmo-ab"]),
    ("uux", ["my-quuxes", "quux", "quux_parser"]),  # inside of names
    ("which", ["which-one"]),  # a word that is in every text is looked for in names alone
    ("the+of", []), ("blorb+unheard", []), ("zzzz", []), ("%25", []), ("%22", []), ("(", []),
    ("qu", ["my-quuxes", "quux", "quux_parser"]), ("ab", ["gizmo-ab"]), ("uu", []),
    ("frobn", ["gizmo-ab"]), ("blorb+snar", ["gizmo-ab"]), ("frobnication+someth", ["gizmo-ab"]),
    ("blorb+snar+", []),  # not still being typed
    ("x" * 2000, []), ("quux" + "%20" * 500, ["quux", "my-quuxes", "quux_parser"]),
    ("%F0%9F%A6%9E", []),
])
def test_found(anon, crates, q, names):
    answer = found(anon, f"?q={q}&per_page=100")
    if q == "ab":  # crates of other tests begin so too
        answer = [name for name in answer if not name.startswith("a")]
    assert sorted(answer) == sorted(names)
    assert answer[:1] == names[:1] or "quux" not in names[:1]


def test_exact(anon, crates):
    crates = anon.get(f"{CRATES}?q=QUUX").json()["crates"]
    assert [crate["exact_match"] for crate in crates] == [True, False, False]
    # Sorted by a figure it does not come first, but is told.
    crates = anon.get(f"{CRATES}?q=quux&sort=new").json()["crates"]
    assert [(crate["name"], crate["exact_match"]) for crate in crates] == [
        ("my-quuxes", False), ("quux", True), ("quux_parser", False)]
    assert found(anon, "?q=quux&sort=alphabetical") == ["quux", "my-quuxes", "quux_parser"]
    assert found(anon, "?q=blorb&sort=alphabetical") == ["gizmo-ab", "my-quuxes", "quux_parser"]


def test_weights(anon, crates):
    """A word in keywords is worth more than in the description, and there more than in the README."""
    assert found(anon, "?q=blorb") == ["quux_parser", "my-quuxes", "gizmo-ab"]


@pytest.mark.parametrize("filters, names", [
    ("keyword=blorb", ["quux_parser"]), ("category=simulation", ["quux_parser"]), ("letter=g", ["gizmo-ab"]),
    ("ids%5B%5D=my-quuxes&ids%5B%5D=quux", ["my-quuxes"]), ("keyword=unheard", []), ("letter=q&category=wasm", []),
    ("include_yanked=no", ["quux_parser", "my-quuxes", "gizmo-ab"]), ("category=simulation&letter=m", []),
])
def test_filtered(anon, crates, filters, names):
    answer = anon.get(f"{CRATES}?q=blorb&{filters}").json()
    assert [crate["name"] for crate in answer["crates"]] == names
    assert answer["meta"]["total"] == len(names)


def test_filtered_by_owner(registry, anon, crates):
    assert found(anon, f"?q=quux&user_id={user_id(registry, 'bob')}") == ["quux", "my-quuxes"]
    assert found(anon, f"?q=quux&user_id={user_id(registry, 'alice')}") == ["quux_parser"]
    assert found(anon, f"?q=qu&user_id={user_id(registry, 'alice')}") == ["quux_parser"]
    assert found(anon, f"?q=uu&user_id={user_id(registry, 'alice')}") == []


@pytest.fixture(scope="module")
def many(alice):
    """Twelve that are equally good, and one that is called as what is searched."""
    publish(alice, "zyx", package={"description": "The thing itself"})
    return sorted(publish(alice, f"many-{letter}", package={"description": "About zyx"}) for letter in "abcdefghijkl")


@pytest.mark.parametrize("sort", ["relevance", "alphabetical", "new", "downloads", "recent-downloads"])
def test_pages(registry, anon, many, sort):
    """By seek and by number: the same, each once."""
    everything = found(anon, f"?q=zyx&sort={sort}&per_page=100")
    assert sorted(everything) == many + ["zyx"]
    if sort in ("relevance", "alphabetical"):
        assert everything == ["zyx"] + many
    query, seen = f"?q=zyx&sort={sort}&per_page=4", []
    while query:
        page = anon.get(CRATES + query).json()
        assert page["meta"]["total"] == 13
        seen += [crate["name"] for crate in page["crates"]]
        query = page["meta"]["next_page"]
    assert seen == everything
    assert sum((found(anon, f"?q=zyx&sort={sort}&per_page=4&page={page}") for page in range(1, 5)), []) == everything
    assert found(anon, f"?q=zyx&sort={sort}&per_page=4&page=5") == []


def test_popular_first(registry, anon, many):
    """Of equally good ones those with more recent downloads first."""
    where = f"crate_id = {crate_id(registry, 'many-k')}"
    registry.sql(f"UPDATE recent_crate_downloads SET downloads = 3 WHERE {where}")
    assert found(anon, "?q=zyx&per_page=3") == ["zyx", "many-k", "many-a"]
    registry.sql(f"UPDATE recent_crate_downloads SET downloads = NULL WHERE {where}")


def test_reach(anon, many):
    answer = anon.get(f"{CRATES}?q=zyx&per_page=100&page=11")
    assert detail(answer) == ("Cannot page beyond the first 1000 results when sorting by relevance. Please take a look at "
                              "https://crates.io/data-access for alternatives.")
    assert found(anon, "?q=zyx&per_page=100&page=11&sort=downloads") == []
    assert detail(anon.get(f"{CRATES}?q=a%00")) == "Failed to deserialize query string: q: string contains null byte"


def test_gone_with_its_crate(registry, anon, alice):
    """A new version replaces the words of the old one."""
    publish(alice, "search-changes", package={"description": "First of mumbletypegs"})
    assert found(anon, "?q=mumbletypeg") == ["search-changes"]
    publish(alice, "search-changes", "1.1.0", package={"description": "Then of something else"})
    assert found(anon, "?q=mumbletypeg") == []


@pytest.mark.parametrize("query, most", [
    ("?q=zyx", 5), ("?q=quux", 10), ("?q=blorbs+parse+stream", 10), ("?q=qu", 5), ("?q=zyx&keyword=blorb", 6),
    ("?q=zyx&sort=downloads", 5),
])
def test_queries(registry, anon, crates, many, query, most):
    assert registry.queries(anon.get(CRATES + query)) <= most
