"""READMEs of people who mean harm: nothing of them runs, nothing is loaded, nothing looks like a part of the site. A breach of the
Content-Security-Policy is a failure too: the sanitizer alone must have been enough."""
import pytest

from conftest import HOSTILE
from lib.census import settled
from lib.steps import publish


@pytest.fixture(scope="module")
def hostile(registry, alice):
    names = {}
    for file in HOSTILE:
        text = file.read_text()
        names[file.stem] = publish(alice, f"hostile-{file.stem}", metadata={"readme": text, "readme_file": "README.md"},
                                   files={"README.md": text}, package={"description": "<script>alert(1)</script> \"'><img src=x onerror=alert(2)>"})
    settled(registry)
    return names


@pytest.mark.parametrize("stem", [file.stem for file in HOSTILE])
def test_hostile_readme(visit, hostile, stem):
    watched = visit()
    watched.go(f"/crates/{hostile[stem]}")
    page = watched.page
    page.mouse.move(600, 500)
    page.wait_for_timeout(200)
    for link in page.locator(".readme a").all():
        href = link.get_attribute("href") or "#"
        assert href.lower().startswith(("http://", "https://", "mailto:", "#", "/")), href
    assert not watched.wrong, watched.wrong
    assert page.url.endswith(f"/crates/{hostile[stem]}"), "nobody was taken elsewhere"
    assert page.locator(".readme script, .readme style, .readme iframe, .readme form, .readme [style], .readme object, .readme embed").count() == 0
    assert page.locator("#q").count() == 1 and page.locator("#main").count() == 1
    assert page.evaluate("document.querySelector('.site-footer') !== null && document.querySelector('main .readme') !== null")
    assert page.evaluate("[...document.querySelectorAll('.readme *')].every(e => ![...e.attributes].some(a => a.name.startsWith('on')))")
