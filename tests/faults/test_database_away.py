"""MariaDB goes away and comes back: a clear 503 meanwhile, no worker dies of it, nothing is half there, and what needs no
database goes on."""
import signal

import pytest

from lib.faults import DatabaseProxy, Later, Session, already_uploaded, refused, wait
from lib.registry import Crate, index_path


@pytest.fixture(scope="module")
def settings():
    return {"workers": 2}


@pytest.fixture(autouse=True)
def present(faulty):
    """The database is back after each test, whatever became of it."""
    yield
    try:
        faulty.sql("SELECT 1")
    except AssertionError:
        faulty.start_database()


@pytest.fixture
def published(alice, fresh):
    crate = Crate(fresh())
    assert alice.token.publish(crate).status_code == 200
    return crate


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_away_and_back(faulty, alice, published, fresh, number):
    name, workers = published.name, faulty.children()
    crate_path, index = f"/static/crates/{name}/{name}-1.0.0.crate", "/index/" + index_path(name)
    before = faulty.anonymous.get(index)
    faulty.kill_database(number)
    for _ in range(3):  # so that each worker finds out
        refused(faulty.anonymous.get(f"/api/v1/crates/{name}"))
        refused(faulty.anonymous.get("/api/v1/crates?q=x"))
        refused(alice.browser.get("/api/v1/me/crate_owner_invitations"))
        refused(alice.token.publish(Crate(name, "1.1.0")))
        refused(alice.token.delete(f"/api/v1/crates/{name}/1.0.0/yank"))
        again = faulty.anonymous.get(index)
        assert (again.status_code, again.content, again.headers["ETag"]) == (200, before.content, before.headers["ETag"])
        assert faulty.anonymous.get(index, headers={"If-None-Match": before.headers["ETag"]}).status_code == 304
        assert faulty.anonymous.get(crate_path).content == published.archive
        assert faulty.anonymous.get("/index/config.json").status_code == 200
        assert faulty.anonymous.get("/api/v1/site_metadata").status_code == 200
    assert faulty.children() == workers
    assert faulty.scraps() == set()
    faulty.start_database()
    # Each worker comes back by itself, at its next request: none is lost, none is told to wait any longer.
    for n in range(6):
        assert faulty.anonymous.get(f"/api/v1/crates/{name}").status_code == 200
    assert alice.token.publish(Crate(name, "1.1.0")).status_code == 200
    assert faulty.children() == workers
    assert set(faulty.versions(name)) == {"1.0.0", "1.1.0"}
    faulty.prove(name)


def test_connections_lost_while_nobody_asked(faulty, alice, published):
    """A restart between two requests is not noticed by anybody."""
    workers = faulty.children()
    faulty.kill_database(signal.SIGTERM)
    faulty.start_database()
    for _ in range(4):
        assert alice.browser.get("/api/v1/me/crate_owner_invitations").status_code == 200
    assert alice.token.publish(Crate(published.name, "1.1.0")).status_code == 200
    assert faulty.children() == workers


def test_away_before_the_answer(faulty, alice, fresh):
    """Published and visible: a client that heard of a failure would try again, and be refused."""
    crate = Crate(fresh())
    faulty.order("publish.before-answer", "hold")
    answer = Later(alice.token.publish, crate)
    faulty.held()
    faulty.kill_database()
    faulty.let_go()
    assert answer.result().status_code == 200, answer.result().text
    assert answer.result().json() == {"warnings": {"invalid_categories": [], "invalid_badges": [], "other": []}}
    assert faulty.lines(crate.name) == {"1.0.0": (crate.checksum, False)}
    faulty.start_database()
    faulty.prove(crate.name)


def stands_in_transaction(faulty, alice, crate, step):
    faulty.order(step, "hold")
    answer = Later(alice.token.publish, crate)
    return faulty.held(), answer


@pytest.mark.parametrize("step", ["publish.tx-crate", "publish.tx-derived", "publish.tx-jobs"])
def test_publish_in_flight_is_nothing(faulty, alice, published, step):
    crate = Crate(published.name, "1.1.0")
    pid, answer = stands_in_transaction(faulty, alice, crate, step)
    faulty.kill_database()
    faulty.let_go()
    refused(answer.result())
    assert pid in faulty.children()
    assert faulty.scraps() == set()
    faulty.start_database()
    assert set(faulty.versions(crate.name)) == set(faulty.lines(crate.name)) == {"1.0.0"}
    faulty.prove(crate.name)
    assert alice.token.publish(crate).status_code == 200
    faulty.prove(crate.name)


@pytest.mark.parametrize("step", ["publish.tx-crate", "publish.tx-derived"])
def test_publish_in_flight_is_done_again_by_itself(faulty, alice, published, step):
    """The database is back before the worker asks it again: the transaction runs once more, from its beginning."""
    crate = Crate(published.name, "1.1.0")
    pid, answer = stands_in_transaction(faulty, alice, crate, step)
    faulty.kill_database()
    faulty.start_database()
    faulty.let_go()
    assert answer.result().status_code == 200, answer.result().text
    assert pid in faulty.children()
    faulty.prove(crate.name)
    assert set(faulty.versions(crate.name)) == {"1.0.0", "1.1.0"}


def test_away_after_the_commit(faulty, alice, published):
    """It is published, whatever could be said about it; the job makes it seen."""
    crate = Crate(published.name, "1.1.0")
    pid, answer = stands_in_transaction(faulty, alice, crate, "publish.after-commit")
    faulty.kill_database()
    faulty.let_go()
    assert answer.result().status_code == 200 or refused(answer.result())
    faulty.start_database()
    assert pid in faulty.children()
    assert set(faulty.versions(crate.name)) == {"1.0.0", "1.1.0"}
    assert set(faulty.lines(crate.name)) == {"1.0.0"}
    faulty.finish_jobs()
    faulty.prove(crate.name)
    assert already_uploaded(alice.token.publish(crate))


@pytest.fixture
def proxy(faulty):
    """The workers reach the database through something that can cut the line at a COMMIT."""
    between = DatabaseProxy(faulty)
    direct, through = f'socket = "{faulty.data}/run/mariadb.sock"', f'socket = "{between.path}"'
    faulty.configure(direct, through)
    try:
        yield between
    finally:
        faulty.configure(through, direct)
        between.close()
        between.path.unlink()


def commit_lost(faulty, proxy, how, call, step="publish.tx-jobs"):
    """The answer of a request whose COMMIT behind that step is lost."""
    faulty.order(step, "hold")
    answer = Later(call)
    faulty.held()
    proxy.lose = how
    faulty.let_go()
    answer.result()
    assert proxy.commits_lost == 1
    return answer.result()


def test_commit_whose_answer_is_lost(faulty, alice, published, proxy):
    """The server has committed, and the worker finds out by reading back: a success, and published once."""
    workers = faulty.children()
    crate = Crate(published.name, "1.1.0")
    answer = commit_lost(faulty, proxy, "answer", lambda: alice.token.publish(crate))
    assert answer.status_code == 200, answer.text
    assert faulty.lines(crate.name)["1.1.0"] == (crate.checksum, False)
    assert faulty.children() == workers
    faulty.prove(crate.name)


def test_commit_that_never_came(faulty, alice, published, proxy):
    """The server has rolled back: a 503 and nothing there, or a success and all of it; never one with the other."""
    workers = faulty.children()
    crate = Crate(published.name, "1.1.0")
    answer = commit_lost(faulty, proxy, "commit", lambda: alice.token.publish(crate))
    if answer.status_code == 200:
        assert "1.1.0" in faulty.versions(crate.name)
    else:
        refused(answer)
        assert set(faulty.versions(crate.name)) == set(faulty.lines(crate.name)) == {"1.0.0"}
        assert alice.token.publish(crate).status_code == 200
    assert faulty.children() == workers
    faulty.prove(crate.name)


@pytest.mark.parametrize("how", ["answer", "commit"])
def test_commit_of_a_yank_is_lost(faulty, alice, published, proxy, how):
    """Whatever the answer, database and index agree in the end, and doing it again is a success."""
    path = f"/api/v1/crates/{published.name}/1.0.0/yank"
    answer = commit_lost(faulty, proxy, how, lambda: alice.token.delete(path), "yank.tx-jobs")
    assert answer.status_code == 200 or refused(answer)
    yanked = faulty.versions(published.name)["1.0.0"][1]
    assert yanked or (how == "commit" and answer.status_code != 200)
    faulty.finish_jobs()
    assert faulty.lines(published.name)["1.0.0"][1] == yanked
    assert alice.token.delete(path).status_code == 200
    faulty.prove(published.name)
    assert faulty.lines(published.name)["1.0.0"][1] is True


def test_read_only_database(faulty, alice, published):
    """An operator's SET GLOBAL read_only: reads go on, a publish and a yank are told so."""
    faulty.admin("SET GLOBAL read_only = 1")
    try:
        for _ in range(2):
            assert faulty.anonymous.get(f"/api/v1/crates/{published.name}").status_code == 200
            for answer in (alice.token.publish(Crate(published.name, "1.1.0")),
                           alice.token.delete(f"/api/v1/crates/{published.name}/1.0.0/yank")):
                assert refused(answer) and "read-only" in answer.json()["errors"][0]["detail"]
    finally:
        faulty.admin("SET GLOBAL read_only = 0")
    assert faulty.lines(published.name) == {"1.0.0": (published.checksum, False)}
    assert alice.token.publish(Crate(published.name, "1.1.0")).status_code == 200
    faulty.prove(published.name)


def test_too_many_connections(faulty, alice, published):
    """A host that allows few: busy, not broken, and all right as soon as there is one."""
    faulty.admin("ALTER USER cratehouse@localhost WITH MAX_USER_CONNECTIONS 1")
    try:
        faulty.fresh_workers()  # these have no connection yet
        with Session(faulty) as only:
            only.do("SELECT 1")
            for _ in range(3):
                refused(faulty.anonymous.get(f"/api/v1/crates/{published.name}"))
                refused(alice.token.publish(Crate(published.name, "1.1.0")))
    finally:
        faulty.admin("ALTER USER cratehouse@localhost WITH MAX_USER_CONNECTIONS 0")
    assert alice.token.publish(Crate(published.name, "1.1.0")).status_code == 200
    faulty.prove(published.name)


def test_row_that_is_locked_for_long(faulty, alice, published):
    """Longer than a statement waits (1205): the transaction is rolled back and run again, not half of it kept."""
    def timeouts():
        return int(faulty.admin("SELECT count FROM information_schema.innodb_metrics WHERE name = 'lock_timeouts'")[0][0])
    before = timeouts()
    with Session(faulty) as other:
        other.do("START TRANSACTION; SELECT index_gen FROM crate_index FOR UPDATE")
        publish = Later(alice.token.publish, Crate(published.name, "1.1.0"))
        wait(lambda: timeouts() > before, "no lock wait ends")
        other.do("COMMIT")
    assert publish.result().status_code == 200
    assert set(faulty.lines(published.name)) == {"1.0.0", "1.1.0"}
    faulty.prove(published.name)


def test_quickstart_sees_that_half_of_it_is_gone(faulty, published):
    """A second start is not satisfied with a web server and workers."""
    faulty.kill_database()
    done = faulty.quickstart("--no-install", "--build", str(faulty.build))
    assert "it runs already" not in done.stdout
    assert faulty.anonymous.get(f"/api/v1/crates/{published.name}").status_code == 200
    wait(lambda: len(faulty.children()) == faulty.count, faulty.children)
    assert "it runs already" in faulty.quickstart("--no-install", "--build", str(faulty.build)).stdout
