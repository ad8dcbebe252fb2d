// Keyboard of the desk. Every page works without this file; here the hands stay on the keys.
"use strict";
document.documentElement.classList.add("js");

const $ = (what, where = document) => where.querySelector(what);
const $$ = (what, where = document) => [...where.querySelectorAll(what)];
const typing = (el) => el.matches("input:not([type=checkbox]), textarea, select");
const plain = (e) => !e.ctrlKey && !e.altKey && !e.metaKey;

// --- search ---------------------------------------------------------------------------------------------
function searchKeys(e) {
  const box = $("#q");
  if (!box) return false;
  const names = $$(".hit-name");
  const at = names.indexOf(document.activeElement);
  if (e.key === "/" && !typing(e.target)) { box.focus(); box.select(); return true; }
  if (e.key === "ArrowDown" && (at >= 0 || e.target === box) && names.length) { names[Math.min(at + 1, names.length - 1)].focus(); return true; }
  if (e.key === "ArrowUp" && at >= 0) { (at ? names[at - 1] : box).focus(); return true; }
  if (e.key === "Escape" && at >= 0) { box.focus(); box.select(); return true; }
  if (e.key === "Escape" && e.target === box) { box.value = ""; box.dispatchEvent(new Event("input", { bubbles: true })); return true; }
  return false;
}

// --- entry ----------------------------------------------------------------------------------------------
const rows = () => $$(".row");
const current = () => $(".row.is-current");

function standAt(row, focus = true) {
  if (!row) return;
  current()?.classList.remove("is-current");
  row.classList.add("is-current");
  if (focus) row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  document.dispatchEvent(new CustomEvent("khongcho:field", { detail: row.dataset.column }));
}

function zoom(row) {
  const image = $(".crop[src]", row);
  if (!image) return;
  const large = row.classList.toggle("is-zoomed");
  image.src = image.src.split("?")[0] + (large ? "?co=lon" : "");
}

function backToSearch() {
  // Back to the answers one came from; what was asked stands in their address.
  if (new URL(document.referrer || location.href).pathname === "/tra-cuu") history.back();
  else location.assign("/tra-cuu");
}

function entryKeys(e) {
  const row = current();
  if (!$("#muc") || !row) return false;
  const inside = typing(e.target);
  if (["F4", "F5", "Escape"].includes(e.key)) {
    const act = $(`[data-key="${e.key}"]`, row);
    if (act) act.click();
    else if (e.key === "Escape") backToSearch();
    return act !== null || e.key !== "F5";
  }
  if (inside) return false;
  const all = rows();
  switch (e.key) {
    case "j": standAt(all[Math.min(all.indexOf(row) + 1, all.length - 1)]); return true;
    case "k": standAt(all[Math.max(all.indexOf(row) - 1, 0)]); return true;
    case "c": case "e": $(`[data-key="${e.key}"]`, row)?.click(); return true;
    case "p": $("[data-scan=page]")?.click(); return true;
    case " ": if (e.target.matches("button, a, summary")) return false; zoom(row); return true;
    default: return false;
  }
}

function settle() {
  if (!$("#muc")) return;
  const edit = $("[data-edit]");
  const row = current() ?? rows()[0];
  standAt(row, !edit);
  if (edit) { edit.focus(); edit.select?.(); }
}

// --- sign -----------------------------------------------------------------------------------------------
function seen(li, yes = true) {
  const box = $("input[type=checkbox]", li);
  box.checked = yes;
  li.classList.toggle("is-seen", yes);
  const done = $$(".compare input:checked").length;
  const all = Number($("#dem").dataset.all);
  $("#dem").textContent = done === all ? `Đã xem đủ ${all} giá trị, có thể ký` : `Đã xem ${done}/${all}`;
}

function compareAt(li) {
  $(".compare .is-here")?.classList.remove("is-here");
  li.classList.add("is-here");
  $("input[type=checkbox]", li).focus({ preventScroll: true });
  li.scrollIntoView({ block: "nearest" });
}

function signKeys(e) {
  if (!$("#ky") || typing(e.target)) return false;
  const all = $$(".compare li");
  const at = all.findIndex((li) => li.classList.contains("is-here"));
  switch (e.key) {
    case "ArrowRight": if (at >= 0) seen(all[at]); compareAt(all[Math.min(at + 1, all.length - 1)]); return true;
    case "ArrowLeft": compareAt(all[Math.max(at - 1, 0)]); return true;
    case "s": $("#nut-ky").click(); return true;
    default: return false;
  }
}

// --- scanner --------------------------------------------------------------------------------------------
function scanKeys(e) {
  const box = $("#so-moi");
  if (!box || typing(e.target) && e.target.type !== "file" || e.key !== "n") return false;
  box.focus();
  return true;
}

// --- book -----------------------------------------------------------------------------------------------
function bookKeys(e) {
  // only goes to the button: taking a figure over is a second key, when its picture was seen
  const all = $$("[data-take]");
  if (!all.length || typing(e.target) || e.key !== "t") return false;
  const next = all[(all.indexOf(document.activeElement) + 1) % all.length];
  next.focus();
  next.closest("li").scrollIntoView({ block: "nearest" });
  return true;
}

document.addEventListener("keydown", (e) => {
  if (e.defaultPrevented || e.isComposing || !plain(e)) return;
  if (searchKeys(e) || entryKeys(e) || signKeys(e) || scanKeys(e) || bookKeys(e)) e.preventDefault();
});

document.addEventListener("click", (e) => {
  if (e.target.closest("[data-print]")) window.print();
  const row = e.target.closest(".row");
  if (!row) return;
  if (e.target.closest(".crop")) zoom(row);
  if (!row.classList.contains("is-current")) standAt(row, !e.target.closest("a, button, input, textarea, select"));
});

document.addEventListener("focusin", (e) => {
  const row = e.target.closest?.(".row");
  if (row && !row.classList.contains("is-current")) standAt(row, false);
});

document.addEventListener("change", (e) => {
  const li = e.target.closest?.(".compare li");
  if (li) seen(li, e.target.checked);
});

// the browser's own words beside a file box are in the browser's language; ours stand over them
document.addEventListener("change", (e) => {
  const told = e.target.matches?.("[type=file]") && $("output", e.target.parentElement);
  if (told) told.textContent = e.target.files[0]?.name ?? told.dataset.none;
  if (e.target.matches?.("[data-send]") && e.target.files.length) {
    told.textContent = `Đang xem ${e.target.files[0].name} …`;
    e.target.form.requestSubmit();
  }
});

document.addEventListener("htmx:after:settle", settle);
document.addEventListener("htmx:error", () => {
  const place = $("#thong-bao");
  if (place) { place.className = "notice notice-error"; place.textContent = "Chưa gửi được tới máy chủ. Những gì vừa nhập vẫn còn trên màn hình; hãy kiểm tra mạng rồi thử lại. (Mã: MANG)"; }
});

settle();
const first = $(".compare li:not(.is-seen)") ?? $(".compare li");
if (first) compareAt(first);
