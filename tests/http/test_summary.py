"""The front page's figures (contract/api.md 28), and what anybody may see of users and teams (21, 24)."""
import pytest

from lib.registry import detail
from lib.steps import publish, user_id

LISTS = ["new_crates", "most_downloaded", "most_recently_downloaded", "just_updated"]


@pytest.fixture
def crates(registry, alice, new_name):
    """One that is new, one that was updated, one with downloads and one with recent ones."""
    names = [publish(alice, new_name("summary")) for _ in range(4)]
    publish(alice, names[1], "1.1.0")
    where = "crate_id = (SELECT id FROM crates WHERE name = '{}')"
    registry.sql("UPDATE crate_downloads SET downloads = 1000000 WHERE " + where.format(names[2]))
    registry.sql("UPDATE recent_crate_downloads SET downloads = 2000000 WHERE " + where.format(names[3]))
    yield names
    registry.sql("UPDATE crate_downloads SET downloads = 0 WHERE " + where.format(names[2]))
    registry.sql("UPDATE recent_crate_downloads SET downloads = NULL WHERE " + where.format(names[3]))


def test_summary(registry, anon, crates):
    answer = anon.get("/api/v1/summary")
    assert answer.headers["Cache-Control"] == "public, max-age=15"
    summary = answer.json()
    assert list(summary) == ["num_downloads", "num_crates", *LISTS, "popular_keywords",
                             "popular_categories"]
    assert [str(summary["num_downloads"]), str(summary["num_crates"])] == registry.sql(
        "SELECT total_downloads, (SELECT COUNT(*) FROM crates) FROM metadata")[0]
    assert [c["name"] for c in summary["new_crates"][:4]] == crates[::-1]
    assert summary["most_downloaded"][0]["name"] == crates[2]
    assert summary["most_downloaded"][0]["recent_downloads"] is None
    assert summary["most_recently_downloaded"][0]["name"] == crates[3]
    assert summary["most_recently_downloaded"][0]["downloads"] == 2000000  # never less than the recent ones
    assert summary["just_updated"][0]["name"] == crates[1]
    assert summary["just_updated"][0]["max_version"] == "1.1.0"
    assert all(len(summary[name]) <= 10 for name in (*LISTS, "popular_keywords"))
    counts = [c["crates_cnt"] for c in summary["popular_categories"]]
    assert len(counts) == 10 and counts == sorted(counts, reverse=True)


def test_queries(registry, anon, crates):
    assert registry.queries(anon.get("/api/v1/summary")) == 4


def test_user(registry, anon, alice):
    answer = anon.get("/api/v1/users/ALICE")
    user = answer.json()["user"]
    assert list(user) == ["id", "login", "name", "avatar", "url", "github_username_matches", "created_at"]
    assert (user["login"], user["name"], user["url"]) == ("alice", "Alice", "https://github.com/alice")
    assert registry.queries(answer) == 1
    for login in ("nobody-here", "alice@example.test", "%F0%9F%A6%80"):
        answer = anon.get(f"/api/v1/users/{login}")
        assert (answer.status_code, detail(answer)) == (404, "Not Found")


def test_user_spellings(registry, anon):
    registry.user("Two-Names")
    assert anon.get("/api/v1/users/two_names").json()["user"]["login"] == "Two-Names"


def test_stats(registry, anon, bob, new_name):
    name = publish(bob, new_name("stats"))
    where = f"crate_id = (SELECT id FROM crates WHERE name = '{name}')"
    registry.sql(f"UPDATE crate_downloads SET downloads = 77 WHERE {where}")
    path = f"/api/v1/users/{user_id(registry, 'bob')}/stats"
    before = anon.get(path).json()
    assert list(before) == ["total_downloads"] and before["total_downloads"] >= 77
    registry.sql(f"UPDATE crate_owners SET deleted = 1 WHERE {where}")
    assert anon.get(path).json()["total_downloads"] == before["total_downloads"] - 77
    registry.sql(f"UPDATE crate_owners SET deleted = 0 WHERE {where}")
    registry.sql(f"UPDATE crate_downloads SET downloads = 0 WHERE {where}")
    for nobody in ("99999999", "0", "-5", "+7777777"):
        assert anon.get(f"/api/v1/users/{nobody}/stats").json() == {"total_downloads": 0}
    assert registry.queries(anon.get(path)) == 1


@pytest.mark.parametrize("wrong", ["alice", "2147483648", "1.5", "-2147483649", "+", "+-1", "99999999999999999999"])
def test_stats_of_no_number(anon, wrong):
    answer = anon.get(f"/api/v1/users/{wrong}/stats")
    assert (answer.status_code, detail(answer)) == (400, f"Invalid URL: Cannot parse `{wrong}` to a `i32`")


def test_team(registry, anon):
    registry.sql("INSERT INTO teams (login, github_id, org_id, name) VALUES ('github:org:crew', 71, 72, 'The crew')")
    answer = anon.get("/api/v1/teams/github:org:crew")
    team = answer.json()["team"]
    assert list(team) == ["id", "login", "name", "avatar", "url"]
    assert list(team.values())[1:] == ["github:org:crew", "The crew", None, "https://github.com/org"]
    assert registry.queries(answer) == 1
    for login in ("github:org:Crew", "github:org", "nobody"):
        answer = anon.get(f"/api/v1/teams/{login}")
        assert (answer.status_code, detail(answer)) == (404, "Not Found")
