"""A server of chat completions on loopback, which answers as a test wants, and keeps what it was asked."""

import json
from contextlib import contextmanager, suppress
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread


def completion(content, *, finish="stop", refusal=None, logprobs=None):
    """What a server sends back of one answer."""
    message = {"role": "assistant", "content": content, "refusal": refusal}
    choice = {"index": 0, "message": message, "finish_reason": finish, "logprobs": logprobs}
    return {"id": "1", "object": "chat.completion", "model": "made", "choices": [choice]}


def labelled(label):
    return completion(json.dumps({"label": label}, ensure_ascii=False))


def text_of(body):
    """The text that a request is about."""
    return body["messages"][-1]["content"].rpartition("<文本>")[2].removesuffix("</文本>")


def words_of(body):
    """The words that a request may be answered in."""
    return body["response_format"]["json_schema"]["schema"]["properties"]["label"]["enum"]


def by_text(body):
    """One of the first and the last label, always the same for a text."""
    words, text = words_of(body), body["messages"][-1]["content"]
    return labelled((words[0], words[-1])[sha256(text.encode()).digest()[0] % 2])


class Asked(list):
    """Bodies of requests in the order they came, with the headers of each beside them."""

    def __init__(self):
        super().__init__()
        self.headers, self.most_at_once = [], 0

    @property
    def texts(self):
        return [text_of(body) for body in self]


@contextmanager
def chat_server(answer=by_text):
    """Serve; `answer` takes a body, and gives one, or (status, body or bytes, headers), or None to cut the connection.

    Gives
    -----
    url : str
        Base address.
    asked : Asked
        What came.
    """
    asked, lock, busy = Asked(), Lock(), [0]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                asked.append(body)
                asked.headers.append({name.lower(): value for name, value in self.headers.items()})
                busy[0] += 1
                asked.most_at_once = max(asked.most_at_once, busy[0])
            try:
                given = answer(body)
            finally:
                with lock:
                    busy[0] -= 1
            if given is None:
                self.connection.close()
                return
            status, content, headers = given if isinstance(given, tuple) else (200, given, {})
            raw = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": len(raw), **headers}.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *arguments):
            pass

        def handle(self):
            with suppress(ConnectionError, ValueError):  # a client that went away, or a connection that was cut
                super().handle()

        def finish(self):
            with suppress(OSError, ValueError):
                super().finish()

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request, client_address):
            pass

    server = Server(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        server.shutdown()
        server.server_close()
