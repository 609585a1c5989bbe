"""Numbers as letters print them: regular expressions that recognise numbers, and the numbers' values.

The expressions differ in which numbers and which spaces they accept. A digit is one of 0 to 9, because letters
print no digits of other scripts.
"""

import re
from decimal import Decimal

COUNT = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,2}|[0-9]{1,7})"
"""A count, with or without commas between its thousands: "53", "1,100"."""
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ONE = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_LONGEST_FIRST = "|".join(sorted(_ONE, key=len, reverse=True))
_BELOW_A_HUNDRED = rf"(?:(?:{'|'.join(TENS)})(?:[\s-]?(?:{'|'.join(_ONE[:9])}))?|{_LONGEST_FIRST})"
_HUNDREDS = rf"(?:an?|{'|'.join(_ONE[:9])})\s?hundred(?:(?:\s?and)?\s?{_BELOW_A_HUNDRED})?"
COUNT_IN_WORDS = rf"(?:{_HUNDREDS}|{_BELOW_A_HUNDRED}|zero)"
"""A count below a thousand, in words: "three", "twenty-one", "a hundred and twelve"."""
BEGINNING_OF_A_NUMBER = rf"(?:[0-9]|an?\s?(?:hundred|\n)|zero|{'|'.join(TENS)}|{_LONGEST_FIRST})"
"""The beginning of a number. The rest of the number may stand in the next line."""
_SHARE = r"[0-9]{1,3}(?:\.[0-9]{1,3})?"
_PER_CENT = r"\s*(?:%|per\s?cent)"
PERCENTAGE = _SHARE + _PER_CENT
"""A percentage in a sentence, with a sign or in words: "53%", "53.5 %", "53 per cent"."""
NUMBER_IN_A_CELL = re.compile(rf"{COUNT}|{_SHARE}\s*%", re.ASCII)
"""The whole content of a table's cell: a count, or a percentage. A space may stand before the sign: "53 %"."""
NUMBER_IN_A_WORD = re.compile(rf"{COUNT}|{_SHARE}%", re.ASCII)
"""One word that is a count or a percentage. "53 %" is two words, so it does not match as a percentage."""
NUMBER_BESIDE_A_PARAGRAPH = re.compile(rf"{COUNT}(?:\.[0-9]+)?(?:{_PER_CENT})?")
"""A number that a paragraph can begin with: a count, a rate ("5.9"), or a percentage with a sign or in words."""
A_NUMBER = re.compile(rf"{COUNT}(?:\.[0-9]+)?%?")
"""One word that is a number of any kind."""


def read_number(text: str) -> Decimal:
    """Return the value of a printed number: "53%", "1,100", "5.9", "0.8%", "twelve". Raise ValueError for any other
    text.
    """
    if re.fullmatch(COUNT_IN_WORDS, text.strip(), flags=re.IGNORECASE):
        return Decimal(_count_in_words(text))
    digits = re.sub(rf"{_PER_CENT}$", "", text.strip(), flags=re.IGNORECASE)
    if not re.fullmatch(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", digits, flags=re.ASCII):
        raise ValueError(f"{text!r} is not a number as the letters print them")
    return Decimal(digits.replace(",", ""))


def _count_in_words(text: str) -> int:
    *hundreds, rest = re.sub(r"[\s-]", "", text.casefold()).split("hundred")
    count = 100 * _ONE.index(hundreds[0]) + 100 if hundreds and hundreds[0] in _ONE else 100 * len(hundreds)
    rest = rest.removeprefix("and")
    for place, ten in enumerate(TENS, start=2):
        if rest.startswith(ten):
            count, rest = count + 10 * place, rest.removeprefix(ten)
    return count + (_ONE.index(rest) + 1 if rest in _ONE else 0)
