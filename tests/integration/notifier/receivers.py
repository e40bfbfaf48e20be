"""A real mail server and a real HTTP server on loopback, each keeping what it was given."""

import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Post:
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class HttpReceiver:
    """Answers with `answers` in turn, then with 204; an answer of 0 hangs up."""

    posts: list[Post] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    location: str | None = None
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/alerts"


@contextmanager
def http_receiver() -> Iterator[HttpReceiver]:
    """An HTTP server of its own."""
    receiver = HttpReceiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.posts.append(Post(self.path, headers, body))
            answer = receiver.answers.pop(0) if receiver.answers else 204
            if answer == 0:
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            self.send_response(answer)
            if receiver.location is not None:
                self.send_header("location", receiver.location)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_address[1]
        with _serving(server):
            yield receiver


@dataclass
class MailReceiver:
    """Mails as `(recipients, text)`; what the server offers and refuses can be set."""

    mails: list[tuple[list[str], str]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    password: str | None = None
    is_silent: bool = False
    port: int = 0


@contextmanager
def mail_receiver(context: ssl.SSLContext | None = None) -> Iterator[MailReceiver]:
    """An SMTP server of its own, with STARTTLS where it has a certificate."""
    receiver = MailReceiver()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            SmtpTalk(self.request, receiver, context).run()

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_address[1]
        with _serving(server):
            yield receiver


class SmtpTalk:
    """The server's side of one SMTP conversation, as far as a submitting client goes."""

    def __init__(self, connection: socket.socket, receiver: MailReceiver, context: ssl.SSLContext | None) -> None:
        self.connection: socket.socket = connection
        self.receiver = receiver
        self.context = context
        self.is_encrypted = False
        self.recipients: list[str] = []
        self.lines = connection.makefile("rb")

    def say(self, text: str) -> None:
        self.connection.sendall(f"{text}\r\n".encode())

    def run(self) -> None:
        if self.receiver.is_silent:
            self.lines.read()
            return
        self.say("220 ready")
        try:
            while line := self.lines.readline():
                command = line.decode().strip()
                self.receiver.commands.append(command.split(":")[0].split(" ")[0].upper())
                if not self.answer(command):
                    return
        except (OSError, ssl.SSLError):
            return
        finally:
            self.lines.close()
            self.connection.close()

    def answer(self, command: str) -> bool:
        verb = command.split(" ", maxsplit=1)[0].upper()
        if verb == "EHLO":
            self.say("250-here\r\n250-AUTH PLAIN" + ("\r\n250 STARTTLS" if self.can_encrypt() else "\r\n250 8BITMIME"))
        elif verb == "STARTTLS":
            self.encrypt()
        elif verb == "AUTH":
            self.say("235 welcome" if self.is_right(command) else "535 wrong")
        elif command.upper().startswith("RCPT"):
            self.recipient(command.split("<")[1].split(">", maxsplit=1)[0])
        elif verb == "DATA":
            self.data()
        elif verb == "QUIT":
            self.say("221 bye")
            return False
        else:
            self.say("250 fine")
        return True

    def can_encrypt(self) -> bool:
        return self.context is not None and not self.is_encrypted

    def encrypt(self) -> None:
        assert self.context is not None
        self.say("220 go")
        self.lines.close()
        self.connection = self.context.wrap_socket(self.connection, server_side=True)
        self.lines = self.connection.makefile("rb")
        self.is_encrypted = True

    def is_right(self, command: str) -> bool:
        import base64

        return base64.b64decode(command.split(" ")[2]).decode().split("\0")[2] == self.receiver.password

    def recipient(self, address: str) -> None:
        if address in self.receiver.refused:
            self.say("550 nobody here")
        else:
            self.recipients.append(address)
            self.say("250 fine")

    def data(self) -> None:
        self.say("354 go")
        text = b""
        while not text.endswith(b"\r\n.\r\n"):
            text += self.lines.readline()
        self.receiver.mails.append((self.recipients, text[:-5].decode()))
        self.receiver.encrypted.append(self.is_encrypted)
        self.say("250 taken")


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
