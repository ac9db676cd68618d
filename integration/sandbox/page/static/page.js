// Looks once a second whether anything changed, and then brings the live parts of the page up to date.
// Without it the page works; it only has to be reloaded by hand.
"use strict";

const EVERY_MS = 1000;
let version = document.body.dataset.version;

/** Whether somebody is typing or choosing inside this part: then it waits for the next change. */
function isInUse(part) {
  const active = document.activeElement;
  return part.contains(active) && ["INPUT", "TEXTAREA", "SELECT"].includes(active.tagName);
}

/** Keep open what was opened, and mark the comments that are new. */
function carryOver(old, fresh) {
  const opened = [...old.querySelectorAll("details[open] > summary")].map((each) => each.textContent);
  for (const summary of fresh.querySelectorAll("details > summary")) {
    if (opened.includes(summary.textContent)) summary.parentElement.open = true;
  }
  const known = new Set([...old.querySelectorAll("[data-id]")].map((each) => each.dataset.id));
  for (const remark of fresh.querySelectorAll("[data-id]")) {
    if (!known.has(remark.dataset.id)) remark.classList.add("fresh");
  }
}

async function refresh() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = next.getElementById(part.id);
    if (!fresh || isInUse(part)) continue;
    // Compare before the marks of the last refresh are carried over, or every part would differ.
    const plain = part.cloneNode(true);
    plain.querySelectorAll(".fresh").forEach((each) => each.classList.remove("fresh"));
    if (plain.innerHTML === fresh.innerHTML) continue;
    carryOver(part, fresh);
    part.replaceChildren(...fresh.childNodes);
  }
}

async function look() {
  try {
    const now = (await (await fetch("/version")).json()).version;
    if (now !== version) {
      await refresh();
      version = now;
    }
  } catch {
    // The sandbox was stopped or is late; the next look may find it again.
  }
  setTimeout(look, EVERY_MS);
}

document.getElementById("who")?.addEventListener("change", (event) => event.target.form.submit());
setTimeout(look, EVERY_MS);
