"""The press: prints letters, as PDFs marked as samples, from tables of figures and the project's own prose.

A row of a table and its council give the content of a letter (`content`, `tables`). The words of the season turn
the letter's figures into blocks of sentences (`wording`). A look places the blocks on paper (`looks`, `printing`).
Golden letters are set by hand instead (`galley`), so that each can be odd in one way (`oddities`, `golden`).
"""
