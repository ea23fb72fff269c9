from __future__ import annotations

import pytest

from billcli.core.defaults import Default, defaults
from tests.core.master import categories, customer, settings


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, Default("net 30", "company")),
        ({"groups": {"size": "large"}}, Default("net 45", 'size "large"')),
        ({"groups": {"size": "large", "segment": "public"}}, Default("net 60", 'segment "public"')),
        ({"groups": {"segment": "public"}, "terms": "net 10"}, Default("net 10", "customer")),
    ],
)
def test_the_level_nearest_to_the_document_decides_and_is_named(said: dict[str, object], expected: Default) -> None:
    assert defaults(settings(), categories(), customer(**said))["terms"] == expected


def test_a_group_that_says_nothing_about_a_field_leaves_it_to_the_company() -> None:
    assert defaults(settings(), categories(), customer(groups={"segment": "public"}))["tax"] == Default("vat-20", "company")


def test_what_nobody_says_has_no_level() -> None:
    assert defaults(settings(), categories(), customer())["credit_limit"] == Default(None, "")
