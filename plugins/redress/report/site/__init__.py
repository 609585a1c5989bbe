"""The site: static pages of the current release for people who look rather than query.

<home>/site/index.html                   the newest season, the map, all councils
<home>/site/council/<id>.html            a council over the seasons; council/<id>/<season>.html has the evidence
<home>/site/season/<season>.html, .pdf   all councils in a season
<home>/site/type/<type>/<season>.html    a council type in a season, ranked
<home>/site/compare.html, coverage.html, method.html, data.html, data/
"""
