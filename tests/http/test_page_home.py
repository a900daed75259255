"""The front page."""
import gzip

from lib.page import Visitor
from lib.steps import publish


def test_front_page(registry, alice, anon, new_name):
    name = publish(alice, new_name("newest"))
    answer = Visitor(anon).get("/")
    page = answer.page
    assert answer.status_code == 200 and page.title == page.h1 == "Cratehouse"
    for title, target in (("New crates", "/crates?sort=new"), ("Most downloaded", "/crates?sort=downloads"),
                          ("Just updated", "/crates?sort=recent-updates"), ("Most recent downloads", "/crates?sort=recent-downloads"),
                          ("Popular keywords", "/keywords"), ("Popular categories", "/categories")):
        assert page.link(title) == target
    assert page.has_link(f"/crates/{name}") and f"{name} v1.0.0" in page.text
    assert f"sparse+{registry.url}/index/" in page.text
    assert page.rel("alternate") == "/rss/updates.xml" and page.rel("canonical") == f"{registry.url}/"
    assert registry.queries(answer) == 4
    assert len(gzip.compress(answer.content)) < 20 << 10
    assert answer.text.count("autofocus") == 1


def test_just_updated_leads_to_the_newest_version(alice, anon, new_name):
    name = publish(alice, new_name("updated"), "1.0.0")
    publish(alice, name, "1.1.0")
    assert Visitor(anon).get("/").page.has_link(f"/crates/{name}/1.1.0")


def test_who_is_signed_in(alice, anon):
    page = Visitor(anon).get("/").page
    assert page.link("Sign in") == "/login?return_to=%2F"
    answer = Visitor(alice.browser).get("/")
    assert answer.page.has_link("/dashboard") and "Sign in" not in answer.page.text
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.page.form("/logout").fields["form_token"]
