"""The checks that look for a reason against a sentence. To add one: a file, and a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from answerable.answering.verification.case import Case, Finding
from answerable.answering.verification.names import check_names
from answerable.answering.verification.negation import check_negation
from answerable.answering.verification.numbers import check_numbers
from answerable.answering.verification.opposites import check_opposites
from answerable.answering.verification.quotes import check_quotes
from answerable.answering.verification.roles import check_roles

Check = Callable[[Case], Iterable[Finding]]

CHECKS: Mapping[str, Check] = {
    "quotes": check_quotes,
    "numbers": check_numbers,
    "names": check_names,
    "roles": check_roles,
    "negation": check_negation,
    "opposites": check_opposites,
}
