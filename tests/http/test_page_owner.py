"""Pages by which owners manage a crate (contract/web.md P24, P26 to P30): who may, forms, what is refused, and what they cost."""
import pytest

from lib.census import settled
from lib.page import Form, Visitor
from lib.steps import publish, version


@pytest.fixture
def crate(alice, new_name):
    return publish(alice, new_name("owned"))


@pytest.fixture
def owner(alice):
    return Visitor(alice.browser)


@pytest.fixture
def stranger(bob):
    return Visitor(bob.browser)


def form_to(visitor, path, **fields):
    """A form as the visitor's browser would send it, where no page shows him one."""
    form = Form({"action": path, "method": "post"})
    page = visitor.get("/").page
    form.fields = {"form_token": page.form("/logout").fields["form_token"], **fields}
    return form


def refuses(registry, anon, stranger, owner, path, state, **fields):
    """The form at path does nothing for nobody, for somebody else, and without its token or from another site."""
    before = state()
    answer = Visitor(anon).send(Form({"action": path, "method": "post"}), **fields)
    assert answer.status_code == 401 and answer.page.link("Sign in")
    form = form_to(stranger, path, **fields)
    answer = stranger.send(form)
    assert answer.status_code == 403 and answer.page.h1 == "This is not allowed", answer.page.text
    mine = form_to(owner, path, **fields)
    for wrong in (None, "", "x", form.fields["form_token"]):
        assert owner.send(mine, form_token=wrong).status_code == 403
    assert owner.send(mine, headers={"Origin": "https://evil.example"}).status_code == 403
    assert owner.send(mine, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert owner.client.request("POST", path, "{}", headers={"Accept": "text/html", "Content-Type": "application/json"}).status_code == 415
    assert state() == before


def closed(registry, anon, stranger, path):
    """The page is for those who may."""
    answer = Visitor(anon).get(path)
    assert answer.status_code == 401 and answer.page.h1 == "This page requires authentication"
    answer = stranger.get(path)
    assert answer.status_code == 403 and answer.page.h1 == "This is not allowed"
    return answer


# ---- yank

def yanked(registry, crate):
    now = version(registry, crate)
    return now["yanked"], now["yank_message"]


def test_yank_and_unyank(registry, alice, owner, crate, new_name):
    publish(alice, new_name("user"), tables={"dependencies": {crate: "1"}})
    settled(registry)
    page = owner.get(f"/crates/{crate}/versions").page
    answer = owner.get(page.link("Yank 1.0.0"))
    assert answer.status_code == 200 and answer.page.h1 == crate and registry.queries(answer) <= 5
    assert ("h2", f"Yank {crate} 1.0.0") in answer.page.headings and "1 crate of this registry depends on" in answer.page.text
    assert answer.headers["Cache-Control"] == "no-store" and answer.page.metas["robots"] == "noindex"
    answer = owner.send(answer.page.form(f"/crates/{crate}/1.0.0/yank"), message="  loses <b>data</b>\n")
    assert answer.status_code == 303 and answer.headers["Location"] == f"/crates/{crate}/versions"
    page = owner.follow(answer).page
    assert f"{crate} 1.0.0 was yanked." in page.text and "loses <b>data</b>" in page.text
    assert yanked(registry, crate) == (True, "loses <b>data</b>")
    # Again: the reason is there to be changed.
    answer = owner.get(f"/crates/{crate}/1.0.0/yank")
    form = answer.page.form(f"/crates/{crate}/1.0.0/yank")
    assert form.fields["message"] == "loses <b>data</b>" and "is yanked already" in answer.page.text
    page = owner.follow(owner.send(form, message="better words")).page
    assert "stays yanked" in page.text and yanked(registry, crate) == (True, "better words")
    answer = owner.get(page.link("Unyank 1.0.0"))
    assert registry.queries(answer) <= 5 and ("h2", f"Unyank {crate} 1.0.0") in answer.page.headings
    page = owner.follow(owner.send(answer.page.form(f"/crates/{crate}/1.0.0/unyank"))).page
    assert f"{crate} 1.0.0 was unyanked." in page.text and yanked(registry, crate) == (False, None)
    page = owner.get(f"/crates/{crate}/1.0.0/unyank").page
    assert "The version is not yanked." in page.text and not page.has_form(f"/crates/{crate}/1.0.0/unyank")


def test_yank_without_a_reason_and_with_a_long_one(registry, owner, crate):
    form = owner.get(f"/crates/{crate}/1.0.0/yank").page.form(f"/crates/{crate}/1.0.0/yank")
    answer = owner.send(form, message="é" * 501)
    assert answer.status_code == 422 and "The reason has at most 1000 bytes" in answer.page.text
    assert answer.page.form(form.action).fields["message"] == "é" * 501 and yanked(registry, crate) == (False, None)
    assert owner.send(form, message="x" * 20000).status_code == 413
    assert owner.send(form, message="").status_code == 303 and yanked(registry, crate) == (True, None)


@pytest.mark.parametrize("what", ["yank", "unyank"])
def test_yank_is_for_owners(registry, anon, stranger, owner, crate, what):
    path = f"/crates/{crate}/1.0.0/{what}"
    assert "must already be an owner to yank or unyank" in closed(registry, anon, stranger, path).page.text
    if what == "unyank":
        assert owner.client.delete(f"/api/v1/crates/{crate}/1.0.0/yank").status_code == 200
    refuses(registry, anon, stranger, owner, path, lambda: yanked(registry, crate))
    for missing in (f"/crates/{crate}/9.9.9/{what}", f"/crates/{crate}-no/1.0.0/{what}"):
        assert owner.get(missing).status_code == 404
        assert owner.send(form_to(owner, missing)).status_code == 404


def test_an_administrator_yanks(registry, boss, owner, crate):
    visitor = Visitor(boss.browser)
    answer = visitor.get(f"/crates/{crate}/1.0.0/yank")
    assert answer.status_code == 200
    answer = visitor.send(answer.page.form(f"/crates/{crate}/1.0.0/yank"), message="malware")
    assert answer.status_code == 303 and yanked(registry, crate) == (True, "malware")
