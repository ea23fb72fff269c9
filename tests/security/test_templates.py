"""Rows 7, 8 and 19: what a ledger's templates try. Letters are in tests/render/test_letters.py; here are papers, and what both may cost."""

from __future__ import annotations

import socket
import struct
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from billcli.render.studio import Fault, Job, Limits, Studio, Texts
from tests.render.letter_data import INVOICE
from tests.render.paper_data import invoice

SMALL = {"letter": Limits(1, 20, 1 << 30), "paper": Limits(2, 20, 1 << 30)}


@pytest.fixture(scope="module")
def listener() -> Iterator[tuple[int, list[int]]]:
    """A port on this machine, and who came."""
    came: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        over = threading.Event()

        def accept() -> None:
            while not over.is_set():
                try:
                    talk, _ = server.accept()
                except TimeoutError:
                    continue
                came.append(1)
                talk.close()

        thread = threading.Thread(target=accept)
        thread.start()
        yield server.getsockname()[1], came
        over.set()
        thread.join()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(side: int = 30_000) -> bytes:
    """A picture of a few kB that becomes gigabytes."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(side * 300))) + chunk(b"IEND", b"")


ENTITIES = "".join(f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(7))
USES = "".join(f'<g id="g{at + 1}">' + f'<use href="#g{at}"/>' * 10 + "</g>" for at in range(9))
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 20 10">'


def pictures(port: int) -> dict[str, bytes]:
    """By name, what a logo or a template's picture may hold."""
    away = f"http://127.0.0.1:{port}"
    return {
        "remote.svg": f'{HEAD}<image href="{away}/a.png" width="9" height="9"/></svg>'.encode(),
        "linked.svg": f'{HEAD}<image xlink:href="{away}/b.svg" width="9" height="9"/></svg>'.encode(),
        "style.svg": f"{HEAD}<style>@import url({away}/c); rect {{fill: url({away}/d#x)}}</style><rect width='3'/></svg>".encode(),
        "file.svg": f'{HEAD}<image href="file:///etc/hostname" width="9" height="9"/></svg>'.encode(),
        "path.svg": f'{HEAD}<image href="/etc/hostname" width="9" height="9"/></svg>'.encode(),
        "up.svg": f'{HEAD}<image href="../../../../../etc/hostname" width="9" height="9"/></svg>'.encode(),
        "entities.svg": f'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa">{ENTITIES}]>{HEAD}<text>&h;</text></svg>'.encode(),
        "external.svg": f'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/hostname">]>{HEAD}<text>&x;</text></svg>'.encode(),
        "uses.svg": f'{HEAD}<defs><g id="g0"><rect width="1" height="1"/></g>{USES}</defs><use href="#g9"/></svg>'.encode(),
        "bomb.png": bomb(),
    }


HARMLESS = {"style.svg"}
"""What it asks for from elsewhere is passed over, and the rest is drawn."""

PAPERS = {
    '#read("/etc/hostname")': "reads", '#read("../../../ledger.yaml")': "reads", '#image("/etc/hostname")': "reads",
    '#include "/etc/hostname"': "reads", '#toml("../../ledger.yaml")': "reads", '#eval("read(\\"/etc/hostname\\")")': "reads",
    '#image("http://127.0.0.1:{port}/x.png")': "reads", '#read("http://127.0.0.1:{port}/x")': "reads", '#plugin("bomb.png")': "WebAssembly",
    '#import "@preview/cetz:0.3.0"': "packages", "#while true {}": "always true", "#let f(n) = f(n + 1)\n#f(1)": "depth",
    "#calc.pow(9, calc.pow(9, 9))": "too large", '#("a" * 2000000000)': "memory", "#range(2000000000).len()": "memory",
}  # fmt: skip
LONG = {
    "#for i in range(3000000) [#pagebreak()#i]": "", '#let s = "a"\n#for i in range(40) { s = s + s }\n#s': "",
    "#let n = 0\n#while n < 1000000000 { n += 1 }": "", '#let f(n) = if n < 2 { n } else { f(n - 1) + f(n - 2) }\n#f(60)': "fine",
    '#show "a": "aa"\naaaa': "fine", '#("a" * 40 + "!").match(regex("(a+)+$"))': "fine",
}  # fmt: skip


def paper(root: Path, source: str, port: int, **printing: str) -> bytes | Texts | Fault:
    folder = root / "templates" / "paper"
    folder.mkdir(parents=True, exist_ok=True)
    if source:
        (folder / "invoice.typ").write_text(source.replace("{port}", str(port)))
    (root / "ledger.yaml").write_text("secret: value\n")
    data = invoice()
    data["printing"] |= printing
    [made] = Studio(str(root), SMALL).made([Job("paper", "invoice", "en", data)])
    return made


def put(root: Path, port: int) -> None:
    for name, raw in pictures(port).items():
        for folder in (root, root / "templates" / "paper"):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(raw)


def test_a_paper_reads_nothing_outside_and_has_its_limits(tmp_path: Path, listener: tuple[int, list[int]]) -> None:
    """One process for all that fail at once; the others are in ``make faults``."""
    port, came = listener
    quick = [each for each, why in PAPERS.items() if why not in ("memory", "too large", "depth")]
    put(tmp_path, port)
    folder = tmp_path / "templates" / "paper"
    for at, source in enumerate(quick):
        (folder / f"try{at}.typ").write_text(source.replace("{port}", str(port)))
    found = Studio(str(tmp_path), SMALL).made([Job("paper", f"try{at}", "en", invoice()) for at in range(len(quick))])
    for source, made in zip(quick, found, strict=True):
        assert isinstance(made, Fault), source
        assert len(made.message) < 400
    assert came == []


@pytest.mark.long
@pytest.mark.parametrize("source", [*PAPERS, *LONG])
def test_every_paper_that_means_harm_is_stopped(tmp_path: Path, listener: tuple[int, list[int]], source: str) -> None:
    port, came = listener
    put(tmp_path, port)
    made = paper(tmp_path, source, port)
    why = {**PAPERS, **LONG}[source]
    assert isinstance(made, bytes) is (why == "fine"), made
    if isinstance(made, Fault):
        assert why in made.message
    assert came == []


def test_a_logo_that_reaches_out_is_a_fault(tmp_path: Path, listener: tuple[int, list[int]]) -> None:
    port, came = listener
    put(tmp_path, port)
    names = [each for each in pictures(port) if each != "bomb.png"]
    jobs = []
    for name in names:
        data = invoice()
        data["printing"] |= {"logo": name}
        jobs.append(Job("paper", "invoice", "en", data))
    found = Studio(str(tmp_path), SMALL).made(jobs)
    assert {name for name, made in zip(names, found, strict=True) if isinstance(made, bytes)} == HARMLESS
    assert came == []


@pytest.mark.long
def test_a_picture_that_becomes_gigabytes_is_a_fault(tmp_path: Path, listener: tuple[int, list[int]]) -> None:
    put(tmp_path, listener[0])
    made = paper(tmp_path, "", listener[0], logo="bomb.png")
    assert isinstance(made, Fault)
    assert "memory" in made.message


@pytest.mark.long
@pytest.mark.parametrize(
    "source",
    [
        "{% set x = ['a'] %}{% for a in range(99999) %}{% set _ = x %}{{ x * 999 }}{% endfor %}", "{{ ('a' * 999) * 999 }}",
        "{% for a in range(1000) %}{{ 'a' * 999 }}{% endfor %}", "{{ range(99999)|list|string * 999 }}", "{{ [1] * 2000000000 }}",
        "{{ (2000000000 * [0])|length }}", "{{ 2 ** 99999999 }}", "{{ '%s' * 999 % ((1,) * 999) }}", "{{ 9|string * 2000000000 }}",
        "{% set a = 'a' * 999 %}{% set b = a * 999 %}{% set c = b * 999 %}{{ c }}", "{{ lipsum(n=999999) }}", "{{ 1 / 0 }}",
        "{{ ('a' * 40 + '!')|wordwrap(1) }}", "{{ 'a'|indent(999999999) }}", "{{ 'x'|replace('', 'a' * 999)|replace('', 'a' * 999) }}",
    ],
)  # fmt: skip
def test_a_letter_has_its_limits_too(tmp_path: Path, source: str) -> None:
    folder = tmp_path / "templates/mail/en"
    folder.mkdir(parents=True)
    (folder / "invoice.prose.j2").write_text("{% block opening %}" + source + "{% endblock %}")
    [made] = Studio(str(tmp_path), SMALL).made([Job("letter", "invoice", "en", INVOICE)])
    assert isinstance(made, Fault | bytes) or sum(len(each) for each in made) < 3_000_000
    assert not isinstance(made, Fault) or len(made.message) < 400
