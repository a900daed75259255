"""A docs.rs that builds nothing: it keeps what it was asked, and says of a version what it was told to say.

    builder = Builder().start()
    Instance(settings=[f"docs.url={builder.url}"])
    builder.says["some-crate", "1.0.0"] = True    # built; False: the build failed; what is not there is not known
    builder.status = 503                          # of every answer, until it is 200 again
"""
import json
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Builder:
    def __init__(self):
        self.asked, self.says, self.status = [], {}, 200
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Handler,), {"builder": self}))
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def start(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Handler(BaseHTTPRequestHandler):
    builder = None

    def log_message(self, *_):
        pass

    def reply(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.builder.asked.append((self.path, self.headers.get("Authorization")))
        self.reply(self.builder.status)

    def do_GET(self):
        parts = [urllib.parse.unquote(part) for part in self.path.split("/")]  # "", crate, NAME, =VERSION, status.json
        built = self.builder.says.get((parts[2], parts[3].removeprefix("="))) if parts[4:] == ["status.json"] else None
        if self.builder.status != 200 or built is None:
            self.reply(404 if self.builder.status == 200 else self.builder.status)
            return
        self.reply(200, built if isinstance(built, bytes) else json.dumps({"doc_status": built, "version": parts[3]}).encode())
