/* global document, setInterval, clearInterval, window */

/** What the buttons of a payment send, and how to say it. */
const WEBHOOKS = [
  ['succeeded', 'webhook'],
  ['declined', 'webhook, declined'],
  ['late', 'webhook, late'],
  ['twice', 'webhook, twice'],
  ['wrongSignature', 'webhook, wrong signature'],
  ['oldTimestamp', 'webhook, old timestamp'],
  ['malformed', 'webhook, malformed'],
];
const PAUSE_MILLISECONDS = 2_000;

const time = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const byId = (id) => document.getElementById(id);

/** Asks a service; throws with the words of the answer. */
async function ask(path, body) {
  const response = await fetch(`/services/${path}`, {
    ...(body === undefined
      ? {}
      : {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-developer-page': '1' },
          body: JSON.stringify(body),
        }),
  });
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(answer.message ?? `status ${response.status}`);
  }
  return answer;
}

/** Makes an element; texts are texts, so nothing that a person typed becomes markup. */
function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** A mail's text with its links to click. */
function withLinks(text) {
  return text
    .split(/(https?:\/\/[^\s<>"]+)/)
    .map((part, index) =>
      index % 2 === 1 ? element('a', { href: part, target: '_blank', rel: 'noreferrer' }, part) : part,
    );
}

let shownMails = '';
function showMails(mails) {
  const key = mails.map(({ id }) => id).join();
  if (key === shownMails) {
    return;
  }
  shownMails = key;
  byId('mails-count').textContent = `(${mails.length})`;
  byId('mails').replaceChildren(
    ...(mails.length === 0 ? [element('p', { className: 'empty' }, 'None yet. Register somebody.')] : []),
    ...mails.map((mail, index) =>
      element(
        'details',
        { open: index === 0 },
        element(
          'summary',
          {},
          `${mail.subject} → ${mail.recipient} `,
          element('time', {}, time.format(new Date(mail.createdAt))),
        ),
        element('pre', {}, ...withLinks(mail.body)),
      ),
    ),
  );
}

let shownPayments = '';
function showPayments(payments) {
  const key = JSON.stringify(payments);
  if (key === shownPayments) {
    return;
  }
  shownPayments = key;
  byId('payments-count').textContent = `(${payments.length})`;
  byId('payments').replaceChildren(
    ...(payments.length === 0
      ? [element('p', { className: 'empty' }, 'None. Make one, or schedule one.')]
      : []),
    ...payments.map(paymentRow),
  );
}

function paymentRow(payment) {
  const due = payment.scheduledFor === null ? '' : `, due ${time.format(new Date(payment.scheduledFor))}`;
  const run = element('button', { type: 'button' }, 'run now');
  run.addEventListener('click', () =>
    act(`ran ${payment.id}`, `payments/developer/payments/${payment.id}/run`, {}),
  );
  const hooks = WEBHOOKS.map(([kind, label]) => {
    const button = element('button', { type: 'button' }, label);
    button.addEventListener('click', () =>
      act(`${label} for ${payment.id}`, 'payments/developer/webhooks', { paymentId: payment.id, kind }),
    );
    return button;
  });
  return element(
    'div',
    { className: 'payment' },
    element('strong', {}, `${payment.amount.amount} ${payment.amount.currency}`),
    ` ${payment.status} ${payment.type}${due} `,
    element('small', {}, element('code', {}, payment.id)),
    element('div', { className: 'actions' }, run, ...hooks),
  );
}

async function act(what, path, body) {
  let outcome;
  try {
    outcome = JSON.stringify(await ask(path, body));
  } catch (error) {
    outcome = error.message;
  }
  byId('log').prepend(element('li', {}, `${time.format(new Date())}: ${what}: ${outcome}`));
  await look();
}

async function look() {
  const [mails, payments] = await Promise.allSettled([
    ask('auth/developer/mails'),
    ask('payments/developer/payments'),
  ]);
  if (mails.status === 'fulfilled') {
    showMails(mails.value.mails);
  }
  if (payments.status === 'fulfilled') {
    showPayments(payments.value.payments);
  }
  const problems = [mails, payments].filter(({ status }) => status === 'rejected');
  byId('problem').hidden = problems.length === 0;
  byId('problem').textContent = problems.map(({ reason }) => reason.message).join(' ');
}

await look();
const looking = setInterval(look, PAUSE_MILLISECONDS);
window.addEventListener('pagehide', () => clearInterval(looking));
