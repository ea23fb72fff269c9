"""Rules that classify and say nothing, or say two things; tags that are used where or when they should not be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from billcli.core.classify import Rule
from billcli.core.tags import may_stand, on_a
from billcli.diagnostics import Diagnostic, undotted

_FILE = "rules.yaml"


def check_tags_given(rules: Sequence[Rule], uses: Mapping[str, str]) -> Iterator[Diagnostic]:
    """E726: a rule gives a tag only to what may have it. ``uses`` are the kinds that each tag may stand on."""
    for at, rule in enumerate(rules):
        kinds = ("invoice", "credit-note") if rule.of == "invoice" else ("customer",)
        for name, tag in rule.sets:
            if name == "tag" and not any(may_stand(uses.get(tag, ""), kind) for kind in kinds):
                message = f'the rule "{rule.name}" gives the tag "{tag}", which may not stand on {on_a(kinds[0])}'
                hint = "give another tag, or add the kind under use: in categories.yaml"
                label = "only on: " + uses[tag].replace(" ", ", ")
                yield Diagnostic("E726", message, _FILE, ("classify", at, "set", "tag"), label=label, hint=hint)


def check_idle(names: Sequence[str], findings: Mapping[str, str | None]) -> Iterator[Diagnostic]:
    """W727: every rule decides something. ``findings`` say by rule why it does not."""
    for at, name in enumerate(names):
        if why := findings.get(name):
            message = f'the rule "{name}" {why}'
            hint = '"bill classify --audit" counts what each rule comes to'
            yield Diagnostic("W727", message, _FILE, ("classify", at, "name"), hint=hint)


def check_contradictions(names: Sequence[str], found: Iterable[tuple[Rule, Rule, str]]) -> Iterator[Diagnostic]:
    """W728: no two rules ask for the same and set different things."""
    for first, second, dimension in found:
        message = f'the rule "{second.name}" asks for what "{first.name}" asks for, and sets another {dimension}'
        place = ("classify", names.index(second.name), "set", dimension)
        yield Diagnostic("W728", message, _FILE, place, label="never holds: the first rule decides", hint="take one of the two away")


def check_expired_tags(found: Iterable[tuple[str, str, str, str]]) -> Iterator[Diagnostic]:
    """W725: nothing has a tag after the tag's last day."""
    for file, place, tag, expires_on in found:
        message = f'the tag "{tag}" expired on {expires_on}'
        hint = "take it away, or give it a later expires: in categories.yaml"
        yield Diagnostic("W725", message, file, undotted(place), label="has it still", hint=hint)


def check_misplaced_tags(found: Iterable[tuple[str, str, str, str, str]]) -> Iterator[Diagnostic]:
    """E726: a tag stands only on the kinds of documents under its ``use:``."""
    for file, place, tag, kind, uses in found:
        message = f'the tag "{tag}" may not stand on {on_a(kind)}'
        hint = "take it away, or add the kind under use: in categories.yaml"
        yield Diagnostic("E726", message, file, undotted(place), label="only on: " + uses.replace(" ", ", "), hint=hint)
