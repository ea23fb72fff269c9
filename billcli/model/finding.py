"""What an auditor found on a document, and what became of it. It moves no balance."""

from __future__ import annotations

from typing import Annotated

from billcli.model.types import Day, Entity, Free, Id, Notes, Text, one_of

FindingState = Annotated[str, one_of("open", "corrected", "accepted")]


class Finding(Entity):
    """``findings/<year>/<month>/<id>.yaml``: on one document, by number or id.

    It is corrected by a document of its own (``correction``), such as a credit note, or accepted as it is; either way for a reason.
    """

    id: Id
    document: Id
    on: Day
    text: Text
    by: Text
    state: FindingState
    correction: Id | None = None
    closed_on: Day | None = None
    reason: Text | None = None
    external_id: Text | None = None
    notes: Notes | None = None
    x: Free | None = None
