"""What each read may cost in queries: the same of a crate with much as of one with little. (Routes of an account hold theirs
in their own tests.)"""
import pytest

from lib.steps import make_owner, publish

# Path below the crate, and how many queries it takes: at the most, where it depends on what there is.
OF_A_CRATE = {
    "": 5,
    "?include=": 1,
    "?include=versions": 4,
    "?include=default_version,downloads": 3,
    "/versions": 4,
    "/versions?per_page=2": 5,
    "/versions?per_page=2&sort=date&include=release_tracks": 5,
    "/1.0.0": 3,
    "/1.0.0/dependencies": 3,
    "/1.0.0/downloads": 3,
    "/1.0.0/readme": 0,
    "/1.0.0/authors": 0,
    "/1.0.0/download": 0,
    "/downloads": 4,
    "/downloads?include=versions": 7,
    "/reverse_dependencies": 4,
    "/reverse_dependencies?per_page=2": 4,
    "/owners": 2,
    "/owner_user": 2,
    "/owner_team": 2,
}
OTHERS = {
    "/api/v1/crates": 3,
    "/api/v1/crates?sort=downloads": 3,
    "/api/v1/crates?sort=recent-downloads": 3,
    "/api/v1/crates?sort=recent-updates&per_page=100": 3,
    "/api/v1/crates?sort=new&page=2&per_page=3": 3,
    "/api/v1/crates?keyword=costly": 4,
    "/api/v1/crates?all_keywords=costly+dear": 4,
    "/api/v1/crates?category=science": 4,
    "/api/v1/crates?letter=c": 4,
    "/api/v1/crates?user_id=1": 4,
    "/api/v1/crates?q=costs": 10,
    "/api/v1/crates?q=costs+much+more+than+others": 10,
    "/api/v1/crates?q=cos": 10,
    "/api/v1/crates?q=co": 5,
    "/api/v1/crates?q=costs&keyword=costly": 8,
    "/api/v1/crates?q=costs&sort=downloads": 10,
    "/api/v1/keywords": 2,
    "/api/v1/keywords?sort=crates&page=2&per_page=1": 2,
    "/api/v1/keywords/costly": 1,
    "/api/v1/categories": 1,
    "/api/v1/categories/science": 1,
    "/api/v1/category_slugs": 1,
    "/api/v1/users/alice": 1,
    "/api/v1/summary": 4,
    "/api/v1/site_metadata": 0,
    "/api/openapi.json": 0,
}


@pytest.fixture(scope="module")
def crates(registry, alice, bob):
    """One with little; one with twelve versions, a second owner and six dependents, each with some dependencies."""
    small, large = "costs-small", "costs-large"
    publish(alice, small)
    publish(alice, large, *(f"1.{minor}.0" for minor in range(12)),
            package={"keywords": ["costly", "dear"], "categories": ["science", "database"]})
    make_owner(registry, alice, bob, large)
    for number in range(6):
        publish(bob, f"costs-dependent-{number}", tables={"dependencies": {large: "1", small: "1"}},
                package={"keywords": ["costly"]})
    return small, large


@pytest.mark.parametrize("path,most", OF_A_CRATE.items())
def test_of_a_crate(registry, anon, crates, path, most):
    for name in crates:
        answer = anon.get(f"/api/v1/crates/{name}{path}")
        assert answer.status_code in (200, 302)
        assert registry.queries(answer) <= most, name


@pytest.mark.parametrize("path,most", OTHERS.items())
def test_of_the_others(registry, anon, crates, path, most):
    answer = anon.get(path)
    assert answer.status_code == 200
    assert registry.queries(answer) <= most


def test_what_is_not_there(registry, anon, crates):
    for path, most in (("costs-none", 1), ("costs-none/versions", 1), ("costs-small/9.9.9", 2), ("costs-none/1.0.0/downloads", 1),
                       ("costs-none/reverse_dependencies", 1), ("costs-none/owners", 1)):
        answer = anon.get(f"/api/v1/crates/{path}")
        assert answer.status_code == 404 and registry.queries(answer) <= most, path
