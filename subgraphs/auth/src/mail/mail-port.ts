/** A mail in plain text. */
export interface Mail {
  readonly recipient: string;
  readonly subject: string;
  readonly body: string;
}

/**
 * Where mails leave the service. This is the place for a transport of one's own, such as SMTP: implement it and give
 * it to `startAuth`. It gets tokens in clear, so it must not log what it sends.
 */
export interface MailPort {
  /** Hands a mail over; throws when it could not, without the mail's text in the error. */
  send(mail: Mail): Promise<void>;
}

/** The port of a production without a transport: it refuses, in words that say what is missing. */
export const refusingMailPort: MailPort = {
  send: () =>
    Promise.reject(
      new Error('No mail was sent: auth was started without a mail transport. Give `startAuth` a MailPort.'),
    ),
};
