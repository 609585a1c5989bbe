"""The subjects of all rooms: seasons, letters, measures, authorities. Imports nothing else of this package."""
