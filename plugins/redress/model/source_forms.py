"""The ways to name a source of letters, for commands, forms and messages. Dags use this module, so it imports
nothing.
"""

SOURCE_FORMS = "site, manifest:<address> or folder:<path>"
