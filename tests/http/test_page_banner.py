"""What stands at the top of every page: contract/web.md W010 to W012, P82 and 2 "Site banner"."""
import datetime
import time

import pytest

from lib.instance import Instance
from lib.page import Form, Visitor

NOTICE = "read-only at the moment"


@pytest.fixture(scope="module")
def site():
    instance = Instance(settings=["server.max_requests=0", "server.workers=2", "server.banner=Of the configuration"])
    try:
        instance.start()
        instance.boss = instance.user("boss", admin=True)
        instance.alice = instance.user("alice")
        yield instance
    finally:
        instance.remove()


@pytest.fixture
def visitor(site):
    yield Visitor(site.boss.browser)
    site.sql("DELETE FROM banners")


def in_an_hour():
    return (datetime.datetime.utcnow() + datetime.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")


def put(visitor, **fields):
    form = visitor.get("/admin/banner").page.form("/admin/banner")
    form.fields.pop("preview", None)
    return visitor.send(form, **{"kind": "info", "message": "Hello <b>readers</b>", "until": "", **fields})


def everywhere(site, ready, path="/", seconds=90):
    """Waits until pages of all workers are so: until what the slowest one knows has run out."""
    end, good = time.time() + seconds, 0
    while good < 10:
        answer = Visitor(site.anonymous).get(path)
        good = good + 1 if ready(answer.page) else 0
        assert time.time() < end, answer.page.text[:500]
        if not good:
            time.sleep(0.5)


def banner_message(site):
    return site.anonymous.get("/api/v1/site_metadata").json()["banner_message"]


def audit(site, action):
    return [row[0] for row in site.sql(f"SELECT detail FROM audit WHERE action = '{action}' AND actor = 'boss' ORDER BY id")]


def test_a_banner_is_looked_at_set_and_taken_down(site, visitor):
    everywhere(site, lambda page: "Of the configuration" in page.text)
    until, before, removed = in_an_hour(), audit(site, "banner_set"), audit(site, "banner_remove")
    # a preview sets nothing
    answer = put(visitor, preview="yes", until=until)
    assert answer.status_code == 200 and "Hello <b>readers</b>" in answer.page.text and "Preview" in answer.page.text
    form = answer.page.form("/admin/banner")
    assert (form.fields["kind"], form.fields["message"], form.fields["until"]) == ("info", "Hello <b>readers</b>", until)
    assert site.sql("SELECT COUNT(*) FROM banners") == [["0"]] and audit(site, "banner_set") == before
    # it is set
    form.fields.pop("preview", None)
    answer = visitor.send(form)
    assert answer.status_code == 303 and "The banner is set" in visitor.follow(answer).page.text
    (detail,) = audit(site, "banner_set")[len(before):]
    assert "Hello" in detail and f'"until":"{until}:00' in detail
    page = visitor.get("/admin/banner").page
    assert "by boss" in page.text and page.link("Edit info") == "/admin/banner?kind=info"
    everywhere(site, lambda page: "Hello <b>readers</b>" in page.text and "Of the configuration" not in page.text)
    everywhere(site, lambda page: "Hello <b>readers</b>" in page.text, path="/crates/nothing-here")
    everywhere(site, lambda page: "Hello <b>readers</b>" in page.text, path="/policies")
    assert banner_message(site) == "Hello <b>readers</b>"
    # it is changed
    form = visitor.get("/admin/banner?kind=info").page.form("/admin/banner")
    assert (form.fields["message"], form.fields["until"]) == ("Hello <b>readers</b>", until)
    # it is taken down
    form = page.form("/admin/banner/remove")
    assert "The banner is taken down." in visitor.follow(visitor.send(form)).page.text
    assert audit(site, "banner_remove") == [*removed, '{"kind":"info"}']
    everywhere(site, lambda page: "Of the configuration" in page.text and "Hello" not in page.text)
    assert "There was no such banner." in visitor.follow(visitor.send(form)).page.text
    assert len(audit(site, "banner_remove")) == len(removed) + 1 and banner_message(site) == "Of the configuration"


def test_one_of_each_kind_the_most_urgent_first(site, visitor):
    for kind in ("info", "problem", "warning"):
        assert put(visitor, kind=kind, message=f"There is a {kind}").status_code == 303
    everywhere(site, lambda page: all(f"There is a {kind}" in page.text for kind in ("problem", "warning", "info")))
    text = Visitor(site.anonymous).get("/").page.text
    assert text.index("a problem") < text.index("a warning") < text.index("a info") and "Of the configuration" not in text
    assert banner_message(site) == "There is a problem"
    assert put(visitor, kind="problem", message="Another problem").status_code == 303
    assert site.sql("SELECT message FROM banners ORDER BY kind") == [["Another problem"], ["There is a warning"], ["There is a info"]]


def test_it_ends(site, visitor):
    assert put(visitor, message="For a while", until=in_an_hour()).status_code == 303
    everywhere(site, lambda page: "For a while" in page.text)
    site.sql("UPDATE banners SET until_us = 1")
    everywhere(site, lambda page: "For a while" not in page.text and "Of the configuration" in page.text)
    assert "over" in visitor.get("/admin/banner").page.text


def test_it_is_put_away_until_the_text_changes(site, visitor):
    """W011, without JavaScript: a form and a cookie."""
    assert put(visitor, message="Put me away", kind="warning").status_code == 303
    everywhere(site, lambda page: "Put me away" in page.text)
    form = next(f for f in Visitor(site.anonymous).get("/policies?x=1").page.forms if f.action == "/banner/dismiss")
    assert form.fields["return_to"] == "/policies?x=1" and "form_token" not in form.fields
    answer = Visitor(site.anonymous).send(form)
    assert answer.status_code == 303 and answer.headers["Location"] == "/policies?x=1"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"cratehouse-banner={form.fields['id']};") and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert "Max-Age=31536000" in cookie
    sent = {"Cookie": cookie.split(";")[0]}
    for path in ("/", "/policies", "/crates/nothing-here"):
        answer = Visitor(site.anonymous).get(path, headers=sent)
        assert "Put me away" not in answer.page.text and "Of the configuration" in answer.page.text  # only that one
    assert "Cookie" in answer.headers["Vary"]
    first, second = (Visitor(site.anonymous).get("/", headers=h).headers["ETag"] for h in ({}, sent))
    assert first != second
    assert banner_message(site) == "Put me away"
    assert put(visitor, message="Put me away too", kind="warning").status_code == 303
    end = time.time() + 90
    while "Put me away too" not in Visitor(site.anonymous).get("/", headers=sent).page.text:
        assert time.time() < end
        time.sleep(0.5)
    # a second one is put away beside the first, which stays so
    form = next(f for f in Visitor(site.anonymous).get("/", headers=sent).page.forms if f.action == "/banner/dismiss")
    both = Visitor(site.anonymous).send(form, headers=sent).headers["Set-Cookie"].split(";")[0]
    assert both == f"cratehouse-banner={form.fields['id']}.{sent['Cookie'].split('=')[1]}"


@pytest.mark.parametrize("cookie", ["x", "." * 500, "a" * 4000, "0123456789abcdef." * 300])
def test_a_cookie_of_somebody_else(site, visitor, cookie):
    everywhere(site, lambda page: "Of the configuration" in page.text)
    sent = {"Cookie": f"cratehouse-banner={cookie}"}
    assert "Of the configuration" in Visitor(site.anonymous).get("/", headers=sent).page.text
    form = next(f for f in Visitor(site.anonymous).get("/", headers=sent).page.forms if f.action == "/banner/dismiss")
    set_cookie = Visitor(site.anonymous).send(form, headers=sent).headers["Set-Cookie"].split(";")[0]
    ids = set_cookie.split("=")[1].split(".")
    assert len(ids) <= 8 and ids[0] == form.fields["id"] and all(len(i) == 16 for i in ids)
    for wrong in ("", "x", "0" * 17, "g" * 16):
        assert "Set-Cookie" not in Visitor(site.anonymous).send(form, id=wrong).headers
    assert Visitor(site.anonymous).send(form, return_to="//elsewhere.example").headers["Location"] == "/"
    answer = Visitor(site.anonymous).send(form, headers={"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403 and "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("fields, field, words", [
    ({"message": ""}, "message", "Enter the text"), ({"message": "x" * 501}, "message", "The text is too long"),
    ({"message": "a\nb"}, "message", "must be one line"), ({"kind": "party"}, "kind", "Choose a kind"),
    ({"until": "tomorrow"}, "until", "Enter a time"), ({"until": "2027-02-31T12:30"}, "until", "Enter a time"),
    ({"until": "2020-01-01T12:30"}, "until", "That time is over already"),
])
def test_refused(site, visitor, fields, field, words):
    for more in ({}, {"preview": "yes"}):
        answer = put(visitor, **fields, **more)
        assert answer.status_code == 422 and words in answer.page.text
        if field != "kind":
            assert answer.page.form("/admin/banner").fields[field].replace("\r\n", "\n") == fields[field]
    assert site.sql("SELECT COUNT(*) FROM banners") == [["0"]]


def test_longest(site, visitor):
    assert put(visitor, message="\N{CRAB}" * 500).status_code == 303
    everywhere(site, lambda page: "\N{CRAB}" * 500 in page.text)


def test_for_administrators_alone(site, visitor):
    assert put(visitor, message="As it was").status_code == 303
    page = visitor.get("/admin/banner").page
    for form, fields in ((page.form("/admin/banner"), {"kind": "problem", "message": "m"}), (page.form("/admin/banner/remove"), {})):
        for client, status in ((site.anonymous, 401), (site.alice.browser, 403)):
            assert Visitor(client).get("/admin/banner").status_code == status
            assert Visitor(client).send(form, **fields).status_code == status
        assert visitor.send(form, form_token="x", **fields).status_code == 403
        assert visitor.send(form, headers={"Origin": "https://elsewhere.example"}, **fields).status_code == 403
    assert site.sql("SELECT message FROM banners") == [["As it was"]]
    assert visitor.get("/admin/banner?kind=party").status_code == 400
    assert visitor.send(page.form("/admin/banner/remove"), kind="party").status_code == 400
    gone = Form({"action": "/admin/banner/remove", "method": "post"})
    gone.fields = {"form_token": page.form("/admin/banner").fields["form_token"]}
    assert visitor.send(gone).status_code == 400


def test_a_page_costs_no_query_for_it(site, visitor):
    """What a worker knows is read again beside the requests."""
    numbers = {site.queries(site.anonymous.get("/keywords")) for _ in range(10)}
    assert len(numbers) == 1
