"""What ``bill ci`` prints: it parses, it has no rights that it does not need, and its very commands do what they say on hostile books."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from billcli.app.ci import PLACES
from tests.history import begin, commit, git
from tests.support import PROJECT, Ran, bill, environment, make_ledger

FOLDER = "finance/die Bücher"
BRANCH = "a$(touch${IFS}sprung)`touch${IFS}sprung`;touch${IFS}sprung"
NAME = "王 <img src=x onerror=alert(1)> ](http://evil.example) | @all ```$(touch sprung)`touch sprung`"
LEDGER = f"""\
--- customers/wang.yaml
schema: customer/1
id: wang
name: {json.dumps(NAME, ensure_ascii=False)}
"""
DAY = "2026-03-31"


def printed(kind: str, root: Path | None = None) -> str:
    ran = bill("ci", kind, cwd=root)
    assert ran.code == 0, ran.err
    assert ran.err == f"it belongs in {PLACES[kind].path}, from the repository's root\n"
    return ran.out


def parsed(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def on_path(folder: Path, **programs: str) -> dict[str, str]:
    """An environment in which these programs come first; ``bill`` is ours."""
    folder.mkdir(exist_ok=True)
    ours = f'exec {shlex.quote(sys.executable)} -m billcli "$@"'
    for name, body in {"bill": ours, **programs}.items():
        file = folder / name
        file.write_text(f"#!/bin/sh\n{body}\n")
        file.chmod(0o755)
    return {**environment(DAY), "PATH": f"{folder}:{os.environ['PATH']}", "PYTHONPATH": str(PROJECT), "LC_ALL": "C.UTF-8"}


def shell(script: str, cwd: Path, env: dict[str, str]) -> Ran:
    """As the forges do it: the first command that fails ends it."""
    ran = subprocess.run(["bash", "-e", "-c", script], cwd=cwd, env=env, capture_output=True, text=True, timeout=60, check=False)
    return Ran(ran.returncode, ran.stdout, ran.stderr)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Books in a folder: one invoice on main, and a branch with a dreadful name on which it is paid in part."""
    root = tmp_path / "repository"
    begin(root)
    books = make_ledger(root / FOLDER, LEDGER)
    assert bill("--ledger", str(books), "invoice", "new", "-c", "wang", "--line", "Pump;1;1000;none", "--yes", at=DAY).code == 0
    commit(root)
    git(root, "checkout", "--quiet", "-b", BRANCH)
    assert bill("--ledger", str(books), "payment", "add", "-c", "wang", "-a", "400", "-i", "INV-2026-0001", "--yes", at=DAY).code == 0
    commit(root)
    return root


def step(job: Any, name: str) -> str:
    script: str = next(each["run"] for each in job["steps"] if each.get("name") == name)
    return script


def outside_code(line: str) -> str:
    """What of a line of Markdown is markup: without its code spans, whose fences are runs of backticks of one length."""
    return re.sub(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", "", line)


def harmless(comment: str) -> None:
    markup = "\n".join(map(outside_code, comment.splitlines()))
    for evil in ("<img", "evil.example", "@all", "touch", "王"):
        assert evil not in markup, markup
        assert evil in comment


def test_the_workflow_for_github_has_no_more_rights_than_it_needs(repository: Path) -> None:
    text = printed("github", repository / FOLDER)
    workflow = parsed(text)
    assert workflow["env"] == {"BILL_LEDGER": FOLDER}
    assert workflow["permissions"] == {}
    assert set(workflow["on"]) == {"push", "pull_request"}, "pull_request_target would run with rights on what somebody else wrote"
    rights = {name: job["permissions"] for name, job in workflow["jobs"].items()}
    assert rights == {"check": {"contents": "read"}, "diff": {"contents": "read"}, "comment": {"pull-requests": "write"}}
    assert "secrets." not in text
    writer = workflow["jobs"]["comment"]
    assert [each["uses"].partition("@")[0] for each in writer["steps"] if "uses" in each] == ["actions/download-artifact"]
    assert writer["if"] == "github.event.pull_request.head.repo.full_name == github.repository"
    for job in workflow["jobs"].values():
        for each in job["steps"]:
            assert "${{" not in each.get("run", ""), "what somebody named would become a part of the script"
            assert "uses" not in each or re.fullmatch(r"actions/[a-z-]+@v\d+\.\d+\.\d+", each["uses"])
            assert "checkout" not in each.get("uses", "") or each["with"] == {"fetch-depth": 0, "persist-credentials": False}
    given = set(re.findall(r"\$\{\{ *(.*?) *\}\}", text))
    assert given == {
        "github.event.pull_request.base.sha", "github.event.pull_request.head.sha", "github.event.pull_request.number", "github.repository",
        "github.token",
    }, "names of branches, titles and people are not among them"  # fmt: skip


def test_what_github_runs_marks_errors_and_keeps_one_comment(repository: Path, tmp_path: Path) -> None:
    jobs = parsed(printed("github", repository / FOLDER))["jobs"]
    gh = 'echo "$@" >> ../gh.txt; case "$*" in *--paginate*) cat ../ids 2>/dev/null;; esac; exit 0'
    env = on_path(tmp_path / "bin", gh=gh) | {
        "BILL_LEDGER": FOLDER, "BASE": git(repository, "rev-parse", "main"), "HEAD": git(repository, "rev-parse", "HEAD"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"), "GITHUB_HEAD_REF": BRANCH, "REPOSITORY": "acme/books", "NUMBER": "7",
    }  # fmt: skip
    assert shell(step(jobs["check"], "Check"), repository, env) == (0, "", "")
    ran = shell(step(jobs["diff"], "Diff"), repository, env)
    assert ran.code == 0, ran.err
    comment = (repository / "comment.md").read_text("utf-8")
    assert comment.startswith("<!-- bill diff -->\n**What changes in the books**")
    assert "Receivables **−400.00 EUR** (1,000.00 → 600.00): 1 payment −400.00, 1 match" in comment
    harmless(comment)
    assert (tmp_path / "summary.md").read_text("utf-8") == comment
    assert shell(step(jobs["comment"], "Comment"), repository, env).code == 0
    (tmp_path / "ids").write_text("4711\n4712\n")
    assert shell(step(jobs["comment"], "Comment"), repository, env).code == 0
    said = [line for line in (tmp_path / "gh.txt").read_text().splitlines() if "--method" in line]
    assert said == [
        "api --silent --method POST repos/acme/books/issues/7/comments -F body=@comment.md",
        "api --silent --method PATCH repos/acme/books/issues/comments/4711 -F body=@comment.md",
    ]
    customer = repository / FOLDER / "customers/wang.yaml"
    customer.write_text(customer.read_text("utf-8") + "segmnt: x\n", encoding="utf-8")
    wrong = shell(step(jobs["check"], "Check"), repository, env)
    assert (wrong.code, wrong.out.split(",")[0]) == (1, f"::error file={FOLDER}/customers/wang.yaml")
    assert shell(step(jobs["check"], "SARIF"), repository, env).code == 0
    assert json.loads((repository / "bill.sarif").read_text("utf-8"))["runs"][0]["results"]
    unreadable = env | {"HEAD": commit(repository)}
    assert shell(step(jobs["diff"], "Diff"), repository, unreadable).code == 0
    assert (repository / "comment.md").read_text("utf-8").splitlines()[1:] == [
        "What this changes in money cannot be told: the books cannot be read on one of the two sides."
    ]
    assert not [*tmp_path.rglob("sprung*")]


def test_what_gitlab_runs_reports_code_quality_and_keeps_one_note(repository: Path, tmp_path: Path) -> None:
    pipeline = parsed(printed("gitlab", repository / FOLDER))
    assert pipeline["variables"] == {"BILL_LEDGER": FOLDER, "GIT_DEPTH": "0"}
    curl = 'printf "%s " "$@" >> ../curl.txt; cat >> ../curl.txt; case "$*" in *per_page*) cat ../notes;; esac'
    env = on_path(tmp_path / "bin", curl=curl) | {
        "BILL_LEDGER": FOLDER, "CI_MERGE_REQUEST_DIFF_BASE_SHA": git(repository, "rev-parse", "main"),
        "CI_COMMIT_SHA": git(repository, "rev-parse", "HEAD"), "CI_API_V4_URL": "http://127.0.0.1/api", "CI_PROJECT_ID": "3",
        "CI_MERGE_REQUEST_IID": "7", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": BRANCH,
    }  # fmt: skip
    check = "\n".join(pipeline["books check"]["script"])
    diff, note = pipeline["books diff"]["script"]
    assert shell(f"{diff}\n{note}", repository, env).code == 0
    assert not (tmp_path / "curl.txt").exists(), "without a token nobody is asked"
    harmless((repository / "comment.md").read_text("utf-8"))
    with_token = env | {"BILL_NOTE_TOKEN": "s3cret"}
    for notes, asked in (
        ("[]", "--request POST"),
        ('[{"id": 1, "body": "x"}, {"id": 9, "body": "<!-- bill diff -->..."}]', "--request PUT"),
    ):
        (tmp_path / "notes").write_text(notes)
        (tmp_path / "curl.txt").unlink(missing_ok=True)
        ran = shell(note, repository, with_token)
        assert ran.code == 0, ran.err
        first, last = (tmp_path / "curl.txt").read_text().splitlines()
        place = "http://127.0.0.1/api/projects/3/merge_requests/7/notes" + ("/9" if "PUT" in asked else "")
        options = "--silent --show-error --fail --config -"
        assert last == f'{options} {asked} --data-urlencode body@comment.md --output /dev/null {place} header = "PRIVATE-TOKEN: s3cret"'
        assert "s3cret" not in first.split("header = ")[0], "the token is no argument: any process could read it"
        assert "s3cret" not in ran.out + ran.err
    customer = repository / FOLDER / "customers/wang.yaml"
    customer.write_text(customer.read_text("utf-8") + "segmnt: x\n", encoding="utf-8")
    assert shell(check, repository, env).code == 1
    (finding,) = json.loads((repository / "bill-codequality.json").read_text("utf-8"))
    assert finding["location"] == {"path": f"{FOLDER}/customers/wang.yaml", "lines": {"begin": 4}}
    assert {"description", "check_name", "fingerprint", "severity"} <= finding.keys()
    assert not [*tmp_path.rglob("sprung*")]


def test_the_hook_keeps_broken_books_from_being_committed(repository: Path, tmp_path: Path) -> None:
    hook = repository / ".git/hooks/pre-commit"
    hook.write_text(printed("hook", repository / FOLDER), encoding="utf-8")
    hook.chmod(0o755)
    env = on_path(tmp_path / "bin")
    (repository / "note").write_text("x")
    git(repository, "add", "note")
    git(repository, "commit", "--quiet", "-m", "fine", env=env)
    customer = repository / FOLDER / "customers/wang.yaml"
    customer.write_text(customer.read_text("utf-8") + "segmnt: x\n", encoding="utf-8")
    git(repository, "add", "--all")
    with pytest.raises(AssertionError, match=r"customers/wang.yaml:4:1: error\[E201\]"):
        git(repository, "commit", "--quiet", "-m", "broken", env=env)


def test_the_program_pre_commit_is_told_one_command_without_file_names(repository: Path, tmp_path: Path) -> None:
    plain = make_ledger(tmp_path / "plain", LEDGER)
    begin(plain)
    (local,) = parsed(printed("pre-commit", plain))["repos"]
    ((mine,), (shipped,)) = local["hooks"], parsed((PROJECT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    for hook in (mine, shipped):
        assert hook["pass_filenames"] is False
        assert re.search(hook["files"], "customers/wang.yaml")
        words = shlex.split(hook["entry"])
        assert words[0] == "bill"
        assert bill(*words[1:], cwd=plain).code == 0
    spaced = parsed(printed("pre-commit", make_ledger(repository / "a b")))["repos"][0]["hooks"][0]
    assert shlex.split(spaced["entry"]) == ["bill", "--ledger", "a b", "check", "--format", "short"]


def test_a_folder_that_would_mean_something_else_there_is_refused(tmp_path: Path) -> None:
    begin(tmp_path)
    for name in ("${{ github.token }}", "$(id)", "a\nb"):
        root = make_ledger(tmp_path / name)
        for kind in PLACES:
            ran = bill("ci", kind, cwd=root)
            assert (ran.code, ran.out) == (1, ""), name


@pytest.mark.parametrize("forge", ["github", "gitlab"])
def test_a_ledger_can_begin_with_it(tmp_path: Path, forge: str) -> None:
    books = tmp_path / "books"
    words = ["init", str(books), "--name", "Fjord", "--currency", "EUR", "--country", "DE", "--quiet", "--ci", forge]
    assert bill(*words).code == 0
    assert (books / PLACES[forge].path).read_text("utf-8") == printed(forge, books)
    assert PLACES[forge].path in git(books, "ls-files").splitlines()
    assert bill("check", "--strict", cwd=books) == (0, "", "")
    within = bill(*words[:1], str(books / "more"), *words[2:])
    assert within.code == 2
    assert "within another repository" in within.err
