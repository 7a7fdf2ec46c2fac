import type { Report } from "./report.js";

const rowHeight = 18;
const labelWidth = 150;
const barWidth = 520;

/** Draws the rates of all peers beside raw-net as bars, a block for each case, or for those of `names`, as an SVG. */
export function plot(
  { cases, machine, node }: Report,
  names: readonly string[] = Object.keys(cases),
): string {
  const rows: string[] = [];
  let y = 44;
  for (const name of names) {
    const figures = cases[name];
    if (figures === undefined) continue;
    const peers = Object.entries(figures).filter(([peer]) => !variant.test(peer));
    const most = Math.max(...peers.map(([, { rateRatio }]) => rateRatio));
    rows.push(text(8, y, name, "bold"));
    y += rowHeight;
    for (const [peer, { rateRatio }] of peers) {
      const width = Math.max(1, (rateRatio / most) * barWidth);
      rows.push(text(16, y, peer));
      rows.push(
        `<rect x="${labelWidth}" y="${y - 11}" width="${width.toFixed(1)}" height="13" fill="${color(peer)}"/>`,
      );
      rows.push(text(labelWidth + width + 6, y, `× ${rateRatio.toFixed(2)}`));
      y += rowHeight;
    }
    y += rowHeight / 2;
  }
  const width = labelWidth + barWidth + 80;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y}" font-family="sans-serif" font-size="12">`,
    "<title>calls, items and events a second beside the raw socket, for each peer</title>",
    `<rect width="100%" height="100%" fill="white"/>`,
    text(8, 20, `rate × raw-net · ${machine} · Node ${node}`),
    ...rows,
    "</svg>\n",
  ].join("\n");
}

/** Of ours, what shows the cost of one thing: of no interest beside others. */
const variant = /^tcp-/;

const ours = /^(tcp|unix|zmq|ws|memory)\b/;

function color(peer: string): string {
  if (ours.test(peer)) return "#2563eb";
  return peer.startsWith("raw-") ? "#9ca3af" : "#d97706";
}

function text(x: number, y: number, words: string, weight = "normal"): string {
  const escaped = words.replace(/[&<]/g, (sign) => (sign === "&" ? "&amp;" : "&lt;"));
  return `<text x="${x.toFixed(1)}" y="${y}" font-weight="${weight}">${escaped}</text>`;
}
