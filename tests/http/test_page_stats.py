"""Pages of downloads (contract/web.md 13.2, P23; 15.3): picture, legend, table and file say the same."""
import csv
import datetime
import gzip
import io
import pathlib
import re
import xml.etree.ElementTree as ElementTree

import pytest

from lib.page import Visitor
from lib.steps import publish

NUMS = ["0.9.0", "1.0.0", "1.1.0", "1.1.1", "1.2.0", "2.0.0-rc.1", "2.0.0+build"]
TODAY = datetime.datetime.utcnow().date()


def day(ago):
    return (TODAY - datetime.timedelta(days=ago)).isoformat()


def count(registry, name, num, ago, downloads):
    registry.sql(f"INSERT INTO version_downloads (version_id, date, downloads) SELECT v.id, '{day(ago)}', {downloads} FROM versions v "
                 f"JOIN crates c ON c.id = v.crate_id WHERE c.name = '{name}' AND v.num = '{num}'")


@pytest.fixture(scope="module")
def crate(registry, alice):
    """Seven versions, and downloads of three days ago and of 200 days ago."""
    name = publish(alice, "counted", *NUMS)
    registry.sql(f"UPDATE crates SET created_us = created_us - 86400000000 * 400 WHERE name = '{name}'")
    for number, num in enumerate(NUMS):
        count(registry, name, num, 3, 1000 * (number + 1))
        count(registry, name, num, 200, 10)
        registry.sql(f"UPDATE versions v JOIN crates c ON c.id = v.crate_id SET v.downloads = {1000 * (number + 1) + 10} "
                     f"WHERE c.name = '{name}' AND v.num = '{num}'")
    registry.sql(f"UPDATE crate_downloads d JOIN crates c ON c.id = d.crate_id SET d.downloads = 28070 WHERE c.name = '{name}'")
    yield name
    # what fsck compares
    registry.sql(f"DELETE d FROM version_downloads d JOIN versions v ON v.id = d.version_id JOIN crates c ON c.id = v.crate_id "
                 f"WHERE c.name = '{name}'; UPDATE versions v JOIN crates c ON c.id = v.crate_id SET v.downloads = 0 WHERE "
                 f"c.name = '{name}'; UPDATE crate_downloads d JOIN crates c ON c.id = d.crate_id SET d.downloads = 0 WHERE c.name = '{name}'")


@pytest.fixture
def visitor(anon):
    return Visitor(anon)


def table(client, path):
    answer = client.get(path)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.reader(io.StringIO(answer.content.decode(), newline="")))


def pictures(answer):
    found = re.findall(r"<svg class=\"(?:chart|bars)\".*?</svg>", answer.text)
    return [ElementTree.fromstring(svg) for svg in found]


def test_page(registry, visitor, crate):
    answer = visitor.get(f"/crates/{crate}/stats")
    assert answer.page.h1 == crate and ("h2", "Downloads") in answer.page.headings and answer.page.title.startswith(f"Downloads of {crate} - ")
    assert "28,070 downloads in all, 28,000 of them in the last 90 days." in answer.page.text
    assert registry.queries(answer) == 6
    chart, bars = pictures(answer)
    assert chart.get("role") == "img" and chart.get("viewBox") == "0 0 720 240"
    assert f"28,000 in all, at most 28,000 a day ({day(3)})." in chart.find("desc").text
    assert bars.find("title").text == "Downloads of versions, of all time" and "2.0.0+build: 7,010" in bars.find("desc").text
    assert len(gzip.compress(answer.content)) < 60 * 1024


def test_the_five_highest_and_the_rest(visitor, crate):
    answer = visitor.get(f"/crates/{crate}/stats")
    rows = table(visitor.client, answer.page.link("CSV"))
    assert rows[0] == ["date", "2.0.0+build", "2.0.0-rc.1", "1.2.0", "1.1.1", "1.1.0", "Other"]
    assert [row for row in rows[1:] if row[1:] != ["0"] * 6] == [[day(3), "7000", "6000", "5000", "4000", "3000", "3000"]]
    assert len(rows) == 91 and rows[-1][0] == day(0)
    for name, total in zip(rows[0][1:], ("7,000", "6,000", "5,000", "4,000", "3,000", "3,000")):
        assert f"{name} {total}" in answer.page.text


def test_same_as_the_api(visitor, anon, crate):
    rows = table(visitor.client, f"/crates/{crate}/stats.csv")
    said = anon.get(visitor.get(f"/crates/{crate}/stats").page.link("JSON")).json()
    assert sum(d["downloads"] for d in said["version_downloads"]) == sum(int(n) for row in rows[1:] for n in row[1:6])
    assert sum(d["downloads"] for d in said["meta"]["extra_downloads"]) == sum(int(row[6]) for row in rows[1:])


@pytest.mark.parametrize("days, points, total", [("30", 30, 28000), ("90", 90, 28000), ("365", 53, 28070), ("all", 58, 28070)])
def test_ranges(visitor, crate, days, points, total):
    rows = table(visitor.client, f"/crates/{crate}/stats.csv?range={days}")
    assert (len(rows) - 1, sum(int(n) for row in rows[1:] for n in row[1:])) == (points, total)
    answer = visitor.get(f"/crates/{crate}/stats?range={days}")
    assert answer.page.metas["robots"] == "noindex" and f"range={days}" in answer.page.link("CSV")


def test_by_compatible_range(registry, visitor, crate):
    answer = visitor.get(f"/crates/{crate}/stats?by=range")
    assert registry.queries(answer) == 5
    rows = table(visitor.client, answer.page.link("CSV"))
    assert rows[0] == ["date", "2.x", "1.x", "0.9", "Pre-releases"]
    assert [row for row in rows[1:] if row[1:] != ["0"] * 4] == [[day(3), "7000", "14000", "1000", "6000"]]


def test_stacked_or_lines(visitor, crate):
    answer = visitor.get(f"/crates/{crate}/stats?range=30")
    lines = answer.page.link("lines")
    assert lines == "?range=30&chart=lines#downloads"
    classes = [path.get("class") for path in pictures(visitor.get(f"/crates/{crate}/stats{lines.split('#')[0]}"))[0].iter("path")]
    assert [c for c in classes if c and c.startswith("line ")] == [f"line s{i}" for i in range(5, -1, -1)]


def test_one_version(registry, visitor, crate):
    answer = visitor.get(f"/crates/{crate}/2.0.0+build/stats")
    assert ("h2", "Downloads of 2.0.0+build") in answer.page.headings
    assert "7,010 downloads in all, 0 of them in the last 90 days." in answer.page.text  # it came after those
    assert registry.queries(answer) == 3
    assert visitor.get(f"/crates/{crate}/2.0.0%2Bbuild/stats").page.headings == answer.page.headings


def test_nothing_yet(registry, alice, visitor, new_name):
    name = publish(alice, new_name("fresh"))
    answer = visitor.get(f"/crates/{name}/stats")
    assert "0 downloads in all" in answer.page.text
    assert len(table(visitor.client, f"/crates/{name}/stats.csv")) == 3  # from the day before it came
    assert registry.queries(answer) == 5


def test_huge_figures(registry, alice, visitor, new_name):
    name = publish(alice, new_name("huge"), "1.0.0", "1.0.1")
    for num in ("1.0.0", "1.0.1"):
        count(registry, name, num, 0, 2**64 - 1)
    registry.sql(f"UPDATE versions v JOIN crates c ON c.id = v.crate_id SET v.downloads = {2**64 - 1} WHERE c.name = '{name}'")
    answer = visitor.get(f"/crates/{name}/stats")
    assert answer.status_code == 200 and "18,446,744,073,709,551,615" in answer.page.text
    assert len(pictures(answer)) == 2


def test_nothing_was_downloaded(alice, visitor, new_name):
    answer = visitor.get(f"/crates/{publish(alice, new_name('unasked'))}/stats")
    assert not pictures(answer) and "No downloads were counted in this time." in answer.page.text


@pytest.mark.parametrize("query", ["range=7", "range=", "range=-1", "by=x", "chart=pie", "chart=", "range=30&range=30", "by=%00"])
def test_nothing_else(visitor, crate, query):
    for path in (f"/crates/{crate}/stats", f"/crates/{crate}/stats.csv", f"/crates/{crate}/1.0.0/stats"):
        assert visitor.client.get(f"{path}?{query}").status_code == 400


@pytest.mark.parametrize("path", ["/crates/no-such-crate/stats", "/crates/no-such-crate/stats.csv", "/crates/counted/9.9.9/stats"])
def test_not_there(anon, crate, path):
    assert anon.get(path).status_code == 404


# ---- the colours of the series, by the style sheet (contract/web.md 15.3 and 14.3)

def luminance(colour):
    digits = colour.lstrip("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    parts = [int(digits[i:i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_series_stand_out_in_both_themes():
    """WCAG 1.4.11: 3:1 against what is behind them; that they differ from each other is for the dashes to say."""
    css = (pathlib.Path(__file__).resolve().parents[2] / "templates/assets/site.css").read_text()
    themes = [dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{3,6})", block)) for block in re.findall(r"{[^{}]*--s0:[^{}]*}", css)]
    assert len(themes) == 3  # light, dark by the system, dark by choice
    for theme in themes:
        for series in (f"s{i}" for i in range(6)):
            for behind in ("panel", "bg"):
                lighter, darker = sorted((luminance(theme[series]), luminance(theme[behind])), reverse=True)
                assert (lighter + 0.05) / (darker + 0.05) >= 3, (series, behind)
