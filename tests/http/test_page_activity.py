"""What happened to a crate: contract/web.md P25."""
import re

import pytest

from lib.page import Visitor
from lib.registry import Crate


@pytest.fixture
def crate(registry, alice, bob, new_name):
    name = new_name("active")
    for version in ("1.0.0", "1.1.0"):
        assert alice.token.publish(Crate(name, version)).status_code == 200
    assert alice.token.delete(f"/api/v1/crates/{name}/1.0.0/yank").status_code == 200
    registry.ctl("crate", "owners", name, "--add", "bob")
    registry.ctl("crate", "owners", name, "--remove", "bob")
    assert alice.browser.patch(f"/api/v1/crates/{name}", {"crate": {"trustpub_only": True}}).status_code == 200
    return name


def rows(answer):
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", row)).strip() for row in re.findall(r"<tr>\s*<td>(.*?)</tr>", answer.text, re.S)]


def test_activity(registry, anon, crate):
    answer = Visitor(anon).get(f"/crates/{crate}/activity")
    said = rows(answer)
    for words in ("alice published 1.0.0 token", "alice published 1.1.0 token", "alice yanked 1.0.0 token", "added the owner alice",
                  "added the owner bob", "removed the owner bob", "alice changed whether tokens may publish"):
        assert any(words in row for row in said), (words, said)
    assert len(said) == 7 and "changed whether" in said[0]
    assert "127.0.0.1" not in answer.page.text and "trustpub_only&" not in answer.text and "@" not in answer.page.text
    assert registry.queries(answer) == 3
    assert answer.page.has_link(f"/crates/{crate}/1.0.0") and answer.page.metas["robots"] == "noindex"


def test_owners_see_more(registry, alice, bob, boss, crate):
    for user, more in ((alice, True), (boss, True), (bob, False)):
        answer = Visitor(user.browser).get(f"/crates/{crate}/activity")
        assert ('{"trustpub_only":true}' in answer.page.text) == more and "127.0.0.1" not in answer.page.text
        assert registry.queries(answer) <= 7


def test_older(registry, alice, anon, crate):
    registry.sql("INSERT INTO audit (time_us, actor, action, crate) SELECT c.created_us + seq, 'alice', "
                 f"'later_kind', c.name FROM seq_1_to_150, crates c WHERE c.name = '{crate}'")
    visitor = Visitor(anon)
    first = visitor.get(f"/crates/{crate}/activity")
    assert len(rows(first)) == 100
    second = visitor.get(f"/crates/{crate}/activity" + first.page.link("Older"))
    assert len(rows(second)) == 57 and not second.page.has_link("Older") and "changed a setting" in second.page.text
    assert visitor.get(f"/crates/{crate}/activity?before=0").page.text.count("Nothing happened") == 1
    assert visitor.get(f"/crates/{crate}/activity?before=x").status_code == 400
    assert visitor.get("/crates/no-such-crate/activity").status_code == 404


def test_events_of_one_moment_are_not_parted(registry, anon, crate):
    registry.sql("INSERT INTO audit (time_us, actor, action, crate) SELECT c.created_us + IF(seq > 60, 20, 10), "
                 f"'alice', 'later_kind', c.name FROM seq_1_to_150, crates c WHERE c.name = '{crate}'")
    visitor = Visitor(anon)
    first = visitor.get(f"/crates/{crate}/activity")
    second = visitor.get(f"/crates/{crate}/activity" + first.page.link("Older"))
    assert (len(rows(first)), len(rows(second))) == (96, 61)


def test_nothing_of_an_earlier_crate_of_that_name(registry, alice, anon, crate):
    """What an administrator wrote when the one before was deleted is nobody's to read who took the name later."""
    registry.sql("INSERT INTO audit (time_us, actor, action, crate, detail) SELECT c.created_us - 1, 'boss', 'delete_crate', c.name, "
                 f"'a secret reason' FROM crates c WHERE c.name = '{crate}'")
    for client in (anon, alice.browser):
        answer = Visitor(client).get(f"/crates/{crate}/activity")
        assert len(rows(answer)) == 7 and "secret reason" not in answer.page.text
