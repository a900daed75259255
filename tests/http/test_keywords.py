"""Keywords (contract/api.md 19)."""
import pytest

from lib.registry import detail
from lib.steps import publish

KEYWORDS = "/api/v1/keywords"


@pytest.fixture(scope="module")
def words(alice):
    """Three keywords of different weight, in the order of the alphabet."""
    publish(alice, "keyword-one", package={"keywords": ["zz-Alpha", "zz-beta", "zz-gamma"]})
    publish(alice, "keyword-two", package={"keywords": ["zz-beta", "zz-gamma"]})
    publish(alice, "keyword-three", package={"keywords": ["zz-gamma"]})
    return ["zz-alpha", "zz-beta", "zz-gamma"]


def listed(anon, query):
    answer = anon.get(KEYWORDS + query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_one(anon, words):
    keyword = anon.get(f"{KEYWORDS}/zz-ALPHA").json()["keyword"]
    assert list(keyword) == ["id", "keyword", "created_at", "crates_cnt"]
    assert (keyword["id"], keyword["keyword"], keyword["crates_cnt"]) == ("zz-alpha", "zz-alpha", 1)
    assert anon.get(f"{KEYWORDS}/zz-beta").json()["keyword"]["crates_cnt"] == 2


@pytest.mark.parametrize("word", ["unheard-of", "a%20b", "%F0%9F%A6%80"])
def test_none(anon, words, word):
    answer = anon.get(f"{KEYWORDS}/{word}")
    assert (answer.status_code, detail(answer)) == (404, "Not Found")


def test_by_name(anon, words):
    everything = listed(anon, "?per_page=100")
    names = [keyword["keyword"] for keyword in everything["keywords"]]
    assert names == sorted(names) and set(words) <= set(names)
    assert everything["meta"] == {"total": len(names)}
    assert listed(anon, "?per_page=100&sort=alpha") == everything == listed(anon, "?per_page=100&sort=flavour")


def test_by_crates(anon, words):
    keywords = listed(anon, "?per_page=100&sort=crates")["keywords"]
    assert keywords == sorted(keywords, key=lambda k: (-k["crates_cnt"], k["keyword"]))
    assert [k["keyword"] for k in keywords if k["keyword"] in words] == words[::-1]


def test_pages(anon, words):
    everything = listed(anon, "?per_page=100")["keywords"]
    pages = [listed(anon, f"?per_page=2&page={page}")["keywords"] for page in range(1, len(everything) // 2 + 2)]
    assert sum(pages, []) == everything
    assert listed(anon, "?page=4294967295") == {"keywords": [], "meta": {"total": 0}}  # there is no last page here


@pytest.mark.parametrize("query, words_of_it", [
    ("?seek=MQ", "?seek= is not supported for this request"),
    ("?page=1&seek=MQ", "providing both ?page= and ?seek= is unsupported"),
    ("?per_page=101", "cannot request more than 100 items"),
    ("?page=0", "Failed to deserialize query string: page: invalid value: integer `0`, expected a nonzero u32"),
    ("?page=", "Failed to deserialize query string: page: cannot parse integer from empty string"),
    ("?sort=a&sort=b", "Failed to deserialize query string: duplicate field `sort`"),
])
def test_refused(anon, query, words_of_it):
    answer = anon.get(KEYWORDS + query)
    assert (answer.status_code, detail(answer)) == (400, words_of_it)


def test_queries(registry, anon, words):
    assert registry.queries(anon.get(KEYWORDS)) == 2
    assert registry.queries(anon.get(KEYWORDS + "?page=4000000")) == 1
    assert registry.queries(anon.get(f"{KEYWORDS}/zz-beta")) == 1
