"""A Label Studio of one's own for the length of a check: a process on the loopback interface, and its API."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

START_S = 600
"""Longest that the first start may take, which lays out the database."""
_QUIET = {
    "COLLECT_ANALYTICS": "false",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
    "LATEST_VERSION_CHECK": "false",
    "DJANGO_DB": "sqlite",
}


@contextmanager
def label_studio(program: Path, folder: Path, email: str, password: str) -> Iterator[str]:
    """Run the program on a free port with all its data in a folder; yield the address once it answers.

    Raises
    ------
    RuntimeError
        If it ends before, or does not answer in ``START_S`` seconds; with the end of what it wrote.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address, log = f"http://127.0.0.1:{port}", folder / "server.log"
    command = [str(program), "start", "--no-browser", "--internal-host", "127.0.0.1", "--port", str(port)]
    command += ["--data-dir", str(folder), "--username", email, "--password", password, "--log-level", "WARNING"]
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
    environment |= _QUIET | {"LABEL_STUDIO_BASE_DATA_DIR": str(folder)}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=output, cwd=folder, env=environment, start_new_session=True
        )
    try:
        _wait(address, process, log)
        yield address
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + START_S
    while time.monotonic() < give_up and process.poll() is None:
        try:
            if httpx.get(f"{address}/user/login/", timeout=30).is_success:
                return
        except httpx.TransportError:
            time.sleep(1)
    end = log.read_text("utf-8", "replace")[-2000:]
    raise RuntimeError(f"Label Studio did not answer at {address}; the end of what it wrote:\n{end}")


class Session:
    """What a user may do by the API, logged in as in a browser: with a session and the token against forged requests.

    Parameters
    ----------
    address : str
        Of the server.
    email, password : str
        Of the user.
    is_new : bool
        Sign the user up.
    """

    def __init__(self, address: str, email: str, password: str, *, is_new: bool = False) -> None:
        self._client = httpx.Client(base_url=address, follow_redirects=True, timeout=120)
        form = "/user/signup/" if is_new else "/user/login/"
        self._client.get(form).raise_for_status()
        fields = {"email": email, "password": password, "csrfmiddlewaretoken": self._client.cookies["csrftoken"]}
        answer = self._client.post(form, data=fields, headers=self._headers)
        if not answer.is_success or "/user/" in str(answer.url):
            raise RuntimeError(f"{email} cannot log in: {answer.status_code} at {answer.url}")

    def create_project(self, title: str, interface: str, annotators: int) -> int:
        """Make a project whose tasks are each dealt to some annotators; return its number."""
        settings = {"title": title, "label_config": interface, "maximum_annotations": annotators}
        return int(self._post("/api/projects", settings)["id"])

    def add_tasks(self, project: int, tasks: list[dict[str, Any]]) -> None:
        """Import tasks."""
        self._post(f"/api/projects/{project}/import", tasks)

    def export(self, project: int, kind: str) -> bytes:
        """Return an export, of the kind that Label Studio calls ``JSON`` or ``JSON_MIN``."""
        return self._client.get(f"/api/projects/{project}/export?exportType={kind}").raise_for_status().content

    def _post(self, path: str, content: Any) -> Any:
        answer = self._client.post(path, json=content, headers=self._headers)
        if not answer.is_success:
            raise RuntimeError(f"{path}: {answer.status_code}: {answer.text[:1000]}")
        return answer.json()

    @property
    def _headers(self) -> dict[str, str]:
        return {"X-CSRFToken": self._client.cookies["csrftoken"], "Referer": str(self._client.base_url)}
