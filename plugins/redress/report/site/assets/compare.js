// Councils side by side: the reader chooses, and the address after # keeps what was chosen.
"use strict";
const MOST = 6;
const COLOURS = ["#1d4f91", "#b35806", "#117733", "#882255", "#44aa99", "#57606a"];
const DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [4, 2], [1, 3]];
const RATES = [
  ["uphold_rate_pct", "Uphold rate"],
  ["compliance_rate_pct", "Compliance rate"],
  ["satisfactory_remedy_rate_pct", "Satisfactory remedy rate"],
];
const chooser = document.getElementById("chooser");
const add = document.getElementById("add");
const chosenList = document.getElementById("chosen");
const said = document.getElementById("said");
const place = document.getElementById("compared");
const councils = [...document.querySelectorAll("#all li")].map((item) => ({
  id: item.dataset.id, name: item.textContent, script: item.dataset.script, page: item.dataset.page,
  about: item.dataset.about,
}));
const byId = new Map(councils.map((council) => [council.id, council]));
const waiting = new Map();
let chosen = [];
let drawing = 0;

window.redressCompared = (id, stated) => {
  byId.get(id).stated = stated;
  waiting.get(id)?.();
};

function load(council) {
  if (council.stated) return Promise.resolve();
  return new Promise((resolve, reject) => {
    waiting.set(council.id, resolve);
    const script = document.createElement("script");
    script.src = council.script;
    script.onerror = () => reject(new Error(`${council.name} could not be loaded`));
    document.head.append(script);
  });
}

function element(name, text, more = {}) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  return Object.assign(made, more);
}

function fillChooser() {
  const first = chosen.length ? chosen[0].stated : null;
  const near = first ? first.near.map((number) => councils[number]) : [];
  const others = councils.filter((council) => !near.includes(council));
  const options = [element("option", chosen.length < MOST ? "choose" : "six are chosen", { value: "" })];
  for (const [label, group] of [["Similar councils, nearest first", near], ["Others", others]]) {
    const free = group.filter((council) => !chosen.includes(council));
    if (!free.length) continue;
    const part = near.length ? element("optgroup", undefined, { label }) : document.createDocumentFragment();
    for (const council of free) {
      part.append(element("option", `${council.name} (${council.about})`, { value: council.id }));
    }
    options.push(part);
  }
  add.replaceChildren(...options);
  add.disabled = chosen.length >= MOST;
}

function showChosen() {
  chosenList.replaceChildren(...chosen.map((council) => {
    const item = element("li");
    const button = element("button", "remove", { type: "button" });
    button.setAttribute("aria-label", `remove ${council.name}`);
    button.addEventListener("click", () => choose(chosen.filter((one) => one !== council)).then(() => add.focus()));
    item.append(element("a", council.name, { href: council.page }), button);
    return item;
  }));
}

function points(column) {
  const found = [];
  for (const council of chosen) {
    let before = null;
    let stretch = 0;
    for (const year of council.stated.years) {
      if (year[column] === null) continue;
      const isNext = before && year.season === before.season + 1
        && year.comparable_since_season === before.comparable_since_season;
      if (!isNext) stretch += 1;
      found.push({ id: council.id, season: year.season, rate: year[column], stretch: `${council.id} ${stretch}`,
        small: column === "uphold_rate_pct" && year.is_small_number === true });
      before = year;
    }
  }
  return found;
}

function chart(column) {
  const ids = chosen.map((council) => council.id); // two councils may have one name
  const first = Number(chooser.dataset.first), last = Number(chooser.dataset.last);
  const x = { field: "season", type: "quantitative", scale: { domain: [first - 0.5, last + 0.5], nice: false },
    axis: { format: "d", title: null, grid: false, labelOverlap: "greedy",
      values: Array.from({ length: last - first + 1 }, (_, number) => first + number) } };
  const y = { field: "rate", type: "quantitative", scale: { domain: [0, 100] }, axis: { title: "per cent" } };
  const colour = { field: "id", type: "nominal", scale: { domain: ids, range: COLOURS }, legend: null };
  const dash = { field: "id", type: "nominal", scale: { domain: ids, range: DASHES }, legend: null };
  return { $schema: "https://vega.github.io/schema/vega-lite/v6.json", width: 300, height: 180,
    data: { values: points(column) }, config: { view: { stroke: null }, font: "sans-serif" },
    layer: [
      { mark: { type: "line", strokeWidth: 2 }, encoding: { x, y, color: colour, strokeDash: dash, detail: { field: "stretch" } } },
      { mark: { type: "point", size: 45, strokeWidth: 2, opacity: 1 },
        encoding: { x, y, stroke: colour, fill: { condition: { test: "datum.small", value: "white" }, ...colour } } },
    ] };
}

function table(column, title) {
  const seasons = [...new Set(chosen.flatMap((council) => council.stated.years.map((year) => year.season)))].sort();
  const made = element("table");
  const head = made.createTHead().insertRow();
  head.append(element("th", "season", { scope: "col" }), ...chosen.map((council) => element("th", council.name, { scope: "col" })));
  const body = made.createTBody();
  for (const season of seasons) {
    const row = body.insertRow();
    row.append(element("th", `${season - 1}-${String(season % 100).padStart(2, "0")}`, { scope: "row" }));
    for (const council of chosen) {
      const year = council.stated.years.find((one) => one.season === season);
      const value = year && year[column] !== null ? `${year[column]}%` : "–";
      const cell = row.insertCell();
      cell.textContent = value;
      if (value !== "–" && column === "uphold_rate_pct") {
        const small = year.is_small_number ? ", few" : "";
        cell.append(element("small", `${year.upheld_count ?? "–"} of ${year.uphold_rate_base_count ?? "–"}${small}`));
      }
    }
  }
  const scroll = element("div", undefined, { className: "scroll", tabIndex: 0 });
  scroll.setAttribute("role", "region");
  scroll.setAttribute("aria-label", title);
  scroll.append(made);
  return scroll;
}

async function draw() {
  const mine = ++drawing;
  const parts = [];
  if (chosen.length) {
    const key = element("ul", undefined, { className: "legend" });
    chosen.forEach((council, number) => {
      const item = element("li");
      item.append(keyLine(number), council.name);
      key.append(item);
    });
    parts.push(key);
  }
  for (const [column, title] of chosen.length ? RATES : []) {
    const section = element("section");
    section.append(element("h2", title));
    const target = element("div");
    target.setAttribute("role", "img");
    target.setAttribute("aria-label", `${title} by the year of the letter; the table below has the numbers`);
    section.append(target, table(column, title));
    parts.push(section);
    await vegaEmbed(target, chart(column), { actions: false, ast: true, defaultStyle: false, renderer: "svg", tooltip: false });
  }
  if (mine === drawing) place.replaceChildren(...parts);
}

function keyLine(number) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
  for (const [name, value] of [["width", 32], ["height", 10], ["aria-hidden", "true"]]) svg.setAttribute(name, value);
  for (const [name, value] of [["x1", 0], ["x2", 28], ["y1", 5], ["y2", 5], ["stroke", COLOURS[number]],
    ["stroke-width", 3], ["stroke-dasharray", DASHES[number].join(" ")]]) line.setAttribute(name, value);
  svg.append(line);
  return svg;
}

async function choose(wanted) {
  chosen = [...new Set(wanted)].slice(0, MOST);
  try {
    await Promise.all(chosen.map(load));
  } catch (error) {
    said.textContent = error.message;
    chosen = chosen.filter((council) => council.stated);
  }
  history.replaceState(null, "", `#${chosen.map((council) => encodeURIComponent(council.id)).join(",")}`);
  fillChooser();
  showChosen();
  await draw();
  said.textContent = chosen.length ? `${chosen.length} chosen` : "";
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch { // an address that was cut or typed wrongly names no council
    return "";
  }
}

function fromAddress() {
  const ids = location.hash.slice(1).split(",").filter(Boolean).map(decoded);
  return choose(ids.map((id) => byId.get(id)).filter(Boolean));
}

add.addEventListener("change", () => {
  const council = byId.get(add.value);
  if (council) choose([...chosen, council]);
});
window.addEventListener("hashchange", fromAddress);
chooser.hidden = false;
fromAddress();
