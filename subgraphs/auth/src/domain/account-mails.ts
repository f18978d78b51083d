import { validate, type InvalidInput } from '@supergraph/platform/validation';
import { z } from 'zod';
import type { TokenPurpose } from '../store/single-use-tokens.js';
import type { DomainContext } from './context.js';
import { emailAddress } from './email-address.js';
import type { MailRequested, TooManyAttempts } from './outcomes.js';
import { makeSingleUseToken } from './single-use-token.js';

const request = z.object({ email: emailAddress });

/** So many mails of a kind go to one address in an hour, however many are asked for and from wherever. */
const PER_ADDRESS = { attempts: 3, windowSeconds: 3_600 } as const;
const LIFETIME_MINUTES: Readonly<Record<TokenPurpose, number>> = {
  EMAIL_VERIFICATION: 24 * 60,
  PASSWORD_RESET: 30,
};

/** What mails are for; so many of each go to an address. */
export const MAIL_PURPOSES = Object.keys(LIFETIME_MINUTES) as ReadonlyArray<TokenPurpose>;

/** Asks for a mail that proves who reads the address. Answer and time are the same whether there is an account. */
export function requestEmailVerification(
  context: DomainContext,
  input: z.input<typeof request>,
): Promise<MailRequested | TooManyAttempts | InvalidInput> {
  return requestMail(context, 'EMAIL_VERIFICATION', input);
}

/** Asks for a mail by which a password is set anew. Answer and time are the same whether there is an account. */
export function requestPasswordReset(
  context: DomainContext,
  input: z.input<typeof request>,
): Promise<MailRequested | TooManyAttempts | InvalidInput> {
  return requestMail(context, 'PASSWORD_RESET', input);
}

/** Sends the mail after the answer, if there is somebody to send it to. */
export function sendAccountMail(context: DomainContext, purpose: TokenPurpose, email: string): void {
  context.background.run(`mail ${purpose}`, async () => {
    const found = await context.store.users.findByEmail(email);
    const isDone = purpose === 'EMAIL_VERIFICATION' && found?.emailVerified === true;
    if (found === null || found.status !== 'ACTIVE' || isDone) {
      return;
    }
    if (!(await context.rateLimits.allows(purpose, email, PER_ADDRESS))) {
      return;
    }
    const token = makeSingleUseToken();
    const isKept = await context.store.singleUseTokens.replace({
      tokenHash: token.hash,
      userId: found.id,
      purpose,
      expiresAt: new Date(Date.now() + LIFETIME_MINUTES[purpose] * 60_000),
    });
    if (isKept) {
      await context.mail.send({ recipient: email, ...write(purpose, token.text, context.mailLinkUrl) });
    }
  });
}

async function requestMail(
  context: DomainContext,
  purpose: TokenPurpose,
  input: z.input<typeof request>,
): Promise<MailRequested | TooManyAttempts | InvalidInput> {
  const checked = validate(request, input);
  if (checked.type === 'invalidInput') {
    return checked;
  }
  const refusal = await context.rateLimits.refuse('requestMail', context.client.ip);
  if (refusal !== undefined) {
    return refusal;
  }
  sendAccountMail(context, purpose, checked.value.email);
  return { type: 'mailRequested' };
}

/** The token stands behind `#`, which browsers send to no server: so it is in nobody's access log. */
function write(
  purpose: TokenPurpose,
  token: string,
  linkUrl: string | undefined,
): { readonly subject: string; readonly body: string } {
  const [subject, page, what, time] =
    purpose === 'EMAIL_VERIFICATION'
      ? ['Verify your e-mail address', 'verify-email', 'verify your e-mail address', '24 hours']
      : ['Set a new password', 'reset-password', 'set a new password', '30 minutes'];
  const way = linkUrl === undefined ? `use this code: ${token}` : `open ${linkUrl}/${page}#token=${token}`;
  return {
    subject,
    body: `To ${what}, ${way}\n\nIt works once, for ${time}. If you did not ask for it, do nothing.\n`,
  };
}
