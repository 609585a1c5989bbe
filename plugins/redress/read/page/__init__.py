"""The parts of a page: lines and segments, blocks, sentences, tables, and the numbers in them."""
