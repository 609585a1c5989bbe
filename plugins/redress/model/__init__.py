"""What all other folders speak of: seasons, letters, measures, authorities. The modules here import nothing else of
the package.
"""
