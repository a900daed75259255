"""Pictures in READMEs: by https alone, or not at all, and no more of the Content-Security-Policy than is needed (contract/web.md 14.4 and 16,
row 4)."""
import pytest

from lib.instance import Instance
from lib.page import Visitor
from lib.registry import Crate

TEXT = """# Pictures

[![built](https://a.example/b.svg)](https://a.example/) ![plain](http://a.example/c.png "title") ![](https://a.example/d.png)

<picture><source media="(prefers-color-scheme: dark)" srcset="https://a.example/dark.png"><source srcset="dark.png">
<img src="https://a.example/e.png" alt="logo" width="10" height="20"></picture>
"""
POLICY = "img-src 'self' data:{};"


@pytest.fixture(scope="module")
def off():
    instance = Instance(settings=["site.readme_images=off"])
    try:
        instance.start()
        instance.alice = instance.user("alice")
        yield instance
    finally:
        instance.remove()


def page(registry, who, name, tab="", text=TEXT):
    """The page, and what of it the README is."""
    crate = Crate(name, package={"readme": "README.md"}, files={"README.md": text, "CHANGELOG.md": text})
    if not tab:
        assert who.token.publish(crate).status_code == 200
        registry.wait(f"/static/readmes/{name}/{name}-1.0.0.html", lambda answer: answer.status_code == 200)
    answer = Visitor(registry.anonymous).get(f"/crates/{name}{tab}")
    return answer, answer.text[answer.text.index('<article class="readme'):answer.text.index("</article>")]


SHOWN = '<img loading="lazy" decoding="async" referrerpolicy="no-referrer" '
REL = 'rel="nofollow noopener noreferrer"'


def test_by_https(registry, alice, new_name):
    name = new_name("pictured")
    for tab in ("", "/changelog"):
        answer, readme = page(registry, alice, name, tab)
        assert POLICY.format(" https:") in answer.headers["Content-Security-Policy"]
        for part in (SHOWN + 'src="https://a.example/b.svg" alt="built">', f'<a href="http://a.example/c.png" {REL}>plain</a>',
                     SHOWN + 'src="https://a.example/d.png" alt="">', 'srcset="https://a.example/dark.png"',
                     SHOWN + 'src="https://a.example/e.png" alt="logo" width="10" height="20">'):
            assert part in readme, part
        assert readme.count("<source") == 1


def test_off(off):
    for tab in ("", "/changelog"):
        answer, readme = page(off, off.alice, "pictured", tab)
        assert POLICY.format("") in answer.headers["Content-Security-Policy"]
        for part in (f'<a href="https://a.example/" {REL}>built</a>', f'<a href="http://a.example/c.png" {REL}>plain</a>',
                     f'<a href="https://a.example/d.png" {REL}>Image</a>', f'<a href="https://a.example/e.png" {REL}>logo</a>'):
            assert part in readme, part
        assert not any(tag in readme for tag in ("<img", "<source", "<picture"))
    stored = off.anonymous.get("/static/readmes/pictured/pictured-1.0.0.html").text
    assert "<img" in stored and "<source" in stored  # the switch needs no new rendering


def test_other_pages_allow_no_other_site(registry, alice, anon, new_name):
    answer, _ = page(registry, alice, name := new_name("wordy"), text="# Words\n\n![unsafe](http://a.example/x.png)\n")
    for path in (f"/crates/{name}", f"/crates/{name}/versions", f"/crates/{name}/security", "/", "/policies", "/users/alice"):
        assert POLICY.format("") in Visitor(anon).get(path).headers["Content-Security-Policy"], path


def test_pages_of_text_follow_the_same_rule(off):
    (off.data / "texts").mkdir(exist_ok=True)
    (off.data / "texts/policies.md").write_text("# Policies\n\n![a seal](https://a.example/seal.png)\n")
    answer = Visitor(off.anonymous).get("/policies")
    assert f'<a href="https://a.example/seal.png" {REL}>a seal</a>' in answer.text
