from __future__ import annotations

import re

import pytest

from billcli.app.explain import TOPICS, all_codes, explain
from billcli.errors import UsageError
from billcli.model.mapping import ImportMapping
from billcli.resources import shared
from billcli.store.read import read_loose


def test_the_page_on_mappings_shows_every_key_in_one_that_can_be_read() -> None:
    match = re.search(r"```yaml\n(.*?)```", explain("mapping"), re.DOTALL)
    assert match
    mapping, problems = read_loose(match[1].encode(), "page.yaml", ImportMapping, {})
    assert problems == []
    assert mapping is not None
    assert set(ImportMapping.model_fields) - mapping.model_fields_set == {"x"}


def test_the_page_on_mappings_names_those_that_bill_brings() -> None:
    assert all(f"`{path.stem}`" in explain("mapping") for path in shared("ledgers", "mappings").glob("*.yaml"))


def test_topics_are_listed_behind_the_codes_and_found_in_any_case() -> None:
    assert all_codes()[-len(TOPICS) :] == list(TOPICS.items())
    assert explain("Mapping") == explain("mapping")


def test_a_topic_there_is_not_is_refused_with_the_nearest_code() -> None:
    with pytest.raises(UsageError, match='no code "E2044"'):
        explain("E2044")
