"""A new season's wording: the sentences that no layout knows, and what arithmetic says about their numbers.

`pieces` takes them from a letter, `patterns` compares the letters of a season, `search` asks what each number can
be, `trial` reads the season with a proposal. Nothing here changes what the reader reads.
"""
