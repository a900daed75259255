"""A docs.rs that builds nothing: it keeps what it was asked, and says of a version what it was told to say.

    builder = Builder().start()
    Instance(settings=[f"docs.url={builder.url}"])
    builder.says["some-crate", "1.0.0"] = True    # built; False: the build failed; what is not there is not known
    builder.status = 503                          # of every answer, until it is 200 again
"""
import json
import urllib.parse

from lib import machine


class Builder(machine.Machine):
    def __init__(self):
        super().__init__(Handler)
        self.asked, self.says, self.status = [], {}, 200


class Handler(machine.Handler):
    def reply(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.machine.asked.append((self.path, self.headers.get("Authorization")))
        self.reply(self.machine.status)

    def do_GET(self):
        parts = [urllib.parse.unquote(part) for part in self.path.split("/")]  # "", crate, NAME, =VERSION, status.json
        built = self.machine.says.get((parts[2], parts[3].removeprefix("="))) if parts[4:] == ["status.json"] else None
        if self.machine.status != 200 or built is None:
            self.reply(404 if self.machine.status == 200 else self.machine.status)
            return
        self.reply(200, built if isinstance(built, bytes) else json.dumps({"doc_status": built, "version": parts[3]}).encode())
