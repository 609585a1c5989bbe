"""What everything speaks of: seasons, letters, measures, authorities. Imports nothing else of this package."""
