"""Check digits of identity cards and bank cards, by which a number is told from any other of its length."""

from __future__ import annotations

import datetime
import re

# GB 11643-1999: weights of the first seventeen digits, and the check sign by the weighted sum modulo 11.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_SIGNS = "10X98765432"
# GB/T 2260: the first two digits are a province.
_PROVINCE = re.compile("1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
_CARD = re.compile("[0-9]{16,19}")
_FEWEST_DIGITS = 3  # different ones: 4444 4444 4444 4448 is typed for fun, 0000 0000 0000 0000 is none


def is_identity_card(number: str) -> bool:
    """Whether a number of 18 or 15 signs is that of a mainland identity card.

    Of 18 signs the last is a check sign (``X`` for ten); the 15 digits given out before 1999 have none, so of these the
    province and the date of birth are all that speaks for it.

    Examples
    --------
    >>> is_identity_card("11010519491231002X"), is_identity_card("110105194912310021")
    (True, False)
    """
    if re.fullmatch("[0-9]{17}[0-9Xx]", number):
        total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
        return _CHECK_SIGNS[total % 11] == number[17].upper() and _is_date(number[6:14])
    return (
        bool(re.fullmatch("[0-9]{15}", number))
        and _PROVINCE.match(number) is not None
        and _is_date(f"19{number[6:12]}")
    )


def is_bank_card(number: str) -> bool:
    """Whether 16 to 19 digits pass the test of Luhn (ISO/IEC 7812-1), as one number in ten does by chance.

    Examples
    --------
    >>> is_bank_card("1234567812345670"), is_bank_card("1234567812345678")
    (True, False)
    """
    if not _CARD.fullmatch(number) or len(set(number)) < _FEWEST_DIGITS:
        return False
    digits = [int(digit) for digit in reversed(number)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _is_date(digits: str) -> bool:
    try:
        datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True
