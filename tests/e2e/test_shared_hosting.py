"""The samples of deploy/shared-hosting as a host would have them: an Apache that knows nothing of us but .htaccess, in a folder below the
web root; mod_fcgid starts the workers."""
import os
import pathlib
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time

import pytest

from lib.instance import ROOT, Instance, environment, free_port
from lib.page import Visitor
from lib.registry import Client, Crate

MODULES = "mpm_event authz_core autoindex deflate dir env fcgid filter headers mime negotiation rewrite setenvif unixd"
SHARED = ROOT / "deploy/shared-hosting"


class Host:
    """A web root with the registry in its folder `deep/registry`; database, jobs and data are those of an instance."""

    def __init__(self, instance, private=False, told=True):
        self.private, self.told = private, told
        self.instance, self.port, self.process = instance, free_port(), None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cratehouse-host-"))
        self.folder.chmod(0o755)
        self.www = self.folder / "www/deep/registry"
        self.home = self.folder / "home/cratehouse"
        self.url = f"http://127.0.0.1:{self.port}/deep/registry"
        self.log = self.folder / "error.log"
        self.www.mkdir(parents=True)
        self.home.mkdir(parents=True)

    def lay_out(self):
        """The steps of deploy/shared-hosting/README.md."""
        data, program = self.instance.data, self.instance.data / "program"
        shutil.copy(SHARED / "htaccess", self.www / ".htaccess")
        shutil.copy(SHARED / "cratehouse.fcgi", self.www / "cratehouse.fcgi")
        (self.www / "cratehouse.fcgi").chmod(0o755)
        if self.private and self.told:
            text = (self.www / ".htaccess").read_text()
            assert "\n#SetEnvIf Request_URI ^ cratehouse_private\n" in text
            (self.www / ".htaccess").write_text(text.replace("\n#SetEnvIf", "\nSetEnvIf"))
        else:
            (self.www / "index").symlink_to(data / "index")
            (self.www / "static").symlink_to(data / "public")
        shutil.copytree(program / "assets", self.www / "assets")
        shutil.copy(program / "bin/cratehouse", self.home / "cratehouse")
        config = (data / "cratehouse.toml").read_text()
        config = re.sub(r'^url = .*$', f'url = "{self.url}"', config, flags=re.M)
        config = config.replace("[server]\n", '[server]\nbase_path = "/deep/registry"\n')
        config = re.sub(r"^sendfile.*\n", "", config, flags=re.M)
        (self.home / "cratehouse.toml").write_text(config)

    def write_config(self):
        lines = [f"<IfModule !{m}_module>\nLoadModule {m}_module /usr/lib/apache2/modules/mod_{m}.so\n</IfModule>" for m in MODULES.split()]
        owner = pwd.getpwuid(self.instance.data.stat().st_uid).pw_name
        if os.getuid() == 0:
            lines.append(f"User {owner}\nGroup {owner}")
            for path in (self.folder, *self.folder.rglob("*")):
                if path.exists():  # no link to what is not there
                    shutil.chown(path, owner, owner)
        (self.folder / "run").mkdir(mode=0o777)
        (self.folder / "run").chmod(0o777)
        lines.append(f"""ServerRoot {self.folder}
ServerName 127.0.0.1
TypesConfig /dev/null
PidFile {self.folder}/pid
DefaultRuntimeDir {self.folder}/run
Listen 127.0.0.1:{self.port}
ErrorLog {self.log}
LogLevel warn
FcgidIPCDir {self.folder}/run/fcgid
FcgidProcessTableFile {self.folder}/run/fcgid-table
FcgidInitialEnv HOME {self.folder}/home
FcgidMaxProcesses 2
FcgidMaxRequestLen 67108864
DocumentRoot {self.folder}/www
<Directory "/">
	Require all denied
	AllowOverride None
</Directory>
<Directory "{self.folder}/www">
	Options FollowSymLinks ExecCGI MultiViews Indexes
	AllowOverride All
	Require all granted
</Directory>
<Directory "{self.instance.data}">
	Require all granted
</Directory>
""")
        (self.folder / "apache.conf").write_text("\n".join(lines))

    def start(self):
        self.lay_out()
        self.write_config()
        self.process = subprocess.Popen(["apache2", "-f", str(self.folder / "apache.conf"), "-DFOREGROUND"], stdin=subprocess.DEVNULL,
                                        env=environment(PATH=os.environ["PATH"] + ":/usr/sbin"), start_new_session=True)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                if self.client().get("/api/v1/site_metadata").status_code == 200:
                    return self
            except OSError:
                pass
            time.sleep(0.1)
        raise AssertionError(self.log.read_text() if self.log.exists() else "no log")

    def client(self, **headers):
        return Client(self.url, **headers)

    def remove(self):
        if self.process:
            os.killpg(self.process.pid, signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="module")
def host():
    instance = Instance()
    try:
        instance.start()
        one = Host(instance)
        try:
            yield one.start()
        finally:
            one.remove()
    finally:
        instance.remove()


def test_publish_and_read(host):
    owner = host.instance.user("olive")
    token = host.client(Authorization=owner.secret)
    assert token.publish(Crate("hosted", "1.0.0")).status_code == 200
    anon = host.client()
    line = anon.get("/index/ho/st/hosted")
    assert line.status_code == 200 and '"vers":"1.0.0"' in line.text
    assert line.headers["Content-Type"] == "text/plain" and line.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert line.headers["ETag"].startswith("W/")
    assert anon.get("/index/ho/st/hosted", headers={"If-None-Match": line.headers["ETag"]}).status_code == 304
    archive = anon.get("/static/crates/hosted/hosted-1.0.0.crate")
    assert archive.status_code == 200 and archive.headers["Content-Type"] == "application/gzip"
    assert archive.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert archive.headers["Content-Security-Policy"] == "sandbox; default-src 'none'" and "Content-Encoding" not in archive.headers
    picture = host.instance.data / "public/avatars/ab/u1-abcdef0123456789.webp"
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_bytes(b"RIFF")
    shown = anon.get("/static/avatars/ab/u1-abcdef0123456789.webp")
    assert shown.status_code == 200 and shown.headers["Content-Type"] == "image/webp"
    assert shown.headers["Cache-Control"] == "public, max-age=31536000, immutable" and "sandbox" in shown.headers["Content-Security-Policy"]
    moved = anon.get("/api/v1/crates/hosted/1.0.0/download", headers={"Accept": "*/*"})
    assert moved.status_code == 302 and moved.headers["Location"] == f"{host.url}/static/crates/hosted/hosted-1.0.0.crate"


@pytest.mark.parametrize("path", ["/index/", "/index", "/index/no/su/nosuch", "/index/.hidden", "/static/", "/static/crates/", "/assets/", "/assets/no.css",
                                  "/static/crates/hosted", "/.htaccess", "/cratehouse.toml"])
def test_nothing_else_is_served(host, path):
    assert host.client().get(path).status_code in (403, 404)


def test_pages(host):
    visitor = Visitor(host.client())
    page = visitor.get("/crates/hosted").page
    assert page.h1 == "hosted" and page.has_link("/deep/registry/crates/hosted/versions")
    source = host.client(Accept="text/html").get("/crates/hosted").text
    style = re.search(r'href="/deep/registry(/assets/[^"]*\.css)"', source).group(1)
    answer = host.client().get(style)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/css; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    code = host.client(Accept="text/html").get("/crates/hosted/1.0.0/code/Cargo.toml")
    assert code.status_code == 200 and "hosted" in code.text
    # Names that the folders have do no harm within the registry's own paths.
    assert host.client(Accept="text/html").get("/crates/hosted/1.0.0/code/static/crates/x").status_code == 404
    assert "max-age=31536000" not in host.client(Accept="text/html").get("/crates/hosted/1.0.0/code/Cargo.toml").headers["Cache-Control"]


def test_signing_in_by_a_form(host):
    olive = Visitor(host.client(Cookie=host.instance.ctl("session", "create", "olive").split()[-1], Origin=host.url.removesuffix("/deep/registry")))
    answer = olive.get("/dashboard")
    assert answer.status_code == 200 and answer.page.has_link("/deep/registry/settings/profile")


@pytest.fixture(scope="module")
def closed():
    instance = Instance(settings=["registry.auth_required=true"])
    try:
        instance.start()
        instance.user("olive")
        yield instance
    finally:
        instance.remove()


@pytest.mark.parametrize("told", [True, False])
def test_private(closed, told):
    """One line of .htaccess, and no links; who forgets both shows nothing to anybody."""
    secret = closed.token("olive", f"{told}")
    one = Host(closed, private=True, told=told)
    try:
        one.start()
        reader, nobody = one.client(Authorization=secret), one.client()
        if told:
            assert reader.publish(Crate("kept", "1.0.0")).status_code == 200
        archive = "/static/crates/kept/kept-1.0.0.crate"
        for path in ("/index/config.json", "/index/ke/pt/kept", archive):
            assert reader.get(path).status_code in ((200,) if told else (403, 404)), path
            for spelling in (path, "/" + path, "/." + path, path.replace("/", "/./", 1), "/assets/.." + path, path + "?x", path.upper()):
                answer = nobody.get(spelling, headers={"If-None-Match": "*"})
                assert answer.status_code in (401, 403, 404) and b"kept" not in answer.content.replace(path.encode(), b""), spelling
        assert nobody.get("/index/config.json").status_code in ((401,) if told else (403, 404))
        assert nobody.get("/api/v1/crates/kept").status_code == 401
        assert nobody.get("/cratehouse.fcgi/index/config.json").status_code in (401, 403, 404)
        if told:
            tag = reader.get("/index/ke/pt/kept").headers["ETag"]
            assert reader.get("/index/ke/pt/kept", headers={"If-None-Match": tag}).status_code == 304
            assert "private" in reader.get(archive).headers["Cache-Control"] and reader.get(archive).content == Crate("kept", "1.0.0").archive
    finally:
        one.remove()
