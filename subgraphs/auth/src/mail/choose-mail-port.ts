import type { AuthConfiguration } from '../config.js';
import type { Store } from '../store/index.js';
import { refusingMailPort, type MailPort } from './mail-port.js';
import { createMailbox } from './mailbox.js';
import { createSmtpMailPort } from './smtp-mail-port.js';

/** How mails leave, and what goes with it. */
export interface ChosenMailPort {
  readonly mail: MailPort;
  /** Whether mails stay here, for a developer to read. */
  readonly keepsMails: boolean;
  close(): void;
}

/**
 * Chooses how mails leave: by the port that was given, or by the SMTP server that the configuration names. Without
 * either the embedded default keeps them for the developer, and production refuses them and says so in the log.
 */
export function chooseMailPort(
  { smtp, common }: AuthConfiguration,
  store: Store,
  given: MailPort | undefined,
): ChosenMailPort {
  const close = (): void => undefined;
  if (given !== undefined) {
    return { mail: given, keepsMails: false, close };
  }
  if (smtp !== undefined) {
    const mail = createSmtpMailPort(smtp);
    return { mail, keepsMails: false, close: () => mail.close() };
  }
  const keepsMails = common.mode === 'embedded';
  return { mail: keepsMails ? createMailbox(store.outgoingMails) : refusingMailPort, keepsMails, close };
}
