"""The cookbook (docs/cookbook.md): its letters, the release that is made of these letters, and its questions.

python -m samples.cookbook                 writes the outputs in docs/cookbook.md
python -m samples.cookbook --home FOLDER   does so and keeps the release, in FOLDER/warehouse/current/
"""
