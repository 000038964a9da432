// What a reader works with: search, contents that follow, tables that sort, copy and download, dark mode, folding.
// Text of the report is read and moved, never parsed: nothing here makes markup of it.
"use strict";
const root = document.documentElement;
const kept = { // the reader's choice, where the browser lets a page keep one
  get: () => { try { return localStorage.getItem("bespoke-theme"); } catch { return null; } },
  set: value => { try { localStorage.setItem("bespoke-theme", value); } catch { /* not kept */ } },
};
if (kept.get()) root.dataset.theme = kept.get();

document.addEventListener("DOMContentLoaded", () => {
  const words = JSON.parse(root.dataset.words);
  const main = document.querySelector("main");
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const button = (text, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
  };

  // -- dark and light ------------------------------------------------------------------------------
  const system = matchMedia("(prefers-color-scheme: dark)");
  const toggle = document.querySelector("#switch");
  const isDark = () => root.dataset.theme ? root.dataset.theme === "dark" : system.matches;
  const named = () => { toggle.textContent = isDark() ? words.light : words.dark; };
  toggle.hidden = false;
  toggle.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    kept.set(root.dataset.theme);
    named();
  });
  system.addEventListener("change", named);
  named();

  // -- folding -------------------------------------------------------------------------------------
  const folded = all(".chapter > details");
  const reveal = node => {
    for (let one = node; one; one = one.parentElement) if (one.localName === "details" && main.contains(one)) one.open = true;
  };
  const follow = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target || !main.contains(target)) return;
    reveal(target);
    target.scrollIntoView();
  };
  addEventListener("hashchange", follow);
  if (location.hash) follow();
  addEventListener("beforeprint", () => folded.forEach(one => { one.dataset.was = one.open ? "1" : ""; one.open = true; }));
  addEventListener("afterprint", () => folded.forEach(one => { one.open = Boolean(one.dataset.was); }));
  const volume = document.querySelector(".volume");
  if (volume) {
    const tools = document.createElement("div");
    tools.className = "tools";
    tools.append(
      button(words.unfold, () => folded.forEach(one => { one.open = true; })),
      button(words.fold, () => folded.forEach(one => { one.open = false; })),
    );
    volume.after(tools);
  }

  // -- contents ------------------------------------------------------------------------------------
  const contents = document.querySelector("#contents");
  const entries = new Map(all("nav a").map(link => [decodeURIComponent(link.hash.slice(1)), link]));
  if (contents) {
    const wide = matchMedia("(min-width: 68rem)");
    const beside = () => { contents.open = wide.matches; };
    wide.addEventListener("change", beside);
    beside();
    contents.addEventListener("click", event => {
      const link = event.target.closest("a");
      if (!link) return;
      if (!wide.matches) contents.open = false;
      if (link.hash === location.hash) follow();
    });
    contents.addEventListener("keydown", event => {
      if (event.key === "Escape" && !wide.matches) contents.open = false;
    });
    const here = link => {
      all("nav a[aria-current]").forEach(one => one.removeAttribute("aria-current"));
      link.setAttribute("aria-current", "true");
      const group = link.closest("details details");
      if (group && wide.matches) group.open = true;
    };
    const reading = new IntersectionObserver(seen => {
      for (const one of seen) {
        const link = one.isIntersecting && entries.get(one.target.getAttribute("aria-labelledby"));
        if (link) here(link);
      }
    }, { rootMargin: "-15% 0px -80% 0px" });
    all(".chapter").forEach(one => reading.observe(one));
  }

  // -- search --------------------------------------------------------------------------------------
  const form = document.querySelector("form[role=search]");
  const field = form.querySelector("input");
  const told = form.querySelector("output");
  const BLOCK = "p,li,td,th,caption,figcaption,h1,h2,h3,h4,h5,h6,pre,dt,dd,summary,text";
  const MOST = 2000; // matches that are marked
  let index = null, found = [], at = -1;
  const built = () => { // the words of the page as one text, and where each piece of it stands
    const nodes = [], starts = [];
    let text = "", last = null;
    const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode, parent = node.parentElement;
      if (parent.closest(".tools")) continue;
      const block = parent.closest(BLOCK);
      if (block !== last) text += "\n";
      last = block;
      nodes.push(node);
      starts.push(text.length);
      const lower = node.data.toLowerCase();
      text += (lower.length === node.data.length ? lower : node.data).replace(/\s/g, " ");
    }
    return { nodes, starts, text };
  };
  const point = (offset, end) => { // the node of a place in that text
    let low = 0, high = index.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (index.starts[middle] < offset + (end ? 0 : 1)) low = middle; else high = middle - 1;
    }
    return [index.nodes[low], offset - index.starts[low]];
  };
  const mark = () => {
    if (!window.Highlight) return;
    CSS.highlights.set("found", new Highlight(...found));
    CSS.highlights.set("here", new Highlight(...(at < 0 ? [] : [found[at]])));
  };
  const search = () => {
    const wanted = field.value.trim().toLowerCase().replace(/\s+/g, " ");
    found = []; at = -1;
    if (wanted.length > 1) {
      index ??= built();
      for (let i = index.text.indexOf(wanted); i >= 0 && found.length < MOST; i = index.text.indexOf(wanted, i + wanted.length)) {
        const range = document.createRange();
        range.setStart(...point(i, false));
        range.setEnd(...point(i + wanted.length, true));
        found.push(range);
      }
    }
    const hits = new Map();
    for (const range of found) {
      const chapter = range.startContainer.parentElement.closest(".chapter");
      const name = chapter && chapter.getAttribute("aria-labelledby");
      hits.set(name, (hits.get(name) || 0) + 1);
    }
    for (const [name, link] of entries) {
      if (hits.has(name)) link.dataset.hits = hits.get(name); else delete link.dataset.hits;
    }
    told.textContent = wanted.length < 2 ? "" : found.length ? words.found.replace("{n}", "0").replace("{m}", found.length) : words.not_found;
    mark();
  };
  const step = by => {
    if (!found.length) return;
    at = at < 0 && by < 0 ? found.length - 1 : (at + by + found.length) % found.length;
    const range = found[at], place = range.startContainer.parentElement;
    reveal(place);
    place.scrollIntoView({ block: "center", inline: "nearest" });
    if (!window.Highlight) { getSelection().removeAllRanges(); getSelection().addRange(range.cloneRange()); }
    told.textContent = words.found.replace("{n}", at + 1).replace("{m}", found.length);
    mark();
  };
  let waiting = 0, asked = "";
  const soon = () => { asked = field.value; search(); };
  form.hidden = false;
  field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(soon, 150); });
  field.addEventListener("keydown", event => {
    if (event.key === "Escape") { field.value = ""; soon(); }
    if (event.key === "Enter" && event.shiftKey) { event.preventDefault(); step(-1); }
  });
  form.addEventListener("submit", event => {
    event.preventDefault();
    if (asked !== field.value) { clearTimeout(waiting); soon(); }
    step(1);
  });
  all("[data-step]", form).forEach(one => one.addEventListener("click", () => step(Number(one.dataset.step))));
  addEventListener("keydown", event => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !/^(input|textarea)$/.test(event.target.localName)) {
      event.preventDefault();
      field.focus();
    }
  });

  // -- numbers and dates, as the language writes them ----------------------------------------------
  // Made when first a table is sorted or copied: a browser takes a while to know a language.
  let known = null;
  const language = () => known ??= (() => {
    const parts = new Intl.NumberFormat(root.lang).formatToParts(-12345678.9);
    const sign = type => (parts.find(one => one.type === type) || { value: "" }).value;
    return {
      group: sign("group"),
      decimal: sign("decimal"),
      months: [...Array(12).keys()].map(month =>
        new Date(2026, month, 15).toLocaleDateString(root.lang, { month: "long" }).toLowerCase().slice(0, 3)),
      collator: new Intl.Collator(root.lang, { numeric: true, sensitivity: "base" }),
    };
  })();
  const plain = text => text.replace(/[\u2212\u2013](?=[\d.,])/g, "-").replace(/[\s\u00a0\u202f]/g, "")
    .split(language().group).join("").replace(language().decimal, ".");
  const number = text => {
    const match = plain(text).match(/-?\d+(\.\d+)?/);
    return match ? Number(match[0]) : NaN;
  };
  const day = text => {
    const iso = text.match(/(\d{4})-(\d{2})-(\d{2})/);
    if (iso) return Number(iso[1] + iso[2] + iso[3]);
    const match = text.match(/(\d{1,2})\.?\s+(?:de\s+)?(\p{L}+)\.?\s+(?:de\s+)?(\d{4})/u);
    const month = match ? language().months.indexOf(match[2].toLowerCase().slice(0, 3)) : -1;
    return month < 0 ? NaN : Number(match[3]) * 10000 + (month + 1) * 100 + Number(match[1]);
  };
  const comparing = (kind, down) => {
    const read = kind === "number" ? number : kind === "date" ? day : null;
    const sense = down ? -1 : 1;
    if (!read) return (a, b) => sense * language().collator.compare(a, b);
    return (a, b) => { // what is no number stands last, up or down
      const [x, y] = [read(a), read(b)];
      return Number.isNaN(x) - Number.isNaN(y) || (Number.isNaN(x) ? 0 : sense * (x - y));
    };
  };

  // -- tables --------------------------------------------------------------------------------------
  const text = cell => cell.textContent.replace(/\s+/g, " ").trim();
  const title = cell => [...cell.querySelectorAll("small")].reduce((name, unit) => // "Load (requests a day)"
    name.slice(0, name.length - text(unit).length).trim() + ` (${text(unit)})`, text(cell));
  const grid = (table, written) => {
    const heads = table.tHead ? [...table.tHead.rows[0].cells] : [];
    const rows = [...table.tBodies[0].rows].map(row => [...row.cells].map((cell, i) => written(text(cell), heads[i])));
    return heads.length ? [heads.map(head => inert(title(head))), ...rows] : rows;
  };
  // A spreadsheet computes what begins like a formula: an apostrophe makes it text.
  const inert = value => /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(value) && !/^[+-]?\d[\d.,]*%?$/.test(value) ? `'${value}` : value;
  const whole = value => // a number as every program reads it
    /^-?\d+(\.\d+)?$/.test(plain(value)) ? plain(value) : inert(value);
  const csv = table => grid(table, (value, head) => head && head.className === "number" ? whole(value) : inert(value))
    .map(row => row.map(value => /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value).join(",")).join("\r\n");
  const copied = async written => {
    try {
      await navigator.clipboard.writeText(written);
    } catch { // an older browser, or a page from a file
      const area = document.createElement("textarea");
      area.value = written;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };
  const download = (name, written) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff", written, "\r\n"], { type: "text/csv" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const tools = (box, table) => {
    const made = document.createElement("div");
    made.className = "tools";
    const copy = button(words.copy, async () => {
      await copied(grid(table, inert).map(row => row.join("\t")).join("\n"));
      copy.textContent = words.copied;
      setTimeout(() => { copy.textContent = words.copy; }, 2000);
    });
    const number = table.querySelector("caption b");
    const name = [number ? text(number).replace(/\.$/, "") : "", box.id].filter(Boolean).join(" ") || "table";
    made.append(copy, button(words.csv, () => download(`${name}.csv`, csv(table))));
    for (const one of made.children) one.setAttribute("aria-label", `${one.textContent}: ${number ? text(number).replace(/\.$/, "") : ""}`);
    box.append(made);
  };
  const sortable = table => {
    const body = table.tBodies[0], original = [...body.rows], heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, i) => {
      const press = button("", () => {
        const was = head.getAttribute("aria-sort");
        const now = was === "ascending" ? "descending" : was ? null : "ascending";
        heads.forEach(one => one.removeAttribute("aria-sort"));
        if (now) head.setAttribute("aria-sort", now);
        const compare = comparing(head.className, now === "descending");
        const rows = now ? [...original].sort((a, b) => compare(text(a.cells[i]), text(b.cells[i]))) : original;
        body.append(...rows);
      });
      const unit = head.querySelector("small");
      press.append(...[...head.childNodes].filter(one => one !== unit));
      if (press.textContent) head.prepend(press);
    });
  };
  const cards = table => { // on a phone it is a list: the roles keep it a table for those who hear it
    const set = (role, nodes) => nodes.forEach(one => one.setAttribute("role", role));
    const titles = [...table.tHead.rows[0].cells].map(title);
    set("table", [table]);
    set("rowgroup", [table.tHead, ...table.tBodies]);
    set("row", [...table.rows]);
    set("columnheader", [...table.tHead.rows[0].cells]);
    for (const row of table.tBodies[0].rows) {
      set("cell", [...row.cells]);
      [...row.cells].forEach((cell, i) => { cell.dataset.title = titles[i]; });
    }
  };

  // A box can be reached by keyboard where it scrolls, and only there; then it has a name.
  const reachable = box => {
    const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
    if (scrolls === box.hasAttribute("tabindex")) return;
    if (!scrolls) { for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name); return; }
    const name = (box.closest("figure, .table") || box).querySelector("figcaption, caption");
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", name ? text(name) : words.table);
  };
  const sizes = new ResizeObserver(seen => seen.forEach(one => reachable(one.target)));
  const near = new IntersectionObserver(seen => { // only what comes into sight is made ready
    for (const one of seen) {
      if (!one.isIntersecting) continue;
      near.unobserve(one.target);
      const box = one.target.parentElement, table = one.target.querySelector("table");
      if (table && table.tHead) {
        if (table.classList.contains("wordy")) cards(table);
        if (table.classList.contains("sortable")) sortable(table);
      }
      if (table) tools(box, table);
    }
  }, { rootMargin: "600px 0px" });
  setTimeout(() => all(".scroll", main).forEach(one => { near.observe(one); sizes.observe(one); })); // once it is seen
});
