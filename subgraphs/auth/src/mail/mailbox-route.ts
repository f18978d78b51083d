import type { Express } from 'express';
import type { OutgoingMailStore } from '../store/outgoing-mails.js';

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/**
 * Adds `GET /developer/mails`: the last 100 mails with their links, the newest first, as JSON. For the embedded default
 * only. It answers to names of this machine alone, since a page elsewhere could point a name of its own here.
 */
export function addMailboxRoute(app: Express, store: OutgoingMailStore): void {
  app.get('/developer/mails', async (request, response) => {
    if (!LOOPBACK.test(request.get('host') ?? '')) {
      response.status(403).json({ message: 'Mails are shown on this machine only; ask for localhost.' });
      return;
    }
    response.set('cache-control', 'no-store').json({ mails: await store.listNewest(100) });
  });
}
