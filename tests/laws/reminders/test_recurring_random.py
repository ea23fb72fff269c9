"""Random templates, and runs with outages: bill makes what is missing, each period once, at the price of its first day."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.laws.reminders.cases import CUSTOMERS, STANDARD
from tests.laws.reminders.periods import allowed, made, missing, net, step
from tests.laws.reminders.reader import documents
from tests.laws.reminders.scene import Scene
from tests.support import folder_in_memory

START = date(2026, 1, 29)


def template(r: Random, name: str) -> str:
    every = r.choice(["month", "month", "quarter", "year", "week", "2 weeks", "3 weeks", "2 months"])
    anchor = START + timedelta(days=r.randint(-2, 40))
    starts = anchor
    prorate = r.random() < 0.5
    if r.random() < 0.4:
        whole = (anchor - step(anchor, every, -1)).days
        starts = anchor - timedelta(days=r.randint(1, whole - 1))
    said = f"--- recurring/{name}.yaml\nschema: recurring/1\nid: {name}\ncustomer: {r.choice('ab')}\nevery: {every}\nstarts_on: {starts}\n"
    said += f"anchor_on: {anchor}\n" if starts != anchor else ""
    said += f"ends_on: {starts + timedelta(days=r.randint(0, 200))}\n" if r.random() < 0.4 else ""
    said += "in_advance: false\n" if r.random() < 0.4 else ""
    said += "prorate: true\n" if prorate else ""
    said += f"catch_up: {r.choice([1, 2, 5])}\n" if r.random() < 0.5 else ""
    said += "issue: draft\n" if r.random() < 0.3 else ""
    said += "lines:\n"
    for k in range(r.randint(1, 2)):
        said += f'  - description: "{name} {r.choice(["{period}", "{from} to {until}", "{month}", "{year}", "hosting"])} {k}"\n'
        said += f"    quantity: {r.choice(['1', '2.5', '3'])}\n    unit_price: {r.choice(['100', '33.33', '310'])}\n"
        if r.random() < 0.5:
            days = sorted({START + timedelta(days=r.randint(-10, 150)) for _ in range(2)})
            said += "    prices:\n" + "".join(f"      - since: {each}\n        unit_price: {100 + i}.50\n" for i, each in enumerate(days))
    return said


def live(seed: int, steps: int, folder: Path) -> int:
    """How many documents came out."""
    r = Random(seed)
    names = ["one", "two", "three"]
    scene = Scene(folder / "books", STANDARD, CUSTOMERS + "".join(template(r, name) for name in names), product=True)
    on = START - timedelta(days=3)
    for _ in range(steps):
        on += timedelta(days=r.choice([1, 3, 7, 14, 30, 75]))
        happen(r, scene, on)
        one_run(scene, on)
    return len(made(scene.root))


def happen(r: Random, scene: Scene, on: date) -> None:
    """What people do with what came out: it stays made."""
    drafts = documents(scene.root, "drafts")
    invoices = [each for each in documents(scene.root, "invoices") if not each.get("void")]
    kind = r.randint(0, 5)
    if kind == 0 and drafts:
        scene.bill(on, "invoice", "issue", r.choice(drafts)["id"], "--yes")
    elif kind == 1 and invoices:
        scene.bill(on, "invoice", "void", r.choice(invoices)["number"], "--reason", "wrong", "--yes")
    elif kind == 2 and r.random() < 0.2:
        name = r.choice("ab")
        if not any(each["id"] == name and each.get("deactivated_on") for each in documents(scene.root, "customers")):
            scene.bill(on, "customer", "deactivate", name, "--yes")


def one_run(scene: Scene, on: date) -> None:
    templates = documents(scene.root, "recurring")
    before = made(scene.root)
    due = {each["id"]: missing(scene.root, each, on) for each in templates}
    ran = scene.bill(on, "recurring", "run", "--yes")
    story = "\n".join([*scene.told, ran.out, ran.err])
    assert ran.code in (0, 3), story
    new = [each for each in made(scene.root) if each not in before]
    for each in templates:
        mine = sorted((one.begins, one.ends) for one in new if one.template == each["id"])
        may = [sorted((one.begins, one.ends) for one in some) for some in allowed(due[each["id"]], int(each.get("catch_up", "3")), on)]
        assert mine in may, f"{each['id']} made {mine}, the clerk allows {may}\n{story}"
    for one in new:
        source: dict[str, Any] = next(each for each in templates if each["id"] == one.template)
        period = next(each for each in due[one.template] if (each.begins, each.ends) == (one.begins, one.ends))
        assert one.draft == (source.get("issue") == "draft"), story
        assert "{" not in one.text, one.text
        if not one.draft:
            exact = net(source, period) * 100
            assert one.issued_on == on, story
            assert one.net is not None and abs(Fraction(one.net) - exact) <= len(source["lines"]), f"{one} {float(exact)}\n{story}"


@pytest.mark.parametrize("seed", range(2))
def test_each_period_comes_out_once(seed: int, tmp_path: Path) -> None:
    assert live(seed, 6, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 140))
def test_each_period_comes_out_once_in_many_books(seed: int) -> None:
    with folder_in_memory() as folder:
        live(seed, 20, folder)
