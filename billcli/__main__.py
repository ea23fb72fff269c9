from __future__ import annotations

from billcli.entry import main

main()
