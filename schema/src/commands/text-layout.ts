/** How wide a line of running text may get, in characters. */
const lineWidth = 96;

/**
 * Breaks a text between words into lines. Its own line breaks and their indentation stay; a word that is longer
 * than a line stays whole, and so does JSON.
 */
export function wrap(text: string): ReadonlyArray<string> {
  return text.split('\n').flatMap((paragraph) => {
    const indentation = /^ */.exec(paragraph)?.[0] ?? '';
    const lines: string[] = [];
    for (const word of splitWords(paragraph)) {
      const last = lines.at(-1);
      if (last !== undefined && last.length + 1 + word.length <= lineWidth)
        lines[lines.length - 1] = `${last} ${word}`;
      else lines.push(`${indentation}${word}`);
    }
    return lines;
  });
}

/** Pads every column to its widest cell, two blanks between. */
export function alignColumns(rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** What is to be copied, such as `{"change": …}`, must not be torn apart. */
function splitWords(text: string): ReadonlyArray<string> {
  const json = text.indexOf('{"');
  const [words, whole] = json < 0 ? [text, []] : [text.slice(0, json), [text.slice(json)]];
  return [...words.split(' ').filter((word) => word !== ''), ...whole];
}
