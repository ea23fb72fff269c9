"""Commands on a ledger beside a mail server, as cron or a person gives them, and what the ledger's files say of its mail then."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

from billcli.cli.main import NOUNS
from billcli.render.studio import Studio, Texts
from tests.faults.mail.judge import Letter
from tests.faults.mail.server import Fault, Server
from tests.faults.mail.steps import Blow, Steps
from tests.faults.rig import Child, started
from tests.support import Ran, bill

CLONE = "0123abcd"
PATIENT, IMPATIENT = "10", "0.6"
"""How many seconds the client waits for an answer; the shorter where one will not come. So where the first of two clients is killed and it
was the other that had come to the fault."""


def letter(job: Any) -> Texts:
    """What a template would make: what it is about, in plain words."""
    rows = [f"about: {kind} {document} {level or '-'}" for kind, document, level in _abouts(job.data)]
    return Texts(f"Concerning {rows[0].split()[2]}", "\n".join((*rows, "", "Kind regards", "")), "<p>Kind regards</p>")


def _abouts(data: Any) -> list[tuple[str, str, str]]:
    if "reminder" in data:
        return [("reminder", each["invoice"], str(each["level"])) for each in data["reminder"]["items"]]
    document = data["document"]
    return [("invoice", document if isinstance(document, str) else document["number"], "")]


def paper(job: Any) -> bytes:
    """Stands in for a PDF: the same for the same data, of some size."""
    return b"%PDF-1.7\n" + json.dumps(job.data, sort_keys=True, default=str).encode()


def made(_: Studio, jobs: Sequence[Any], progress: Any = None) -> list[bytes | Texts]:
    """In place of ``Studio.made``, which would start Python and typst for each command: mail is tried here, not paper."""
    return [paper(job) if job.kind == "paper" else letter(job) for job in jobs]


class Desk(NamedTuple):
    """A ledger and the server that its mail goes to. ``parts``: cron calls one command after the other in place of ``bill run``."""

    ledger: Path
    server: Server
    parts: bool = False


class Deed(NamedTuple):
    """One call of cron and what befalls it; ``at_once`` so many of them."""

    day: str
    faults: tuple[Fault, ...] = ()
    blow: Blow | None = None
    at_once: int = 1


def call(desk: Desk, day: str, *words: str, patience: str = PATIENT) -> Ran:
    """A command in this process, as the sender's clone, at nine o'clock of that day."""
    env = {"BILL_CLONE": CLONE, "BILL_SMTP_URL": desk.server.url, "BILL_SMTP_TIMEOUT": patience, "BILL_WAIT": "60"}
    with mock.patch.object(Studio, "made", made):
        return bill("--ledger", str(desk.ledger), *words, at=day, env=env)


def cron(desk: Desk, day: str, patience: str = PATIENT) -> list[Ran]:
    """What cron does in a day."""
    if not desk.parts and "run" in NOUNS:
        return [call(desk, day, "run", "--yes", patience=patience)]
    rans = [call(desk, day, "recurring", "run", "--yes", patience=patience)]
    known = {document for each in letters(desk.ledger) for document, _ in each.about if each.kind == "invoice"}
    if new := sorted({path.stem for path in desk.ledger.glob("invoices/*/*/*.yaml")} - known):
        rans.append(call(desk, day, "invoice", "send", *new, "--later", "--yes", patience=patience))
    return [*rans, *(call(desk, day, *words, patience=patience) for words in (("remind", "run", "--yes"), ("outbox", "send")))]


def begun(desk: Desk, deed: Deed, canary: str | None = None) -> Child:
    """The same in a child, its steps counted."""
    waits = any(each.deed in ("silent", "endless") or (each.deed == "kill" and deed.at_once > 1) for each in deed.faults)

    def work() -> dict[str, Any]:
        desk.server.leave()
        steps = Steps(deed.blow, canary)
        steps.take_up()
        rans = cron(desk, deed.day, IMPATIENT if waits else PATIENT)
        return {"codes": [ran.code for ran in rans], "said": "".join(ran.err for ran in rans), "steps": steps.made}

    return started(work)


def letters(ledger: Path) -> list[Letter]:
    """Deliveries, and what the notices among them are about, from the files themselves."""
    notices = {path.stem: _yaml(path)["items"] for path in ledger.glob("reminders/*/*/*.yaml")}
    found = []
    for path in sorted(ledger.glob("deliveries/*/*/*.yaml")):
        held = _yaml(path)
        lines = [str(line).split(" ", 2) for line in held.get("states") or ()]
        about = {
            (str(invoice["invoice"]), str(invoice["level"])) if held["kind"] == "reminder" else (name, "-")
            for name in held.get("documents", ())
            for invoice in (notices[name] if held["kind"] == "reminder" else ({},))
        }
        said = lines[-1][2] if lines and len(lines[-1]) > 2 else ""
        words = tuple(line[1] for line in lines)
        found.append(
            Letter(
                held["id"], held["kind"], str(held.get("to", "")).lower(), held.get("message_id", held["id"]), words, said, frozenset(about)
            )
        )
    return found


def _yaml(path: Path) -> Any:
    """The file as it is on the disk; what a crash left of a line at its end was never a line."""
    raw = path.read_bytes()
    return _loaded(raw[: raw.rfind(b"\n") + 1])


@lru_cache(1000)
def _loaded(raw: bytes) -> Any:
    """Most files are from one look to the next what they were."""
    from ruamel.yaml import YAML

    return YAML(typ="safe").load(raw)
