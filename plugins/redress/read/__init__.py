"""Read the bytes of a file: what the letter or the data table states, with the place of each number as evidence."""
