"""What is asked of letters, alone and together, and what becomes of a letter that fails."""
