"""How a source of letters is named, for commands, forms and messages. Dags use it, so it imports nothing."""

SOURCE_FORMS = "site, manifest:<address> or folder:<path>"
