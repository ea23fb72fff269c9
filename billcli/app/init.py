"""Beginning a ledger, and copying the demo."""

from __future__ import annotations

import os
from datetime import datetime
from typing import NamedTuple

from billcli.app.amounts import value_of
from billcli.app.schemas import schema_files
from billcli.core.plan import CreateText, Plan
from billcli.errors import BillError, UsageError
from billcli.model import values
from billcli.resources import shared
from billcli.store import git, journal, outfile
from billcli.store.apply import apply
from billcli.store.locate import PRIVATE
from billcli.store.lock import DEFAULT_WAIT, writer_lock

_IGNORE = ".bill/\n"
_ATTRIBUTES = """\
* text=auto eol=lf
*/[0-9][0-9][0-9][0-9]/[0-9][0-9].yaml diff=bill
audit/**/*.jsonl merge=union
bank/*/originals/** -text
evidence/** -text
"""


class NewLedger(NamedTuple):
    """What ``init`` is told; the time zone is guessed from the country where left out."""

    folder: str
    name: str
    currency: str
    country: str
    timezone: str | None
    with_git: bool
    ci: str | None = None
    """For which forge its first files have a check of the books."""


def init(wanted: NewLedger, now: datetime) -> tuple[Plan, str]:
    """Makes the folder and its first files; returns the plan and why git could not commit, if so."""
    value_of(values.parse_text, wanted.name, "--name")
    value_of(values.parse_currency, wanted.currency, "--currency")
    value_of(values.parse_country, wanted.country, "--country")
    root = os.path.abspath(wanted.folder)
    files = {**_first_files(wanted), **schema_files(), **_ci_file(wanted, root)}
    if os.path.isdir(os.path.join(root, PRIVATE)):
        with writer_lock(root, "init", DEFAULT_WAIT):
            journal.recover(root)  # of a begun ledger, or of an older one that then is not begun again
    taken = [path for path in files if os.path.lexists(os.path.join(root, path))]
    if taken:
        raise BillError(f"{wanted.folder} already holds {taken[0]}", "choose an empty folder")
    if os.path.lexists(root) and not os.path.isdir(root):
        raise BillError(f"{wanted.folder} is no folder", "choose another name")
    plan = Plan(
        "init",
        tuple(CreateText(path, text) for path, text in files.items()),
        (f"ledger of {wanted.name} in {wanted.folder}",),
    )
    os.makedirs(root, exist_ok=True)
    with writer_lock(root, "init", DEFAULT_WAIT):
        journal.recover(root)
        applied = apply(root, plan, {}, [], now)
        problem = _commit(root, f"ledger of {wanted.name}", applied.paths) if wanted.with_git else ""
    return plan, problem


def _first_files(wanted: NewLedger) -> dict[str, str]:
    zone = wanted.timezone or _zone_of(wanted.country)
    fields = {
        "name": wanted.name,
        "currency": wanted.currency,
        "country": wanted.country,
        "timezone": zone,
        "commit": wanted.with_git,
    }
    made = {name: _fill(f"{name}.j2", fields) for name in ("ledger.yaml", "categories.yaml", "items.yaml")}
    from billcli.store.read import read

    for name, text in made.items():
        problems = read(text.encode(), name).problems
        if problems:
            raise UsageError(problems[0].message, problems[0].hint)
    return {**made, ".gitignore": _IGNORE, ".gitattributes": _ATTRIBUTES}


def _ci_file(wanted: NewLedger, root: str) -> dict[str, str]:
    if wanted.ci is None:
        return {}
    from billcli.app.ci import PLACES, ci_file

    if wanted.ci not in ("github", "gitlab"):
        raise UsageError(f'--ci: "{wanted.ci}" is no forge that bill knows', "use github or gitlab")
    above = root
    while not os.path.isdir(above):
        above = os.path.dirname(above)
    if git.is_available(above) and git.top(above) != os.path.realpath(root):
        place = PLACES[wanted.ci].path
        raise UsageError(
            "--ci: the ledger would lie within another repository", f"begin it without, then there: bill ci {wanted.ci} > {place}"
        )
    return {PLACES[wanted.ci].path: ci_file(wanted.ci, "")}


def _fill(template: str, fields: dict[str, object]) -> str:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    from billcli.store.write import scalar

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True, autoescape=False
    )  # YAML, not HTML
    environment.filters["yaml"] = scalar
    return environment.from_string(shared("templates", "init", template).read_text("utf-8")).render(fields)


def _zone_of(country: str) -> str:
    """The first zone of the country in the time zone database; UTC where it has none."""
    from importlib.resources import files

    for line in files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8").splitlines():
        cells = line.split("\t")
        if not line.startswith("#") and cells[0] == country:
            return cells[2]
    return "UTC"


def _commit(root: str, message: str, paths: tuple[str, ...]) -> str:
    if not git.is_installed(root):
        return ""
    try:
        if not git.is_available(root):
            git.begin(root)
        git.note(root, paths)
        git.commit(root, message)
    except git.GitProblem as problem:
        return str(problem)
    return ""


def copy_demo(folder: str) -> str:
    """Copies the demo ledger into a new folder, all of it or nothing; returns its path."""
    root = os.path.abspath(folder)
    if os.path.lexists(root) and (not os.path.isdir(root) or os.listdir(root)):
        raise BillError(f"{folder} is not an empty folder", "choose another name")
    source = shared("ledgers", "demo")
    if not os.path.isdir(str(source)):
        raise BillError("this installation has no demo ledger")
    outfile.put_tree(str(source), root, leave_out=PRIVATE)
    return root
