"""Another machine, as tests play one: an HTTP server of threads on 127.0.0.1, which answers by a handler of its own.

    class Here(Handler):
        def do_GET(self):
            self.machine...        # the Machine that it answers for

    class Somewhere(Machine):
        def __init__(self):
            super().__init__(Here)
"""
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    machine = None

    def log_message(self, *_):
        pass


class Machine:
    """It listens from the beginning, at .url, and answers between start() and stop()."""

    def __init__(self, handler, port=0):
        self.server = ThreadingHTTPServer(("127.0.0.1", port), type("Handler", (handler,), {"machine": self}))
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def start(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
