"""The page in a real browser, spoken to through its pipe: what it logs, what it asks for, how wide it lies."""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import time

import pytest
from report_results import result_of

from weibo_nlp.report import write_page

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PATIENCE = 60  # seconds for one answer, on a machine with other things to do

pytestmark = pytest.mark.skipif(not BROWSER, reason="there is no Chromium on this machine")


class Tab:
    """One tab of a headless browser, by the DevTools protocol over file descriptors 3 and 4."""

    def __init__(self, profile):
        read, theirs_out = (fcntl.fcntl(end, fcntl.F_DUPFD, 20) for end in os.pipe())
        theirs_in, self._write = (fcntl.fcntl(end, fcntl.F_DUPFD, 20) for end in os.pipe())
        self._read = read
        command = (
            f'exec "$0" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run '
            f'--remote-debugging-pipe --user-data-dir="$1" 3<&{theirs_in} 4>&{theirs_out}'
        )
        self._process = subprocess.Popen(
            ["bash", "-c", command, BROWSER, str(profile)],
            pass_fds=(theirs_in, theirs_out),
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._buffer, self._count, self._session, self.events = b"", 0, None, []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method, **parameters):
        """Send a command and return its result, keeping the events that come in between."""
        self._count += 1
        message = {"id": self._count, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._count:
            self.events.append(answer)
        assert "error" not in answer, answer
        return answer["result"]

    def open(self, path, width):
        """Show a page in a window of a width, and wait until it is loaded."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=True)
        self.events.clear()
        self.ask("Page.navigate", url=path.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._next())

    def value(self, expression):
        return self.ask("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def happened(self, method):
        return [event["params"] for event in self.events if event.get("method") == method]

    def close(self):
        self._process.terminate()
        self._process.wait(PATIENCE)
        os.close(self._read)
        os.close(self._write)

    def _next(self):
        deadline = time.monotonic() + PATIENCE
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._read], [], [], max(0, deadline - time.monotonic()))
            if not ready or not (piece := os.read(self._read, 1 << 16)):
                raise TimeoutError("the browser does not answer")
            self._buffer += piece
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)


@pytest.fixture(scope="module")
def tab(tmp_path_factory):
    tab = Tab(tmp_path_factory.mktemp("profile"))
    yield tab
    tab.close()


HOSTILE = ("<script>document.title='run'</script>", "{{ 7 * 191 }}", "\u202e支持\u200f", "长" * 10_000, "x" * 10_000)


@pytest.fixture(scope="module", params=["plain", "hostile"])
def page(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "page.html"
    if request.param == "plain":
        labels = ("反对", "无立场", "支持", "false")
        results = [result_of(labels, model=model) for model in ("majority", "linear")]
        write_page(path, results, title="立场：反对还是支持", command="weibo-nlp benchmark")
    else:
        results = [result_of((text, "支持"), set_=text, model=text, notes=(text,)) for text in HOSTILE]
        write_page(path, results, title="支持" + "".join(HOSTILE), command="".join(HOSTILE))
    return path


@pytest.mark.parametrize("width", [360, 1200])
def test_page_fits_any_window_logs_no_error_and_asks_for_nothing(tab, page, width):
    tab.open(page, width)
    assert tab.value("window.innerWidth") == width
    assert tab.value("document.documentElement.scrollWidth") <= width
    assert [entry["entry"]["text"] for entry in tab.happened("Log.entryAdded")] == []
    assert tab.happened("Runtime.exceptionThrown") + tab.happened("Runtime.consoleAPICalled") == []
    assert [item["request"]["url"] for item in tab.happened("Network.requestWillBeSent")] == [page.as_uri()]
    assert tab.value("document.scripts.length") == 0
    assert tab.value("document.title") != "run"
    assert "支持" in tab.value("document.body.innerText")
    picture = base64.b64decode(tab.ask("Page.captureScreenshot")["data"])
    assert picture.startswith(b"\x89PNG")
