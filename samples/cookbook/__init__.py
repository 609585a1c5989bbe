"""The letters that docs/cookbook.md is shown on, the release made of them, and the questions it is asked.

python -m samples.cookbook                 writes the outputs in docs/cookbook.md
python -m samples.cookbook --home FOLDER   does so and keeps the release, in FOLDER/warehouse/current/
"""
