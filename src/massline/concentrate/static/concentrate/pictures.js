/* Touch a mark of a picture to read what it is; find rows of the list beside it by a word. Without this script the list says it all.

   <div class="ml-beside" data-find="label of the field" data-none="said when nothing is found">: a figure whose marks carry data-n, and an
   <ol> whose row of that number says the same. */

const FEW = 7; // rows that need no finding

for (const part of document.querySelectorAll(".ml-beside")) {
  const list = part.querySelector("ol");
  const figure = part.querySelector("figure");
  if (!list || !figure) continue;
  const rows = new Map([...list.children].map((row, place) => [String(list.start + place), row]));
  const marks = [...figure.querySelectorAll("[data-n]")];
  touchable(figure, marks, rows);
  if (rows.size > FEW) findable(part, list, marks, rows);
}

/* Said below the picture, with the link of its row: nothing jumps away under the finger. */
function touchable(figure, marks, rows) {
  const said = document.createElement("p");
  said.className = "ml-said";
  said.setAttribute("role", "status");
  figure.querySelector("figcaption").before(said);
  for (const mark of marks) {
    mark.addEventListener("click", () => {
      const link = rows.get(mark.dataset.n)?.querySelector("a")?.cloneNode(true);
      if (!link) return;
      const tip = figure.querySelector(`[data-n="${mark.dataset.n}"] title`); // the narrow drawing has none
      said.replaceChildren(`${mark.dataset.n}. `, link, tip ? ` ${tip.textContent.split(": ").at(-1)}` : "");
      for (const other of marks) other.classList.toggle("ml-touched", other.dataset.n === mark.dataset.n);
    });
  }
  for (const [number, row] of rows) {
    const same = marks.filter((mark) => mark.dataset.n === number);
    const shine = (on) => same.forEach((mark) => mark.classList.toggle("ml-touched", on));
    row.addEventListener("pointerenter", () => shine(true));
    row.addEventListener("pointerleave", () => shine(false));
    row.addEventListener("focusin", () => shine(true));
    row.addEventListener("focusout", () => shine(false));
  }
}

function findable(part, list, marks, rows) {
  const label = document.createElement("label");
  const field = document.createElement("input");
  const none = document.createElement("p");
  label.className = "ds-label ml-find";
  field.className = "ds-input";
  field.type = "search";
  label.append(part.dataset.find, field);
  none.setAttribute("role", "status");
  list.before(label, none);
  for (const [number, row] of rows) row.value = Number(number); // a row keeps its number when others are hidden
  field.addEventListener("input", () => {
    const words = field.value.trim().toLowerCase().split(/\s+/);
    let found = 0;
    for (const [number, row] of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      found += !row.hidden;
      for (const mark of marks) if (mark.dataset.n === number) mark.classList.toggle("ml-dimmed", row.hidden);
    }
    none.textContent = found ? "" : part.dataset.none;
  });
}
