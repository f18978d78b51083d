/* global document, EventSource */
import { drawLongest, drawRequests } from '/chart.js';

const byId = (id) => document.getElementById(id);
const number = new Intl.NumberFormat('en');
const PLACES = { shared: 'shared', own: 'its own', down: 'its own: killed' };

/** Makes an element; texts are texts, so nothing becomes markup. */
function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function row(...cells) {
  return element('tr', {}, ...cells.map(([text, className = '']) => element('td', { className }, text)));
}

function showStep({ id, title, text, state, seconds, failures, lines }) {
  const took = seconds === null || seconds === undefined ? '' : `${seconds.toFixed(1)} s`;
  const cost = failures > 0 ? element('span', { className: 'some' }, ` · ${failures} failed`) : '';
  const item = element(
    'li',
    { className: state },
    element('small', {}, took, cost),
    element('strong', {}, title),
    element('p', {}, text),
    ...(lines.length === 0 ? [] : [element('pre', {}, lines.join('\n'))]),
  );
  item.dataset.step = id;
  if (state === 'running') item.setAttribute('aria-current', 'step');
  return item;
}

function showTotals({ counts, acknowledged, found }) {
  const totals = [
    ['answered', 'requests answered', counts.answered],
    ['failed', 'failed', counts.failed],
    ['acknowledged', 'writes acknowledged', acknowledged],
    ['found', 'found at the end', found],
  ];
  byId('totals').replaceChildren(
    ...totals.map(([id, label, value]) =>
      element(
        'div',
        {},
        element('dt', {}, label),
        element('dd', { id }, value === undefined || value === null ? '–' : number.format(value)),
      ),
    ),
  );
}

function show(view) {
  byId('start').disabled = view.state !== 'ready';
  byId('start').textContent =
    view.state === 'ready' ? 'Start' : view.state === 'running' ? 'Running …' : 'Over';
  byId('verdict').hidden = !view.verdict;
  byId('verdict').className = view.state;
  byId('verdict').textContent = view.verdict ?? '';
  byId('steps').replaceChildren(...view.steps.map(showStep));
  showTotals(view);
  byId('services').replaceChildren(
    ...Object.entries(view.counts.services).map(([name, { answered, failed }]) => {
      const made = row(
        [name],
        [PLACES[view.places[name]], view.places[name]],
        [number.format(answered)],
        [number.format(failed), failed > 0 ? 'some' : ''],
      );
      made.dataset.service = name;
      return made;
    }),
  );
  byId('rows').hidden = view.tables.length === 0;
  byId('tables').replaceChildren(
    ...view.tables.map(({ table, source, target, differingRanges }) =>
      row(
        [table],
        [number.format(source)],
        [number.format(target)],
        differingRanges === 0 ? ['yes', 'own'] : ['no', 'down'],
      ),
    ),
  );
  const { seconds } = view.counts;
  byId('most').textContent = `· at most ${number.format(drawRequests(byId('chart'), seconds))}`;
  byId('longest').textContent =
    `· at most ${number.format(Math.round(drawLongest(byId('latency'), seconds)))} ms`;
}

function complain(text) {
  byId('problem').hidden = text === '';
  byId('problem').textContent = text;
}

const events = new EventSource('/events');
events.onmessage = ({ data }) => {
  complain('');
  show(JSON.parse(data));
};
events.onerror = () => complain('The demonstration does not answer: it was ended, or it is starting.');
byId('start').addEventListener('click', async () => {
  byId('start').disabled = true;
  const response = await fetch('/start', { method: 'POST', headers: { 'x-demo-page': '1' } });
  if (!response.ok) complain(`It cannot start: status ${response.status}.`);
});
