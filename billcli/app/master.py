"""What a document of a customer is made with, beside its request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from billcli.app.books import Books

if TYPE_CHECKING:
    from billcli.core.invoice import Master


def master(books: Books, customer: str) -> Master:
    """Without what the customer's grade gives, which is asked for where something is issued."""
    from billcli.core.invoice import Master

    return Master(books.settings(), books.categories(), books.items(), books.customer(customer))
