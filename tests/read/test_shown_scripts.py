"""What a script of a web page may change is withheld, and a script that changes nothing takes no figure away."""

import pytest

from tests.read.shown import letter, page, seen

pytestmark = pytest.mark.needs("time")

R = 'document.getElementById("r")'
CHANGING = {
    # the name of a case: a script that changes <b id="r" data-x="1">27</b>, or may change it
    "by its tag": 'document.getElementsByTagName("b")[0].textContent = "29"',
    "by its name alone": 'r.textContent = "29"',
    "by an id in a variable": 'var i = "r"; document.getElementById(i).textContent = "29"',
    "by an attribute": 'document.querySelector("[data-x]").textContent = "29"',
    "each of several": 'document.querySelectorAll("p b").forEach(b => b.innerText = "29")',
    "in a loop": 'for (const b of document.querySelectorAll("p b")) { b.innerText = "29" }',
    "the whole body": 'document.body.innerHTML = document.body.innerHTML.replace("27", "29")',
    "the whole body by a selector": 'document.querySelector("body").innerHTML = x.replace("27", "29")',
    "with a comment": 'document.getElementById( /* the count */ "r").textContent = "29"',
    "through a variable": f'var e = {R}; e.textContent = "29"',
    "through two variables": f'var e = {R}; var f = e; f.textContent = "29"',
    "the text in it": f'{R}.firstChild.data = "29"',
    "what stands around it": f'{R}.parentNode.innerHTML = "29"',
    "by a name in parts": f'{R}["inner" + "Text"] = "29"',
    "by a name in brackets": f'{R}["innerText"] = "29"',
    "an attribute of it": f'{R}.toggleAttribute("hidden")',
    "what a range holds": f"var g = new Range(); g.selectNode({R}); g.deleteContents()",
    "its typed style": f'{R}.attributeStyleMap.set("display", "none")',
    "a rule": 'document.styleSheets[0].insertRule("b{display:none}")',
    "a style sheet": 'var e = document.createElement("style"); e.textContent = x; document.head.append(e)',
    "an adopted style sheet": "document.adoptedStyleSheets = [s]",
    "a written style sheet": 'document.write("<style>b{display:none}</style>")',
    "a written comment": 'document.write("<!--")',
    "written from elsewhere": "document.write(text)",
    "a class of the page": 'document.documentElement.className = "dark"',
    "an element of its own": 'customElements.define("x-n", X)',
    "by jQuery": '$("#r").html("29")',
    "by jQuery, and further": '$("#r").addClass("a").hide()',
    "of unknown code": "eval(x)",
    "moved elsewhere": f'document.querySelector("h1").append({R})',
}


@pytest.mark.parametrize("script", CHANGING.values(), ids=CHANGING)
@pytest.mark.parametrize("attributes", ["", ' type="text/jscript"', ' type="text/javascript1.5"'])
def test_what_a_script_may_change_is_withheld(script: str, attributes: str) -> None:
    number = f'<b id="r" data-x="1">27</b><script{attributes}>{script}</script>'
    assert "a script of the page" in (seen(letter(page(number, head="<style>.dark b{color:red}</style>"))) or "")


@pytest.mark.parametrize(
    "element",
    [
        f"<img src=x onerror='{R}.textContent=29'>",
        f"<svg onload='{R}.textContent=29'></svg>",
        f'<script src="data:text/javascript,{R}.remove()"></script>'.replace('"r"', "'r'"),
        f"<svg><script>{R}.remove()</script></svg>",
        "<p onfocus='this.textContent=29' autofocus tabindex=0>x</p>",
    ],
)
def test_what_a_handler_may_change_is_withheld(element: str) -> None:
    whole = page('<b id="r">27</b>').replace("</main>", f"{element}</main>")
    assert "a script of the page" in (seen(letter(whole)) or "")


HARMLESS = {
    "data": 'window.dataLayer = window.dataLayer || []; window.page = {"className": "x", "innerHTML": "y"};',
    "a count of visits": "function gtag(){dataLayer.push(arguments)} gtag('js', new Date()); gtag('config', 'G');",
    "a manager of tags": """(function(w,d,s,l,i){w[l]=w[l]||[];w[l].push({'gtm.start':new Date().getTime(),
        event:'gtm.js'});var f=d.getElementsByTagName(s)[0],j=d.createElement(s),dl=l!='dataLayer'?'&l='+l:'';
        j.async=true;j.src='https://www.example.org/gtm.js?id='+i+dl;f.parentNode.insertBefore(j,f);
        })(window,document,'script','dataLayer','GTM-1');""",
    "an older count of visits": """var _gaq = _gaq || []; _gaq.push(['_trackPageview']); (function() {
        var ga = document.createElement('script'); ga.type = 'text/javascript'; ga.async = true;
        ga.src = ('https:' == document.location.protocol ? 'https://ssl' : 'http://www') + '.example.org/ga.js';
        var s = document.getElementsByTagName('script')[0]; s.parentNode.insertBefore(ga, s); })();""",
    "a written script": """document.write(unescape("%3Cscript src='" + host + "ga.js'%3E%3C/script%3E"));""",
    "a written script with an address": r"""document.write('<script src="/x.js"><\/script>');""",
    "scripts run": "document.documentElement.className = document.documentElement.className.replace('no-js','js')",
    "scripts run, by a name": r"""(function(H){H.className=H.className.replace(/\bno-js\b/,'js')})
        (document.documentElement)""",
    "scripts run, by a list": """document.documentElement.classList.remove('no-js');
        document.documentElement.classList.add('js')""",
    "scripts run, and more": """document.body.className += ' js-enabled' +
        ('noModule' in HTMLScriptElement.prototype ? ' govuk-frontend-supported' : '');""",
    "scripts run, or not": """document.body.className = ((document.body.className) ?
        document.body.className + ' js-enabled' : 'js-enabled');""",
    "a script in the head": """var e = document.createElement('script'); e.src = '/a.js';
        document.head.appendChild(e);""",
    "a size of the window": "document.documentElement.style.setProperty('--vh', innerHeight + 'px')",
    "what is sent": "var f = new FormData(); f.append('a', 'b'); fetch('/x', {body: f}).then(r => r.text())",
    "a field that is read": "var q = document.getElementById('query').value; if (q.value == 3) { x = 4 }",
    "another part of the page": """var menu = document.getElementById('menu'); menu.classList.toggle('open');
        menu.hidden = true;""",
    "another part, by jQuery": "$(document).ready(function(){ $('#menu').addClass('a').hide(); });",
    "a year": "document.write(new Date().getFullYear())",
}  # fmt: skip


@pytest.mark.parametrize("script", HARMLESS.values(), ids=HARMLESS)
def test_a_script_that_changes_no_figure_takes_none_away(script: str) -> None:
    whole = page(head=f"<script>{script}</script>").replace("</main>", f"</main><script>{script}</script>")
    read = letter(whole)
    assert (seen(read), seen(read, "uphold_rate_pct"), read.conflicts) == ("27", "83%", ())


@pytest.mark.parametrize(
    "element",
    [
        '<script type="application/ld+json">{"x": "document.body.innerHTML = 1"}</script>',
        '<script type="text/template"><b>document.body.innerHTML = 1</b></script>',
        "<script nomodule>document.body.innerHTML = 1</script>",
        '<script src="/x.js">document.body.innerHTML = 1</script>',
        "<img src=x onerror=\"this.style.display='none'\">",
        '<link rel="preload" href="/a.css" as="style" onload="this.onload=null;this.rel=\'stylesheet\'">',
        '<link rel="stylesheet" href="/a.css" media="print" onload="this.media=\'all\'">',
        '<a href="#" onclick="document.body.innerHTML = 1">x</a>',
    ],
)
def test_what_no_browser_runs_takes_no_figure_away(element: str) -> None:
    assert seen(letter(page().replace("</main>", f"{element}</main>"))) == "27"
