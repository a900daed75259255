"""Categories (contract/api.md 20): the tree, its sums, its slugs."""
import pytest

from lib.registry import detail
from lib.steps import publish

CATEGORIES = "/api/v1/categories"
LEAF = ["id", "category", "slug", "description", "created_at", "crates_cnt"]


@pytest.fixture(scope="module")
def crates(alice):
    """One crate in a category and below it, one below it only, one two levels below."""
    publish(alice, "category-one", package={"categories": ["science", "science::geo"]})
    publish(alice, "category-two", package={"categories": ["science::geo", "science::bioinformatics"]})
    publish(alice, "category-three", package={"categories": ["science::bioinformatics::genomics"]})


def category(anon, slug):
    return anon.get(f"{CATEGORIES}/{slug}").json()["category"]


def test_list(anon, crates):
    answer = anon.get(f"{CATEGORIES}?per_page=100").json()
    names = [c["category"] for c in answer["categories"]]
    assert names == sorted(names) and answer["meta"] == {"total": len(names)}
    assert not [c for c in answer["categories"] if "::" in c["slug"]]
    assert all(list(c) == LEAF and c["id"] == c["slug"] for c in answer["categories"])
    # A crate that is in two of a tree counts twice.
    assert [c["crates_cnt"] for c in answer["categories"] if c["slug"] == "science"] == [5]


def test_by_crates(anon, crates):
    categories = anon.get(f"{CATEGORIES}?per_page=100&sort=crates").json()["categories"]
    assert categories == sorted(categories, key=lambda c: (-c["crates_cnt"], c["category"]))
    assert categories[0]["crates_cnt"] >= 4


def test_pages(anon, crates):
    everything = anon.get(f"{CATEGORIES}?per_page=100").json()
    total = everything["meta"]["total"]
    pages = [anon.get(f"{CATEGORIES}?per_page=7&page={page}").json() for page in range(1, total // 7 + 2)]
    assert sum((page["categories"] for page in pages), []) == everything["categories"]
    assert anon.get(f"{CATEGORIES}?page=4294967295").json() == {"categories": [], "meta": {"total": total}}


def test_tree(anon, crates):
    science = category(anon, "Science")
    assert list(science) == [*LEAF, "subcategories", "parent_categories"]
    assert science["crates_cnt"] == 1 and science["parent_categories"] == []  # its own, not the sum
    below = {c["slug"]: c for c in science["subcategories"]}
    assert below["science::geo"]["crates_cnt"] == 2 and below["science::bioinformatics"]["crates_cnt"] == 2
    # Two levels down is not shown, but counted.
    assert not [slug for slug in below if slug.count("::") > 1]


def test_third_level(anon, crates):
    genomics = category(anon, "science::bioinformatics::genomics")
    assert (genomics["category"], genomics["crates_cnt"], genomics["subcategories"]) == ("Genomics", 1, [])
    # upstream: each of those above has the sum of the topmost.
    assert [(c["slug"], c["crates_cnt"]) for c in genomics["parent_categories"]] == [
        ("science", 5), ("science::bioinformatics", 5)]
    assert [c["crates_cnt"] for c in category(anon, "science")["subcategories"]
            if c["slug"] == "science::bioinformatics"] == [2]


@pytest.mark.parametrize("slug", ["unheard-of", "scien", "science::", "%F0%9F%A6%80"])
def test_none(anon, slug):
    answer = anon.get(f"{CATEGORIES}/{slug}")
    assert (answer.status_code, detail(answer)) == (404, "Not Found")


def test_slugs(anon):
    slugs = anon.get("/api/v1/category_slugs").json()["category_slugs"]
    assert [c["slug"] for c in slugs] == sorted(c["slug"] for c in slugs)
    assert all(list(c) == ["id", "slug", "description"] and c["id"] == c["slug"] for c in slugs)
    assert all(c["description"] for c in slugs)
    assert {"science", "science::geo", "science::bioinformatics::genomics"} < {c["slug"] for c in slugs}


def test_queries(registry, anon):
    for path in (CATEGORIES, f"{CATEGORIES}/science", "/api/v1/category_slugs"):
        assert registry.queries(anon.get(path)) == 1
