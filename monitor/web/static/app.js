// What script adds to pages that work without it: GOV.UK Frontend's manners, a key that hides the
// screen, and keys for the list.
const mine = document.querySelector("script[data-govuk]");
document.body.classList.add("js-enabled", "govuk-frontend-supported");
import(mine.dataset.govuk).then((govuk) => govuk.initAll()).catch(() => {});

// One key hides everything, and the same key shows it again: somebody stands at the counter.
const blank = document.createElement("button");
blank.type = "button";
blank.className = "blank";
blank.hidden = true;
blank.textContent = "The screen is hidden. Press Esc, or here, to show it.";
document.body.append(blank);

function hideOrShow() {
  blank.hidden = !blank.hidden;
  document.documentElement.classList.toggle("blanked", !blank.hidden);
  document.title = blank.hidden ? title : "Reputation monitor";
  if (!blank.hidden) blank.focus();
}
const title = document.title;
blank.addEventListener("click", hideOrShow);
for (const button of document.querySelectorAll("[data-blank]")) {
  button.hidden = false;
  button.addEventListener("click", hideOrShow);
}

// Keys of one letter can be turned off (WCAG 2.1.4): they get in the way of speech input.
const keys = document.querySelector("[data-keys]");
const off = () => localStorage.getItem("keys") === "off";
function sayKeys() {
  keys.querySelector("[data-keys-switch]").textContent = off() ? "Turn these keys on" : "Turn these keys off";
}
if (keys) {
  keys.hidden = false;
  sayKeys();
  keys.querySelector("[data-keys-switch]").addEventListener("click", () => {
    localStorage.setItem("keys", off() ? "on" : "off");
    sayKeys();
  });
}

const isTyping = (target) => target.closest("input:not([type=radio], [type=checkbox]), textarea, select");

function go(step) {
  const rows = [...document.querySelectorAll("[data-row] a[data-open]")];
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement.closest("[data-row]")?.querySelector("a[data-open]"));
  rows[Math.min(rows.length - 1, Math.max(0, at + step))].focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") return hideOrShow();
  if (!blank.hidden || off() || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "j") go(1);
  else if (event.key === "k") go(-1);
  else if (event.key === "d") document.getElementById("decided")?.focus();
});
