import type { PrismaClient } from '../generated/prisma/client.js';
import type { Mail } from '../mail/mail-port.js';

/** Table `outgoing_mails`. */
export interface OutgoingMailStore {
  add(mail: Mail): Promise<void>;
  listNewest(count: number): Promise<ReadonlyArray<Mail & { readonly id: string; readonly createdAt: Date }>>;
}

export function createOutgoingMailStore(prisma: PrismaClient): OutgoingMailStore {
  return {
    async add(mail) {
      await prisma.outgoingMail.create({ data: mail, select: { id: true } });
    },
    listNewest: (count) =>
      prisma.outgoingMail.findMany({ orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], take: count }),
  };
}
