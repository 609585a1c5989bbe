"""Explain a new season's wording: find the sentences that no layout knows, and the meaning of their numbers by
arithmetic.

`pieces` finds the unknown sentences of a letter. `patterns` compares the letters of a season and finds the
sentences that they share, with a slot for each number in a sentence. `search` finds which figure each slot can
hold, and `trial` reads the season with the proposals. Nothing here changes what the reader reads.
"""
