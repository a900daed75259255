"""GET /api/v1/crates as `cargo search` asks it (contract/api.md 9); test_search_found.py has what is found and how."""
import pytest

from lib.steps import publish, refused
from test_crate import CRATE_KEYS

PAST_THE_END = ("Cannot page beyond the first 1000 results when sorting by relevance. Please take a look at "
                "https://crates.io/data-access for alternatives.")
TOO_FAR = ("Page {} is unavailable for performance reasons. Please take a look at https://crates.io/data-access for "
           "alternatives.")


@pytest.fixture(scope="module")
def crates(registry, alice):
    publish(alice, "wombat", package={"description": "A burrowing animal", "keywords": ["marsupial"]})
    publish(alice, "wombat_feeder", package={"description": "Feeds them", "keywords": ["feeding"]})
    publish(alice, "zoo-keeper", package={"description": "Keeps a wombat and other animals",
                                          "keywords": ["marsupial", "keeping"]})
    publish(alice, "burrow", package={"description": "Digs", "readme": "README.md"},
            files={"README.md": "# Burrow\n\nSomewhere a quokka lives.\n"})
    return registry


def search(client, query):
    answer = client.get(f"/api/v1/crates?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def names(client, query):
    return [c["name"] for c in search(client, query)["crates"]]


def test_answer(anon, crates):
    body = search(anon, "q=wombat")
    assert list(body) == ["crates", "meta"] and list(body["meta"]) == ["total", "next_page", "prev_page"]
    assert all(list(c) == CRATE_KEYS for c in body["crates"])
    first = body["crates"][0]
    assert (first["name"], first["exact_match"], first["max_version"]) == ("wombat", True, "1.0.0")
    assert (first["recent_downloads"], first["versions"], first["keywords"], first["categories"]) == (0, None, None, None)
    assert first["description"] == "A burrowing animal"
    assert {c["name"] for c in body["crates"]} == {"wombat", "wombat_feeder", "zoo-keeper"}
    assert body["meta"] == {"total": 3, "next_page": None, "prev_page": None}
    assert [c["exact_match"] for c in body["crates"][1:]] == [False, False]


@pytest.mark.parametrize("q,first", [
    ("WOMBAT", "wombat"), ("wombats", "wombat"), ("wombat-feeder", "wombat_feeder"), ("Wombat_Feeder", "wombat_feeder"),
    ("zoo+keeper", "zoo-keeper"), ("burrowing", "wombat"), ("quokka", "burrow"), ("feeding", "wombat_feeder"),
    ("%20%20wombat%20%20", "wombat")])
def test_what_is_found(anon, crates, q, first):
    assert first in names(anon, f"q={q}")[:3]


def test_all_words_must_be_there(anon, crates):
    assert set(names(anon, "q=animal+wombat")) == {"wombat", "zoo-keeper"}
    assert names(anon, "q=wombat+quokka") == []


@pytest.mark.parametrize("q", ["", "%20", "%25", "_", "%25%25%25", "'", "%22", "%5C", "a" * 5000, "%F0%9F%98%80", "%FF%FE",
                               "%2B%2B", "*", "(", "+".join(["wombat"] * 300), "the", "%09%0A", "-%20-"])
def test_strange_queries(registry, anon, crates, q):
    answer = anon.get(f"/api/v1/crates?q={q}")
    assert answer.status_code == 200 and set(answer.json()) == {"crates", "meta"}
    assert registry.queries(answer) <= 10


def test_pages(anon, crates):
    whole = names(anon, "q=wombat")
    body = search(anon, "q=wombat&per_page=2")
    assert [c["name"] for c in body["crates"]] == whole[:2]
    assert body["meta"]["total"] == 3 and body["meta"]["prev_page"] is None
    assert body["meta"]["next_page"].startswith("?q=wombat&per_page=2&")
    body = search(anon, body["meta"]["next_page"][1:])
    assert [c["name"] for c in body["crates"]] == whole[2:]
    assert body["meta"]["next_page"] is None and body["meta"]["total"] == 3
    body = search(anon, "q=wombat&page=2&per_page=2")
    assert body["meta"]["prev_page"] == "?q=wombat&per_page=2&page=1"
    body = search(anon, "q=wombat&page=7")
    assert body["crates"] == [] and body["meta"]["total"] == 0


@pytest.mark.parametrize("query,words", [
    ("page=0", "Failed to deserialize query string: page: invalid value: integer `0`, expected a nonzero u32"),
    ("page=", "Failed to deserialize query string: page: cannot parse integer from empty string"),
    ("page=-1", "Failed to deserialize query string: page: invalid digit found in string"),
    ("page=99999999999", "Failed to deserialize query string: page: number too large to fit in target type"),
    ("page=201", TOO_FAR.format(201)),
    ("page=11&per_page=100", PAST_THE_END),
    ("page=101&per_page=10", PAST_THE_END),
    ("per_page=101", "cannot request more than 100 items"),
    ("per_page=0", "Failed to deserialize query string: per_page: invalid value: integer `0`, expected a nonzero u32"),
    ("page=1&seek=x", "providing both ?page= and ?seek= is unsupported"),
    ("q=a%00b", "Failed to deserialize query string: q: string contains null byte"),
    ("q=a&q=b", "Failed to deserialize query string: q: unsupported value"),
    ("page=1&page=2", "Failed to deserialize query string: duplicate field `page`"),
])
def test_bad_queries(anon, query, words):
    answer = anon.get(f"/api/v1/crates?{query if 'q=' in query else 'q=wombat&' + query}")
    refused(answer, 400, words)


def test_at_once(registry, alice, anon, new_name):
    """A new crate is found when its publish is answered, and by its keywords when they change."""
    name = new_name("kangaroo")
    publish(alice, name, package={"keywords": ["hopping"]})
    assert name in names(anon, f"q={name}") and name in names(anon, "q=hopping")
    publish(alice, name, "1.1.0", package={"keywords": ["jumping"]})
    assert name in names(anon, "q=jumping") and name not in names(anon, "q=hopping")


def test_queries(registry, anon, crates):
    for query in ("q=wombat", "q=wombat&per_page=100", "q=zoo", "q=wombat+animal"):
        # Little is found, so words that begin with the last one are looked for: up to five more.
        assert registry.queries(anon.get(f"/api/v1/crates?{query}")) <= 10, query
    assert registry.queries(anon.get("/api/v1/crates?q=")) <= 4
