"""What all pages have in common: headers, errors, the theme, forms that another site sends."""
import gzip

import pytest

from lib.instance import BUILD
from lib.page import FORM_TYPE, Page, Visitor


@pytest.fixture
def visitor(anon):
    return Visitor(anon)


def test_an_error_is_a_page_for_browsers_and_json_for_programs(anon, visitor):
    answer = visitor.get("/no/such/page")
    assert answer.status_code == 404 and answer.page.h1 == "Page not found"
    assert answer.page.title == "Page not found - Cratehouse"
    assert answer.sent_id in answer.page.text
    assert answer.page.has_form("/search")
    assert answer.page.metas["robots"] == "noindex"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert anon.get("/no/such/page").json() == {"errors": [{"detail": "Not Found"}]}
    assert anon.get("/api/v1/nothing", headers={"Accept": "text/html"}).json() == {"errors": [{"detail": "Not Found"}]}


def test_a_page_about_nothing_greets_who_is_signed_in(registry, alice, visitor):
    assert visitor.get("/no/such/page").page.has_link("/login?return_to=%2Fno%2Fsuch%2Fpage")
    for path, status in (("/no/such/page", 404), ("/theme", 405), ("/crates/no-such-crate-here", 404)):
        answer = Visitor(alice.browser).get(path)
        assert answer.status_code == status and answer.page.has_link("/dashboard"), path
    assert registry.queries(Visitor(alice.browser).get("/no/such/page")) == 1


@pytest.mark.parametrize("path,target", [
    ("/svelte", "/"), ("/svelte/", "/"), ("/svelte/crates/a?sort=new&x=%2F", "/crates/a?sort=new&x=%2F"), ("/svelte//evil.example/", "/evil.example"),
    ("/svelte/%2F%2Fevil.example", "/%2F%2Fevil.example"), ("/svelte/a%0D%0AX:%20y", "/a%0D%0AX:%20y")])
def test_addresses_of_the_front_end_that_moved(registry, visitor, path, target):
    answer = visitor.get(path)
    assert answer.status_code == 307 and answer.headers["Location"].removeprefix(registry.url) == target and "X" not in answer.headers


def test_headers_of_pages(visitor):
    headers = visitor.get("/no/such/page").headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'; connect-src 'self'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "Permissions-Policy" in headers and "Access-Control-Allow-Origin" not in headers
    assert "Cookie" in headers["Vary"]


def test_other_methods_are_told_which_there_are(visitor):
    answer = visitor.get("/theme")
    assert answer.status_code == 405 and answer.headers["Allow"] == "POST"
    assert answer.page.h1 == "Nothing can be done here in that way"


def test_theme_by_a_form(registry, visitor):
    form = visitor.get("/no/such/page?x=1").page.form("/theme")
    assert form.fields["return_to"] == "/no/such/page?x=1"
    answer = visitor.send(form, theme="dark")
    assert answer.status_code == 303 and answer.headers["Location"] == "/no/such/page?x=1"
    assert "HttpOnly" in answer.headers["Set-Cookie"] and "SameSite=Lax" in answer.headers["Set-Cookie"]
    assert registry.queries(answer) == 0
    assert 'data-theme="dark"' in visitor.follow(answer).text
    answer = visitor.send(form, theme="system")
    assert "data-theme" not in visitor.follow(answer).text


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example/", "/\\evil.example", "", "/a\nb", "x"])
def test_a_form_leads_back_to_this_site_alone(visitor, where):
    form = visitor.get("/no").page.form("/theme")
    assert visitor.send(form, theme="dark", return_to=where).headers["Location"] == "/"


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
                                     {"Origin": "https://evil.example"}, {"Origin": "null"}])
def test_forms_of_other_sites_are_refused(visitor, headers):
    form = visitor.get("/no").page.form("/theme")
    answer = visitor.send(form, headers=headers, theme="dark")
    assert answer.status_code == 403 and "not sent from a page of this site" in answer.page.text
    assert "Set-Cookie" not in answer.headers


def test_a_form_is_a_form(anon):
    for body, kind, status in ((b"{}", "application/json", 415), (b"theme=dark", None, 415),
                               (b"theme=" + b"x" * 9000, FORM_TYPE, 413), (b"theme=%00", FORM_TYPE, 400),
                               (b"&".join(b"a%d=" % i for i in range(1001)), FORM_TYPE, 400)):
        answer = anon.post("/theme", body, headers={"Content-Type": kind})
        assert answer.status_code == status, (body[:20], answer.text)
        Page(answer)


def test_assets_are_files_that_may_be_kept(anon):
    for path in sorted((BUILD / "assets").iterdir()):
        answer = anon.get(f"/assets/{path.name}", headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200 and answer.content == path.read_bytes()
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert ("Content-Encoding" in answer.headers) == (path.suffix in (".css", ".js", ".svg") and path.stat().st_size > 256)
    assert anon.get("/assets/").status_code == 404 and anon.get("/assets/no.css").status_code == 404


def test_assets_are_small():
    most = {".css": 14 << 10, ".js": 10 << 10, ".svg": 6 << 10, ".ico": 6 << 10, ".png": 40 << 10}  # contract/web.md 14.2
    for path in (BUILD / "assets").iterdir():
        assert len(gzip.compress(path.read_bytes())) <= most[path.suffix], path.name
