"""Letters: from the bytes of one file to what the letter states, with the evidence."""
