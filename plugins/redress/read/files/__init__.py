"""The kinds of files: the words of a PDF, a web page, a text or a picture of text, with their places."""
