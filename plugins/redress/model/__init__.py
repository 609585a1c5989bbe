"""The things that all other folders handle: seasons, letters, measures, authorities. The modules here import
nothing else of the package.
"""
