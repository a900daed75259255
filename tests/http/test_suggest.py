"""Names that begin with what was typed: contract/web.md P71, 15.2."""
import pytest

from lib.steps import publish


def suggest(client, q, **more):
    answer = client.get("/suggest", **more) if q is None else client.get(f"/suggest?q={q}", **more)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/x-suggestions+json"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    typed, names, words, urls = answer.json()
    assert len(names) == len(words) == len(urls) <= 8
    answer.names = names
    return answer


def popular(registry, name, downloads):
    registry.sql(f"UPDATE recent_crate_downloads r JOIN crates c ON c.id = r.crate_id SET r.downloads = {downloads} WHERE c.name = '{name}'")


@pytest.fixture(scope="module")
def crates(registry, alice):
    for name, downloads in (("sug-gested", 5), ("sug-gested-much", 500), ("sug_gested_more", 50), ("sug-gone", 5000), ("sugary", 7)):
        publish(alice, name)
        popular(registry, name, downloads)
    assert alice.token.delete("/api/v1/crates/sug-gone/1.0.0/yank").status_code == 200


def test_what_is_used_most_comes_first(registry, anon, crates):
    answer = suggest(anon, "sug")
    assert answer.names == ["sug-gested-much", "sug_gested_more", "sugary", "sug-gested"]
    assert answer.json()[0] == "sug" and answer.json()[3][2] == f"{registry.url}/crates/sugary"
    assert registry.queries(answer) == 1
    assert suggest(anon, "SUG-").names == suggest(anon, "sug_").names == ["sug-gested-much", "sug_gested_more", "sug-gested"]
    assert suggest(anon, "sug-gested").names[0] == "sug-gested", "the one that is called so"


def test_very_many_begin_so(registry, anon, crates):
    """Then those among the crates that are downloaded most; two queries however many there are."""
    registry.sql("INSERT IGNORE INTO crates (name, canon_name, created_us, updated_us) "
                 "SELECT CONCAT('sumany', seq), CONCAT('sumany', seq), 1, 1 FROM seq_1_to_500")
    registry.sql("INSERT IGNORE INTO recent_crate_downloads SELECT id, IF(name = 'sumany499', 90000, NULL) FROM crates WHERE name LIKE 'sumany%'")
    try:
        answer = suggest(anon, "sumany")
        assert len(answer.names) == 8 and answer.names[0] == "sumany499" and registry.queries(answer) == 2
    finally:
        registry.sql("DELETE FROM crates WHERE name LIKE 'sumany%'")


@pytest.mark.parametrize("q,typed", [(None, ""), ("", ""), ("%20", ""), ("a%20b", "a b"), ("keyword:x", "keyword:x"), ("%25", "%"), ("%3Cb%3E", "<b>"),
                                     ("x" * 65, "x" * 65), ("zzzz-nothing", "zzzz-nothing"), ("%C3%A4", "ä")])
def test_nothing_begins_so(registry, anon, crates, q, typed):
    answer = suggest(anon, q)
    assert answer.json() == [typed, [], [], []]
    assert registry.queries(answer) == (typed == "zzzz-nothing")
    assert anon.get("/suggest?q=a&q=b").status_code == 400


def test_it_may_be_kept(anon, crates):
    first = suggest(anon, "sug", headers={"Accept-Encoding": "identity"})
    assert anon.get("/suggest?q=sug", headers={"Accept-Encoding": "identity", "If-None-Match": first.headers["ETag"]}).status_code == 304
