// Search in the list of councils: the list itself is shortened, so it works by keyboard as any list of links.
"use strict";
const field = document.getElementById("search");
const list = document.getElementById("council-list");
if (field && list) {
  const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  const entries = [...list.children].map((item) => [item, plain(`${item.textContent} ${item.dataset.words}`)]);
  const status = document.getElementById("search-found");
  field.closest("p").hidden = false;
  field.addEventListener("input", () => {
    const wanted = plain(field.value).split(/\s+/).filter(Boolean);
    let count = 0;
    for (const [item, words] of entries) {
      item.hidden = !wanted.every((word) => words.includes(word));
      count += item.hidden ? 0 : 1;
    }
    status.textContent = wanted.length ? `${count} found` : "";
  });
  field.addEventListener("keydown", (event) => {
    const shown = entries.filter(([item]) => !item.hidden);
    if (event.key === "Enter" && field.value.trim() && shown.length) shown[0][0].querySelector("a").click();
  });
}
