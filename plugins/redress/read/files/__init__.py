"""Find the words of a file and their places: a PDF, a web page, a text, or a picture of text."""
