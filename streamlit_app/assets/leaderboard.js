// Draws the table from data; every text is set as text. Runs again on each change and keeps the focus where it was.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value)
  }
  made.append(...children)
  return made
}

const ARROWS = { ascending: "▲", descending: "▼", none: "" }

function headCell(heading, tell) {
  const button = element("button", { type: "button", title: heading.title, "data-focus": `sort-${heading.key}` },
    heading.label, element("span", { class: "arrow", "aria-hidden": "true" }, ARROWS[heading.sorted]))
  button.onclick = () => tell("sort", heading.key)
  return element("th", { scope: "col", "aria-sort": heading.sorted, class: heading.is_number ? "number" : "" }, button)
}

function bodyCell(cell, heading, row, tell) {
  const text = cell.mark ? `${cell.text} ${cell.mark}` : cell.text
  if (heading.key === "name") {
    const button = element("button", { type: "button", class: "name", title: "Show this campaign",
      "data-focus": `open-${row.campaign_id}` }, text)
    button.onclick = () => tell("open", row.campaign_id)
    return element("th", { scope: "row", class: "sticky" }, button)
  }
  const classes = [heading.is_number ? "number" : "", cell.is_faint ? "faint" : "", cell.mark ? "bad" : ""].join(" ")
  const made = element("td", { class: classes, title: cell.title || null }, element("span", {}, text))
  if (cell.bar !== null) {
    const fill = element("span", { class: "fill" })
    fill.style.width = `${(100 * cell.bar).toFixed(1)}%`
    made.append(element("span", { class: "bar", "aria-hidden": "true" }, fill))
  }
  return made
}

function pager(data, tell) {
  const step = (label, page, isPossible) => {
    const button = element("button", { type: "button", class: "step", disabled: !isPossible, "data-focus": `page-${label}` }, label)
    button.onclick = () => tell("page", page)
    return button
  }
  const first = data.found ? (data.page - 1) * 25 + 1 : 0
  const last = first ? first + data.rows.length - 1 : 0
  const note = `${first}–${last} of ${data.found}` + (data.found < data.known ? ` (${data.known} in all)` : "")
  return element("div", { class: "pager" }, element("span", { role: "status" }, note),
    step("Previous", data.page - 1, data.page > 1), step("Next", data.page + 1, data.page < data.pages))
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const root = parentElement.querySelector("#board")
  const focused = parentElement.activeElement?.dataset?.focus
  const scrolled = root.querySelector(".scroll")?.scrollLeft ?? 0
  const head = element("tr", {}, element("th", { scope: "col", class: "number rank" }, "#"),
    ...data.headings.map((heading) => headCell(heading, setTriggerValue)))
  const rows = data.rows.map((row) => element("tr", { class: row.campaign_id === data.selected ? "selected" : "",
    "aria-current": row.campaign_id === data.selected ? "true" : null },
    element("td", { class: "number rank" }, row.cells[0].text),
    ...row.cells.slice(1).map((cell, index) => bodyCell(cell, data.headings[index], row, setTriggerValue))))
  const table = element("table", {}, element("caption", {}, data.caption), element("thead", {}, head),
    element("tbody", {}, ...rows))
  const scroll = element("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": data.caption }, table)
  root.replaceChildren(scroll, pager(data, setTriggerValue))
  scroll.scrollLeft = scrolled
  if (focused) root.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true })
}
