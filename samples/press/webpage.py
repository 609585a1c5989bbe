"""A council's statistics page as HTML, in the form in which the Ombudsman's site shows the latest season."""

import re
from html import escape

from samples.press.content import SAMPLE_MARK, Block, ComplaintOverview, LetterContent, ThreeStatistics
from samples.press.wording import PAGE_OF_2023, complaint_overview, three_statistics

_MARKED = re.compile(r"\*\*(.+?)\*\*")


def web_page(content: LetterContent) -> bytes:
    """Return a council's statistics page of 2023 or later as HTML. Raise TypeError for other figures."""
    season, name = content.season, content.authority_name
    match content.statistics:
        case ThreeStatistics() as figures:
            page = three_statistics(season, figures, name, PAGE_OF_2023 if season.year == 2023 else None)
        case ComplaintOverview() as overview:
            page = complaint_overview(season, overview, name)
        case other:
            raise TypeError(f"no page of the web shows {type(other).__name__}")
    blocks = "\n".join(_block(block) for block in page.blocks)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>SAMPLE - {escape(name)}</title>
<style>.ring {{ width: 66%; }}</style>
<script>var shown = {{"complaints": 12, "upheld": 34}};</script>
</head>
<body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/councils">Your council&#8217;s performance</a></li></ul></nav>
<main>
<p>{SAMPLE_MARK}</p>
<h1>{escape(name)}</h1>
<p>Local Government and Social Care Ombudsman: annual review statistics. 361 authorities are shown on our map.</p>
{blocks}
<p><a href="/councils/letters">View annual letters</a></p>
</main>
<footer><p>Telephone lines are open for 5 days a week. 2 upheld decisions were published last week.</p></footer>
</body>
</html>
""".encode()


def _block(block: Block) -> str:
    lines = [f"<section>\n<h2>{escape(block.heading)}</h2>"]
    if block.rate_pct is not None:
        lines.append(f'<img class="ring" src="ring.svg" alt="{block.rate_pct} of 100">')
    lines += [f"<p>{_strong(sentence)}</p>" for sentence in block.sentences]
    if block.count is not None:
        lines.append(f"<p><strong>{block.count.number:,}</strong> {escape(block.count.caption)}</p>")
    lines += [f"<p>{_strong(line)}</p>" for line in (block.base, block.remark) if line is not None]
    return "\n".join([*lines, "</section>"])


def _strong(text: str) -> str:
    return _MARKED.sub(r"<strong>\1</strong>", escape(text, quote=False))
