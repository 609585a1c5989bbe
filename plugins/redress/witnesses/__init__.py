"""Second witnesses: the Ombudsman's data tables and a council's statistics page, beside what its letter states."""
