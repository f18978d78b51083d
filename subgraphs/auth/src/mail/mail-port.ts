/** A mail in plain text. */
export interface Mail {
  readonly recipient: string;
  readonly subject: string;
  readonly body: string;
}

/**
 * Where mails leave the service: over SMTP, or by a transport of one's own, which is given to `startAuth`. It gets tokens in clear, so it must not log what it sends.
 */
export interface MailPort {
  /** Hands a mail over; throws when it could not, without the mail's text in the error. */
  send(mail: Mail): Promise<void>;
}

/** The port of a production without a transport: it refuses, in words that say what is missing. */
export const refusingMailPort: MailPort = {
  send: () => Promise.reject(new Error('No mail was sent: auth has no mail transport. Set AUTH_SMTP_URL.')),
};
