// What is better with JavaScript: the search, keys, colours that are kept.
"use strict";

const root = document.body.dataset.root;
const field = document.getElementById("find");
const hits = document.getElementById("hits");
const LONGEST = 12;
let picked = -1;

// 4 for the very name, 3 for its beginning, 2 and 1 for less, 0 for nothing.
function weight(entry, words) {
  const name = entry[1].toLowerCase();
  const all = entry.join(" ").toLowerCase();
  if (!words.every((word) => all.includes(word))) return 0;
  if (name === words.join(" ")) return 4;
  if (name.startsWith(words[0])) return 3;
  return words.every((word) => name.includes(word)) ? 2 : 1;
}

function find(text) {
  const words = text.toLowerCase().split(/[\s,]+/).filter(Boolean);
  if (!words.length) return [];
  return INDEX.map((entry, place) => [weight(entry, words), place, entry])
    .filter(([found]) => found)
    .sort((one, other) => other[0] - one[0] || one[1] - other[1])
    .map(([, , entry]) => entry);
}

function element(name, text, type) {
  const made = document.createElement(name);
  made.textContent = text;
  if (type) made.className = type;
  return made;
}

function show() {
  const found = find(field.value);
  const links = found.slice(0, LONGEST).map(([kind, name, what, target]) => {
    const link = element("a", "");
    link.href = root + target;
    link.append(element("span", kind, "kind"), element("span", name),
      element("small", what));
    return link;
  });
  const more = found.length - links.length;
  if (!found.length) links.push(element("p", "Nothing has this name."));
  if (more > 0) links.push(element("p", `and ${more} more`));
  hits.replaceChildren(...links);
  hits.hidden = !field.value.trim();
  pick(0);
}

function pick(place) {
  const links = hits.querySelectorAll("a");
  picked = Math.max(0, Math.min(place, links.length - 1));
  links.forEach((link, at) => link.classList.toggle("picked", at === picked));
  links[picked]?.scrollIntoView({ block: "nearest" });
}

function close() {
  hits.hidden = true;
  field.blur();
}

field.addEventListener("input", show);
field.addEventListener("focus", show);
field.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) pick(picked + step);
  if (step) event.preventDefault();
});
field.form.addEventListener("submit", (event) => {
  event.preventDefault();
  hits.querySelectorAll("a")[picked]?.click();
  close();
});
document.addEventListener("click", (event) => {
  if (!field.form.contains(event.target)) hits.hidden = true;
});

// To the next or last heading, seen from the top of the window.
function jump(step) {
  const heads = [...document.querySelectorAll("main h2[id]")];
  const edge = 100;
  const tops = heads.map((head) => head.getBoundingClientRect().top - edge);
  const at = step > 0 ? tops.findIndex((top) => top > 1)
    : tops.findLastIndex((top) => top < -1);
  heads[at]?.scrollIntoView({ block: "start" });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") return close();
  const typing = event.target.closest("input, textarea, select, .scroll, pre");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    event.preventDefault();
    field.focus();
    field.select();
  } else if (event.key === "j" || event.key === "k") {
    jump(event.key === "j" ? 1 : -1);
  } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
    const way = event.key === "ArrowLeft" ? "prev" : "next";
    document.querySelector(`a[rel=${way}]`)?.click();
  }
});

// Choices that stay from page to page, where the browser may keep them.
function remember(input) {
  const key = input.type === "radio" ? input.name : input.id;
  try {
    const kept = localStorage.getItem(key);
    if (kept !== null) {
      input.checked = input.type === "radio" ? kept === input.id
        : kept === "true";
    }
    input.addEventListener("change", () => localStorage.setItem(key,
      input.type === "radio" ? input.id : String(input.checked)));
  } catch {
    // Nothing is kept then.
  }
}

document.querySelectorAll(".theme input, .chooser input").forEach(remember);

// The part of an address may lie in something that is folded.
function unfold() {
  const target = document.getElementById(
    decodeURIComponent(location.hash.slice(1)));
  let folded = target?.closest("details:not([open])");
  while (folded) {
    folded.open = true;
    folded = target.closest("details:not([open])");
  }
  target?.scrollIntoView();
}

window.addEventListener("hashchange", unfold);
if (location.hash) unfold();
// The list beside the text shows the page that is open; only it scrolls.
const side = document.querySelector(".side");
const here = side?.querySelector("[aria-current]");
if (here) side.scrollTop = here.offsetTop - side.clientHeight / 2;

// The search page takes what was asked for without JavaScript.
const asked = new URLSearchParams(location.search).get("q");
if (asked) field.value = asked;
