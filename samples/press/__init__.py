"""The press: prints letters, as PDFs marked as samples, from tables of figures and the project's own prose.

The way of a letter here: a row of the table and its council give a `LetterContent` (`content`); a layout's words
turn its figures into blocks of sentences (`wording`); a look places the blocks on paper (`looks`, `printing`).
Golden letters are set by hand instead (`galley`), so that each can be odd in one way (`oddities`, `golden`).
"""
