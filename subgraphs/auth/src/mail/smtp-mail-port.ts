import { createTransport } from 'nodemailer';
import type { MailPort } from './mail-port.js';

/** Where mails are handed over, and in whose name. */
export interface SmtpSettings {
  /** `smtp://` with STARTTLS or `smtps://`, with name and password if the server wants them. */
  readonly url: string;
  /** The sender, such as `Example <no-reply@example.com>`. */
  readonly sender: string;
}

const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 } as const;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Makes the port that hands mails to an SMTP server. Mails carry tokens, so it sends nothing over a connection in
 * clear, except to this machine.
 *
 * @returns the port, and how to close its connections
 * @see https://www.rfc-editor.org/rfc/rfc5321 and https://www.rfc-editor.org/rfc/rfc3207 (STARTTLS)
 */
export function createSmtpMailPort({ url, sender }: SmtpSettings): MailPort & { close(): void } {
  const { protocol, hostname, port, username, password } = new URL(url);
  const secure = protocol === 'smtps:';
  const transport = createTransport({
    ...TIMEOUTS,
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    requireTLS: !secure && !LOOPBACK.has(hostname),
    ...(username === ''
      ? {}
      : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
  });
  return {
    async send({ recipient, subject, body }) {
      const mail = { from: sender, to: { name: '', address: recipient }, subject, text: body };
      await transport.sendMail(mail).catch((error: unknown) => Promise.reject(withoutWords(error)));
    },
    close: () => transport.close(),
  };
}

/** What the server says may quote the address, so only its codes go on. */
function withoutWords(error: unknown): Error {
  const { code, responseCode } = error as { readonly code?: string; readonly responseCode?: number };
  const codes = [code, responseCode].filter((part) => part !== undefined).join(', ');
  return new Error(`The mail server did not take a mail: ${codes === '' ? 'it did not say why' : codes}.`);
}
