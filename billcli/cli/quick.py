"""Reports that ``dispatch`` calls without Typer. Written by ``python -m tests.cli.written``; a test compares."""

from __future__ import annotations

from billcli.cli.command import Command

# ruff: noqa: E501
# fmt: off
QUICK = {
    '': Command('billcli.cli.status', 'status', {}, {}, (), ()),
    'report aging': Command('billcli.cli.report', 'aging', {'--as-of': 'as_of', '--by': 'by', '--where': 'where', '--basis': 'basis', '--format': 'form'}, {}, (), (), ('by',)),
    'invoice list': Command('billcli.cli.invoice', 'list_', {'--customer': 'customer', '-c': 'customer', '--state': 'state', '--since': 'since', '--until': 'until', '--period': 'period', '--type': 'type_', '--tag': 'tag', '--group': 'group', '--above': 'above', '--below': 'below', '--by': 'by', '--where': 'where', '--as-of': 'as_of', '--format': 'form'}, {}, (), (), ('by',)),
    'customer list': Command('billcli.cli.customer', 'list_', {'--tag': 'tag', '--group': 'group', '--country': 'country', '--by': 'by', '--where': 'where', '--as-of': 'as_of', '--format': 'form'}, {'--inactive': 'inactive', '--all': 'all_'}, ('text',), (), ('by',)),
    'payment list': Command('billcli.cli.payment', 'list_', {'--customer': 'customer', '-c': 'customer', '--since': 'since', '--until': 'until', '--by': 'by', '--where': 'where', '--as-of': 'as_of', '--format': 'form'}, {'--unapplied': 'unapplied'}, (), (), ('by',)),
    'credit-note list': Command('billcli.cli.credit_note', 'list_', {'--customer': 'customer', '-c': 'customer', '--invoice': 'invoice', '--by': 'by', '--where': 'where', '--as-of': 'as_of', '--format': 'form'}, {}, (), (), ('by',)),
    'refund list': Command('billcli.cli.refund', 'list_', {'--customer': 'customer', '-c': 'customer', '--by': 'by', '--where': 'where', '--as-of': 'as_of', '--format': 'form'}, {}, (), (), ('by',)),
    'write-off list': Command('billcli.cli.write_off', 'list_', {'--customer': 'customer', '-c': 'customer', '--by': 'by', '--where': 'where', '--as-of': 'as_of', '--format': 'form'}, {}, (), (), ('by',)),
    'hold list': Command('billcli.cli.hold', 'list_', {'--customer': 'customer', '-c': 'customer', '--invoice': 'invoice', '-i': 'invoice', '--kind': 'kind', '--by': 'by', '--where': 'where', '--as-of': 'as_of', '--format': 'form'}, {'--live': 'live'}, (), (), ('by',)),
}
