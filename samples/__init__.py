"""Sample letters to invented councils, and the press that prints them."""
