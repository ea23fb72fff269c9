from __future__ import annotations

import zlib
from pathlib import Path

from billcli.index import connection


def test_a_change_of_the_tables_raises_the_schema_number() -> None:
    """Else an index made before the change is taken for a new one. With a new number, write both here."""
    schema = Path(connection.__file__).with_name("schema.sql").read_bytes()
    assert (connection.SCHEMA, zlib.crc32(schema)) == (21, 4029261983)
