/** What a chart of horizontal bars shows. */
export interface BarChart {
  readonly title: string;
  readonly groups: ReadonlyArray<{
    readonly title: string;
    readonly bars: ReadonlyArray<{ readonly label: string; readonly value: number }>;
  }>;
}

const WIDTH = 860;
const LABELS = 150;
const VALUES = 90;
const BAR = 18;
const GAP = 6;
const COLOURS = ['#2563eb', '#94a3b8', '#cbd5e1', '#e2a03f'];

/** Draws an SVG, each group on a scale of its own, the first bar of each as the one that is looked for. */
export function drawBars({ title, groups }: BarChart): string {
  const parts: string[] = [];
  let y = 56;
  for (const group of groups) {
    const longest = Math.max(...group.bars.map(({ value }) => value));
    parts.push(`<text class="group" x="16" y="${y}">${escape(group.title)}</text>`);
    y += 12;
    group.bars.forEach(({ label, value }, index) => {
      const width = Math.max(1, ((WIDTH - LABELS - VALUES - 16) * value) / longest);
      parts.push(
        `<text x="${LABELS}" y="${y + BAR - 5}" text-anchor="end">${escape(label)}</text>`,
        `<rect x="${LABELS + 10}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="3" fill="${COLOURS[index % COLOURS.length]}"/>`,
        `<text x="${(LABELS + 18 + width).toFixed(1)}" y="${y + BAR - 5}">${value.toFixed(value < 10 ? 3 : 1)}</text>`,
      );
      y += BAR + GAP;
    });
    y += 26;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img" aria-label="${escape(title)}">
<style>text{font:13px system-ui,sans-serif;fill:#1f2937}.title{font-size:17px;font-weight:600}.group{font-weight:600}</style>
<rect width="100%" height="100%" fill="#fff"/>
<text class="title" x="16" y="28">${escape(title)}</text>
${parts.join('\n')}
</svg>
`;
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');
}
