// The scan with the entry framed: OpenSeadragon over one picture a page; without it the picture simply stands there.
"use strict";
const place = document.querySelector("#anh");
const pages = JSON.parse(place.dataset.scans);
let shown = 0, wanted = document.querySelector(".row.is-current")?.dataset.column;

// The viewer would put a sheet of its own into the page, which the security policy forbids; it looks for one first,
// and finds this, which is no sheet at all.
const sheet = document.createElementNS("urn:khongcho", "style");
sheet.setAttribute("data-openseadragon-mobile-css", "");
document.head.append(sheet);

const viewer = OpenSeadragon({
  element: place,
  prefixUrl: "",
  showNavigationControl: false,
  animationTime: 0.3,
  maxZoomPixelRatio: 3,
  visibilityRatio: 0.6,
  drawer: "canvas",
  crossOriginPolicy: false,
  gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
  tileSources: { type: "image", url: pages[0].src, buildPyramid: false },
});
viewer.canvas.setAttribute("role", "application");
viewer.canvas.setAttribute("aria-label", "Ảnh trang sổ: kéo để di chuyển, phím + và - để phóng to, thu nhỏ");

// Outlines come in pixels of the master; the picture sent may be smaller.
function placed([x, y, w, h]) {
  const scale = viewer.world.getItemAt(0).getContentSize().x / pages[shown].w;
  const pad = 6 / scale;
  return viewer.viewport.imageToViewportRectangle((x - pad) * scale, (y - pad) * scale, (w + 2 * pad) * scale, (h + 2 * pad) * scale);
}

function frame(box, kind) {
  const element = document.createElement("div");
  element.className = kind;
  viewer.addOverlay({ element, location: placed(box) });
}

function around(boxes) {
  const x = Math.min(...boxes.map((b) => b[0])), y = Math.min(...boxes.map((b) => b[1]));
  return [x, y, Math.max(...boxes.map((b) => b[0] + b[2])) - x, Math.max(...boxes.map((b) => b[1] + b[3])) - y];
}

function draw() {
  viewer.clearOverlays();
  const fields = pages[shown].fields;
  const boxes = Object.values(fields);
  if (!boxes.length) return;
  frame(around(boxes), "frame");
  for (const [column, box] of Object.entries(fields)) frame(box, column === wanted ? "frame frame-here" : "frame frame-field");
}

function toField() {
  const box = pages[shown].fields[wanted];
  if (!box || !viewer.world.getItemCount()) return;
  const [x, y, w, h] = box;
  const width = Math.max(w * 1.4, pages[shown].w * 0.55), height = Math.max(h * 6, pages[shown].h * 0.16);
  viewer.viewport.fitBounds(placed([x + w / 2 - width / 2, y + h / 2 - height / 2, width, height]));
}

function openPage(n) {
  shown = n;
  viewer.open({ type: "image", url: pages[n].src, buildPyramid: false });
}

viewer.addHandler("open", draw);
document.addEventListener("khongcho:field", (e) => {
  const same = e.detail === wanted;
  wanted = e.detail;
  const n = pages.findIndex((page) => wanted in page.fields);
  if (n >= 0 && n !== shown) return openPage(n);
  if (!viewer.world.getItemCount()) return;
  draw();
  if (!same && viewer.viewport.getZoom() > viewer.viewport.getHomeZoom() * 1.05) toField();
});
document.addEventListener("click", (e) => {
  const act = e.target.closest("[data-scan]")?.dataset.scan;
  if (act === "page") viewer.viewport.goHome();
  if (act === "field") toField();
  if (act === "in") viewer.viewport.zoomBy(1.5);
  if (act === "out") viewer.viewport.zoomBy(1 / 1.5);
  if (act === "turn") viewer.viewport.setRotation(viewer.viewport.getRotation() + 90);
  if (act === "next") openPage((shown + 1) % pages.length);
});
