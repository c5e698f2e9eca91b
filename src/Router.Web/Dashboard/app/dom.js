// Elements by hand, text never as markup. Tables are brought up to date row by row, so that focus, selection and scrolling stay where they are.

export const find = id => document.getElementById(id);

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

export function write(element, text) {
  const wanted = text === null || text === undefined ? "" : String(text);
  if (element.textContent !== wanted) element.textContent = wanted;
}

// A word in the colour of what it means. Colour is never alone.
export function badge(text, kind) {
  return make("span", { class: `badge ${kind}` }, text);
}

// columns: [{ text(item) or node(item), class, head }]. A node is made anew only when what it says (mark) has changed.
export function fill(body, items, key, columns, nothing) {
  const rows = new Map([...body.rows].filter(row => row.dataset.key !== undefined).map(row => [row.dataset.key, row]));
  const wanted = items.map(item => {
    const name = String(key(item));
    const row = rows.get(name) ?? begin(name, columns);
    columns.forEach((column, index) => update(row.cells[index], column, item));
    return row;
  });
  if (wanted.length === 0) wanted.push(make("tr", {}, make("td", { class: "nothing", colspan: columns.length }, nothing)));
  if (wanted.length === body.rows.length && wanted.every((row, index) => row === body.rows[index])) return;
  const focus = document.activeElement;
  body.replaceChildren(...wanted);
  if (focus && focus !== document.activeElement && body.contains(focus)) focus.focus();
}

function begin(name, columns) {
  const row = make("tr");
  row.dataset.key = name;
  columns.forEach((column, index) => {
    const cell = make(index === 0 ? "th" : "td", { class: column.class, scope: index === 0 ? "row" : null });
    if (column.head) cell.dataset.head = column.head;
    row.append(cell);
  });
  return row;
}

function update(cell, column, item) {
  if (column.text) {
    write(cell, column.text(item));
    return;
  }
  const mark = String(column.mark(item));
  if (cell.dataset.mark === mark) return;
  cell.dataset.mark = mark;
  const node = column.node(item);
  cell.replaceChildren(...(node === null ? [] : [].concat(node)));
}
