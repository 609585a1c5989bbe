"""How a person names a source of letters, in the words that commands, Airflow's forms and messages show. Dags use
this module, so it imports nothing.
"""

SOURCE_FORMS = "site, manifest:<address> or folder:<path>"
