"""From the bytes of a file to what the letter or the data table states, with the evidence of where it stood."""
