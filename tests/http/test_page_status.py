"""The page of the registry's state, and that of the slugs of categories."""
import os
import re
import signal

import pytest

from lib.census import settled
from lib.instance import Instance
from lib.page import Visitor

DAY = 86400 * 10**6


@pytest.fixture
def visitor(anon):
    return Visitor(anon)


def row_of(answer, job):
    rows = re.findall(r"<tr>\s*<th scope=\"row\">(.*?)</th>(.*?)</tr>", answer.text, re.S)
    return re.sub(r"<[^>]*>", "|", dict(rows)[job])


def test_status(registry, visitor):
    registry.wait("/status", lambda answer: "sweep" in answer.text)
    settled(registry)
    answer = visitor.get("/status")
    assert answer.status_code == 200 and answer.page.h1 == "Status"
    assert "Everything works." in answer.page.text and re.search(r"Version\s*Cratehouse \d+\.\d+\.\d+", answer.page.text)
    assert "behind a system-call filter" in answer.page.text
    assert "6 hours" in row_of(answer, "sweep") and "fresh" in row_of(answer, "sweep")
    assert registry.queries(answer) == 2


def test_what_is_late(registry, visitor):
    registry.wait("/status", lambda answer: "sweep" in answer.text)
    settled(registry)
    before = registry.sql("SELECT done_us FROM job_schedule WHERE name = 'sweep'")[0][0]
    registry.sql(f"UPDATE job_schedule SET done_us = done_us - {DAY} WHERE name = 'sweep'")
    try:
        answer = visitor.get("/status")
        assert "late" in row_of(answer, "sweep") and "fresh" in row_of(answer, "sync_crates_feed")
        assert "Some work in the background is late" in answer.page.text
    finally:
        registry.sql(f"UPDATE job_schedule SET done_us = {before} WHERE name = 'sweep'")


def test_before_anything_was_scheduled():
    """Without a job runner; and read-only, which is said as well."""
    instance = Instance(settings=["server.job_runners=0", "server.read_only=true"])
    try:
        answer = Visitor(instance.start().anonymous).get("/status")
        assert "No work was scheduled yet" in answer.page.text and "read-only at the moment" in answer.page.text
    finally:
        instance.remove()


def test_category_slugs(registry, visitor):
    answer = visitor.get("/category_slugs")
    assert answer.page.h1 == "Category slugs" and registry.queries(answer) == 1
    assert answer.page.has_link("/categories/development-tools::cargo-plugins")
    slugs = [row[0] for row in registry.sql("SELECT slug FROM categories ORDER BY slug")]
    assert re.findall(r"<dt><a href=\"[^\"]*\"><code>(.*?)</code>", answer.text) == slugs


def test_without_a_database():
    """What one looks for then is said then; pages of text and files need none."""
    instance = Instance()
    try:
        visitor = Visitor(instance.start().anonymous)
        visitor.get("/status")
        os.kill(instance.pid("mariadbd"), signal.SIGTERM)
        instance.wait("/status", lambda answer: answer.status_code == 503, seconds=60)
        answer = visitor.get("/status")
        assert answer.status_code == 503 and "The database does not answer" in answer.page.text
        for path in ("/policies", "/docs/rate-limits", "/robots.txt", "/opensearch.xml"):
            assert instance.anonymous.get(path).status_code == 200
    finally:
        instance.remove()
