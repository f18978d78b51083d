import type { OutgoingMailStore } from '../store/outgoing-mails.js';
import type { MailPort } from './mail-port.js';

/** The embedded default: mails are kept in a table, where a developer reads them, and never leave the machine. */
export function createMailbox(store: OutgoingMailStore): MailPort {
  return { send: (mail) => store.add(mail) };
}
