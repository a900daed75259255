"""A mail server for tests, on 127.0.0.1 alone: keeps what it is given, and fails as it is told to."""
import email
import email.policy
import pathlib
import ssl
import subprocess
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from lib.instance import free_port


class Letter:
    """One message as it came: envelope and content."""

    def __init__(self, envelope):
        self.sender, self.to = envelope.mail_from, envelope.rcpt_tos
        self.raw = envelope.original_content
        self.message = email.message_from_bytes(self.raw, policy=email.policy.default)

    def __getitem__(self, header):
        return self.message[header]

    @property
    def subject(self):
        return str(self.message["Subject"])

    @property
    def text(self):
        return self.message.get_body(("plain",)).get_content().replace("\r\n", "\n")

    @property
    def html(self):
        return self.message.get_body(("html",)).get_content()


class Server:
    """start() listens; .said is what it answers to a command instead of 250 ("RCPT": "550 no"), .slow the seconds it waits
    before it answers one, .cut the commands at which it hangs up. tls: "none", "starttls" or "tls", with the certificate
    .certificate, which it makes itself in a folder. user and password: nothing without them."""

    def __init__(self, folder=None, tls="none", user=None, password=None):
        self.port, self.tls, self.user, self.password = free_port(), tls, user, password
        self.letters, self.said, self.slow, self.cut, self.commands = [], {}, {}, set(), []
        self.context = self._make_context(pathlib.Path(folder)) if tls != "none" else None
        self.controller = None

    def _make_context(self, folder):
        self.certificate, key = folder / "smtp-cert.pem", folder / "smtp-key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", self.certificate],
                       stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=60)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        return context

    def settings(self):
        """Of a registry that hands its letters over here, with time for handshakes on a machine that is busy."""
        yield "outside.connect_timeout_s=30"
        yield from ("mail.smtp_host=127.0.0.1", f"mail.smtp_port={self.port}", f"mail.smtp_tls={self.tls}")
        if self.user:
            yield from (f"mail.smtp_user={self.user}", f"mail.smtp_password={self.password}")
        if self.tls != "none":
            yield f"outside.ca_file={self.certificate}"

    def start(self):
        server = self

        class Protocol(SMTP):
            async def _call_handler_hook(self, command, *args):
                import asyncio
                server.commands.append(command)
                await asyncio.sleep(server.slow.get(command, 0))
                if command in server.cut:
                    self.transport.close()
                    return "451 gone"
                return server.said.get(command) or await super()._call_handler_hook(command, *args)

        class Over(Controller):
            def factory(self):
                needs = {}
                if server.user:
                    needs = {"authenticator": server.check, "auth_required": True, "auth_require_tls": server.tls == "starttls"}
                if server.tls == "starttls":
                    needs.update(tls_context=server.context, require_starttls=True)
                return Protocol(self.handler, hostname="mail.test", enable_SMTPUTF8=True, **needs)

        self.controller = Over(self, hostname="127.0.0.1", port=self.port,
                               ssl_context=self.context if self.tls == "tls" else None)
        self.controller.start()
        return self

    def stop(self):
        if self.controller:
            self.controller.stop()
        self.controller = None

    def check(self, _server, _session, _envelope, _mechanism, given):
        ok = (given.login.decode(), given.password.decode()) == (self.user, self.password)
        return AuthResult(success=ok, handled=ok)

    async def handle_DATA(self, _server, _session, envelope):
        self.letters.append(Letter(envelope))
        return "250 OK"

    def to(self, address):
        """The letters that came for an address so far."""
        return [letter for letter in self.letters if letter.to == [address]]

    def wait(self, address, n=1, seconds=60):
        """The n letters that come for an address; fails where there are more."""
        end = time.time() + seconds
        while len(self.to(address)) < n:
            assert time.time() < end, f"{address}: {[letter.subject for letter in self.to(address)]}"
            time.sleep(0.05)
        found = self.to(address)
        assert len(found) == n, [letter.subject for letter in found]
        return found

    def about(self, address, subject, seconds=60):
        """The letter with that subject that comes for an address, whatever else does."""
        end = time.time() + seconds
        while True:
            found = [letter for letter in self.to(address) if letter.subject == subject]
            if found:
                assert len(found) == 1
                return found[0]
            assert time.time() < end, f"{address}: {[letter.subject for letter in self.to(address)]}"
            time.sleep(0.05)

    def one(self, address):
        return self.wait(address)[0]
