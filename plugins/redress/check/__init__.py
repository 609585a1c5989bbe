"""Ask the rules about letters, alone and together, and decide what becomes of each letter."""
