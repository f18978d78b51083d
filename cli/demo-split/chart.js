/* global document */

const NAMESPACE = 'http://www.w3.org/2000/svg';
const WIDTH = 600;
/** A short story does not begin with bars as wide as the page. */
const FEWEST_BARS = 60;

function shape(name, attributes) {
  const made = document.createElementNS(NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** Draws a bar a second: what was answered, and what failed on top of it. Gives the highest bar. */
export function drawRequests(svg, seconds, height = 150) {
  const most = Math.max(1, ...seconds.map(({ answered, failed }) => answered + failed));
  const step = WIDTH / Math.max(FEWEST_BARS, seconds.length);
  svg.replaceChildren(
    ...seconds.flatMap(({ answered, failed }, index) => {
      const [low, high] = [(answered / most) * height, (failed / most) * height];
      const place = { x: index * step, width: Math.max(1, step - 1) };
      return [
        shape('rect', { ...place, y: height - low, height: low, class: 'answered' }),
        shape('rect', { ...place, y: height - low - high, height: high, class: 'failed' }),
      ];
    }),
  );
  return most;
}

/** Draws a line through the longest answer of each second. Gives the longest of all, in milliseconds. */
export function drawLongest(svg, seconds, height = 90) {
  const most = Math.max(1, ...seconds.map(({ longestMilliseconds }) => longestMilliseconds));
  const step = WIDTH / Math.max(FEWEST_BARS, seconds.length);
  const points = seconds.map(
    ({ longestMilliseconds }, index) =>
      `${(index + 0.5) * step},${height - 2 - (longestMilliseconds / most) * (height - 4)}`,
  );
  svg.replaceChildren(shape('polyline', { points: points.join(' '), class: 'longest' }));
  return most;
}
