"""The forms in which a person names a source of letters, as commands, forms and messages show them. Dags use this
module, so it imports nothing.
"""

SOURCE_FORMS = "site, manifest:<address> or folder:<path>"
