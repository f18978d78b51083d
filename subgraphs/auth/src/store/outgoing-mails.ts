import { v7 as uuidv7 } from 'uuid';
import type { PrismaClient } from '../generated/prisma/client.js';
import type { Mail } from '../mail/mail-port.js';

/** Table `outgoing_mails`. */
export interface OutgoingMailStore {
  /** Keeps a mail to somebody who has an account. */
  add(mail: Mail): Promise<void>;
  listNewest(count: number): Promise<ReadonlyArray<Mail & { readonly id: string; readonly createdAt: Date }>>;
}

export function createOutgoingMailStore(prisma: PrismaClient): OutgoingMailStore {
  return {
    async add(mail) {
      // Whoever erases the account comes before this, and no mail is kept, or after it, and finds the mail.
      await prisma.$executeRaw`
        INSERT INTO outgoing_mails (id, recipient, subject, body)
        SELECT ${uuidv7()}::uuid, email, ${mail.subject}, ${mail.body} FROM users WHERE email = ${mail.recipient} FOR SHARE`;
    },
    listNewest: (count) =>
      prisma.outgoingMail.findMany({ orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], take: count }),
  };
}
