"""Crates that were deleted: contract/web.md P38, and row "deleted crates" of its section 9."""
import pytest

from lib.page import Visitor
from lib.registry import Crate


@pytest.fixture(scope="module")
def gone(registry, alice):
    """Two names: one rests, one was published again."""
    for name in ("gone-rests", "gone-again"):
        assert alice.token.publish(Crate(name)).status_code == 200
        assert alice.browser.delete(f"/api/v1/crates/{name}?message=a+secret+reason").status_code == 204
    registry.sql("UPDATE deleted_crates SET available_us = deleted_us WHERE name = 'gone-again'")
    assert alice.token.publish(Crate("gone-again")).status_code == 200
    return registry


def test_deleted_crates(registry, anon, gone):
    answer = Visitor(anon).get("/deleted")
    text = answer.page.text
    assert answer.status_code == 200 and answer.page.h1 == "Deleted crates" and registry.queries(answer) == 1
    assert "gone-rests just now just now free in " in text and "gone-again just now just now taken again" in text
    assert answer.page.has_link("/crates/gone-again") and not answer.page.has_link("/crates/gone-rests")
    assert "secret" not in answer.text and "alice" not in text, "why and by whom is nobody's business"
    assert answer.page.rel("canonical") == f"{registry.url}/deleted" and "robots" not in answer.page.metas


def test_older_ones(registry, anon, gone):
    first = registry.sql("SELECT MAX(id) FROM deleted_crates")[0][0]
    registry.sql("INSERT INTO deleted_crates (name, canon_name, created_us, deleted_us, available_us) "
                 "SELECT CONCAT('old-', seq), CONCAT('old_', seq), 0, seq, 0 FROM seq_1_to_120")
    visitor, seen, path = Visitor(anon), [], "/deleted"
    while path:
        answer = visitor.get(path)
        assert answer.status_code == 200 and registry.queries(answer) == 1
        seen += [word for word in answer.page.text.split() if word.startswith("old-")]
        path = answer.page.link("Older") if "Older" in answer.page.text else None
        path = path and "/deleted" + path
    assert seen == [f"old-{n}" for n in range(120, 0, -1)]
    registry.sql(f"DELETE FROM deleted_crates WHERE id > {first}")


@pytest.mark.parametrize("before", ["x", "-1", "99999999999999999999", "%00", "1%FF"])
def test_no_number(anon, gone, before):
    assert Visitor(anon).get(f"/deleted?before={before}").status_code == 400
