"""The outbox: what is to leave the house is packed, waits in the books, and is handed over by one run at a time."""

from __future__ import annotations

from billcli.app.outbox.open_ends import left_to_another
from billcli.app.outbox.pack import pack
from billcli.app.outbox.parcel import Handed, Left, Packed, Parcel
from billcli.app.outbox.rebuild import SOURCES
from billcli.app.outbox.rechecks import RECHECKS
from billcli.app.outbox.send import send_waiting

__all__ = ["RECHECKS", "SOURCES", "Handed", "Left", "Packed", "Parcel", "left_to_another", "pack", "send_waiting"]
