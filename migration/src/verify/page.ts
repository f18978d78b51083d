import type { VerificationReport } from './report.js';

/** Makes one page of a verification's report that needs nothing else: no script, no style from elsewhere. */
export function verificationPage(report: VerificationReport): string {
  const { service, fence, tables, references } = report;
  const total = tables.reduce((sum, { rows }) => sum + rows.source, 0);
  const verdict = report.agrees
    ? `Every row and column agrees: ${number(total)} rows in ${tables.length} tables.`
    : `The two sides differ in ${tables.filter(({ differingRanges }) => differingRanges > 0).length} of ${tables.length} tables.`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Verification of ${escape(service)}</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1c1b22; background: #fff; }
  table { border-collapse: collapse; width: 100%; margin: 1rem 0 2rem; }
  th, td { border-bottom: 1px solid #d8d6e0; padding: .35rem .6rem; text-align: left; vertical-align: top; }
  td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
  .verdict { padding: .8rem 1rem; border-left: .4rem solid; }
  .good { border-color: #17724b; background: #e8f5ee; } .bad { border-color: #b3261e; background: #fceeed; }
  code { font-size: .9em; }
  @media (prefers-color-scheme: dark) {
    body { color: #ecebf2; background: #17161c; } th, td { border-color: #3b3944; }
    .good { background: #10291e; } .bad { background: #35171a; }
  }
</style>
</head>
<body>
<h1>Verification of ${escape(service)}</h1>
<p class="verdict ${report.agrees ? 'good' : 'bad'}">${escape(verdict)}</p>
<p>Compared as of ${escape(fence.at)}, write-ahead log position <code>${escape(fence.walPosition)}</code> of the ${fence.writesTo},
fence <code>${escape(fence.id)}</code>. Writers were kept out for ${fence.lockMilliseconds.toFixed(1)} ms
(${fence.attempts} ${fence.attempts === 1 ? 'attempt' : 'attempts'}). Begun ${escape(report.startedAt)}, ended ${escape(report.finishedAt)}.</p>
<h2>Tables</h2>
<table>
<thead><tr><th>Table</th><th class="n">Rows on the source</th><th class="n">Rows on the target</th><th class="n">Columns</th><th class="n">Ranges</th><th class="n">Differing</th><th class="n">ms</th></tr></thead>
<tbody>
${tables
  .map(
    (table) =>
      `<tr><td>${escape(table.table)}</td><td class="n">${number(table.rows.source)}</td><td class="n">${number(table.rows.target)}</td><td class="n">${table.columns.length}</td><td class="n">${table.ranges}</td><td class="n">${table.differingRanges}</td><td class="n">${table.milliseconds.toFixed(0)}</td></tr>`,
  )
  .join('\n')}
</tbody>
</table>
${differencesSection(report)}
<h2>References across services</h2>
${
  references.length === 0
    ? '<p>The mapping names none.</p>'
    : `<table>
<thead><tr><th>Reference</th><th>Where</th><th class="n">Checked</th><th class="n">Lead nowhere</th><th>Such as</th></tr></thead>
<tbody>
${references
  .map(
    (reference) =>
      `<tr><td>${escape(`${reference.from} → ${reference.to}`)}<br><code>${escape(reference.constraint)}</code></td><td>${reference.world === 'shared' ? 'in the old database' : 'each in its own database'}</td><td class="n">${number(reference.checked)}</td><td class="n">${number(reference.orphans)}</td><td>${reference.examples.map(escape).join('<br>')}</td></tr>`,
  )
  .join('\n')}
</tbody>
</table>`
}
</body>
</html>
`;
}

function differencesSection({ tables }: VerificationReport): string {
  const rows = tables.flatMap(({ table, differences }) =>
    differences.map((difference) => ({ table, ...difference })),
  );
  if (rows.length === 0) return '';
  const isComplete = tables.every((table) => table.isComplete);
  return `<h2>Differences${isComplete ? '' : ' (the first ones)'}</h2>
<table>
<thead><tr><th>Table</th><th>Key</th><th>What</th><th>Columns</th></tr></thead>
<tbody>
${rows
  .map(
    ({ table, key, kind, columns }) =>
      `<tr><td>${escape(table)}</td><td><code>${escape(key.join(', '))}</code></td><td>${kind}</td><td>${columns
        .map(({ name, source, target }) =>
          source === undefined && target === undefined
            ? escape(name)
            : `${escape(name)}: <code>${escape(source ?? 'null')}</code> / <code>${escape(target ?? 'null')}</code>`,
        )
        .join('<br>')}</td></tr>`,
  )
  .join('\n')}
</tbody>
</table>`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
