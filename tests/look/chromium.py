"""A headless Chromium that is told what to do through a pipe (DevTools protocol), with nothing but the standard library."""

from __future__ import annotations

import base64
import fcntl
import importlib.util
import json
import os
import select
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
WAIT = 60
"""Seconds without a word after which the browser is taken to hang."""


class NoChromium(Exception):
    """No browser is found; the text says what to install."""


def find_chromium() -> str:
    """The command ``BILL_CHROMIUM`` names, else the first of the usual ones. Raises ``NoChromium``."""
    named = os.environ.get("BILL_CHROMIUM")
    for name in (named,) if named else NAMES:
        if found := shutil.which(name):
            return found
    said = f'BILL_CHROMIUM names "{named}", which is not a command' if named else f"none of {', '.join(NAMES)} is found"
    raise NoChromium(f"{said}\ninstall it (Debian: apt-get install chromium), or name one: make look BILL_CHROMIUM=COMMAND")


def _lend_fonts(home: str) -> None:
    """The Chinese and Japanese letters of ``billcli[cjk]``: few machines that run tests have any."""
    found = importlib.util.find_spec("noto_cjk_sans_otc")
    if found and found.origin:
        os.symlink(os.path.dirname(found.origin), os.path.join(home, ".fonts"))


class Browser:
    """One page of a browser with a profile of its own, which is removed at the end. ``events`` keeps what the page did."""

    def __init__(self, command: str) -> None:
        self.profile = tempfile.mkdtemp(prefix="bill-look-")
        _lend_fonts(self.profile)
        (to_read, self._out), (self._in, to_write) = os.pipe(), os.pipe()
        words = [
            command, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
            "--disable-background-networking", "--disable-component-update", "--hide-scrollbars", "--remote-debugging-pipe",
            f"--user-data-dir={self.profile}", "about:blank",
        ]  # fmt: skip

        # Chromium reads its orders from descriptor 3 and answers on 4.
        ours = [fcntl.fcntl(each, fcntl.F_DUPFD, 10) for each in (to_read, to_write)]

        def arrange() -> None:
            os.dup2(ours[0], 3)
            os.dup2(ours[1], 4)

        self._process = subprocess.Popen(
            words, close_fds=True, pass_fds=(3, 4), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            preexec_fn=arrange,  # noqa: PLW1509  # no threads here
            env={**os.environ, "HOME": self.profile},
        )  # fmt: skip
        for each in (to_read, to_write, *ours):
            os.close(each)
        self._left, self._number, self._session = b"", 0, ""
        self.events: list[dict[str, Any]] = []
        target = self.do("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.do("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.do(f"{domain}.enable")

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._in)
        os.close(self._out)
        shutil.rmtree(self.profile, ignore_errors=True)

    def do(self, method: str, **params: Any) -> dict[str, Any]:
        """One order and its answer; what happens meanwhile goes to ``events``."""
        self._number += 1
        order = {"id": self._number, "method": method, "params": params, **({"sessionId": self._session} if self._session else {})}
        raw = json.dumps(order).encode() + b"\0"
        while raw:
            raw = raw[os.write(self._out, raw) :]
        own = self._number
        answer = self._until(lambda each: each.get("id") == own)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        found: dict[str, Any] = answer["result"]
        return found

    def wait_for(self, method: str) -> None:
        """Until the page has said this since it was last opened."""
        if not any(each.get("method") == method for each in self.events):
            self._until(lambda each: each.get("method") == method)

    def _until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        while True:
            message = self._read()
            if "method" in message:
                self.events.append(message)
            if wanted(message):
                return message

    def _read(self) -> dict[str, Any]:
        while b"\0" not in self._left:
            if not select.select([self._in], [], [], WAIT)[0]:
                raise RuntimeError(f"chromium said nothing for {WAIT} seconds")
            got = os.read(self._in, 1 << 16)
            if not got:
                raise RuntimeError(f"chromium ended with exit code {self._process.wait()}")
            self._left += got
        raw, self._left = self._left.split(b"\0", 1)
        message: dict[str, Any] = json.loads(raw)
        return message

    def open(self, page: Path) -> None:
        self.events.clear()
        self.do("Page.navigate", url=page.resolve().as_uri())
        self.wait_for("Page.loadEventFired")

    def view(self, width: int, height: int, scheme: str, *, phone: bool) -> None:
        """A screen of that many CSS pixels, ``light`` or ``dark``."""
        self.do("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2 if phone else 1, mobile=phone)
        self.do("Emulation.setEmulatedMedia", media="screen", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def ask(self, script: str) -> Any:
        """The value of an expression in the page."""
        answer = self.do("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{script[:80]}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def press(self, key: str, code: int) -> None:
        """One key, as from a keyboard."""
        text = {"text": "\r"} if key == "Enter" else {"text": " "} if key == " " else {}
        self.do("Input.dispatchKeyEvent", type="keyDown", key=key, windowsVirtualKeyCode=code, **text)
        self.do("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    def picture(self, to: Path) -> None:
        """The whole page, not just what fits the screen."""
        raw = self.do("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"]
        to.write_bytes(base64.b64decode(raw))

    def print(self, to: Path) -> None:
        """As a PDF on A4."""
        self.do("Emulation.setEmulatedMedia", media="", features=[])
        raw = self.do("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, preferCSSPageSize=True, printBackground=False)["data"]
        to.write_bytes(base64.b64decode(raw))
