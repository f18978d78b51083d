import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ApplicationError, describeCause } from '@supergraph/platform/errors';
import type { SubgraphOptions } from '@supergraph/platform/graphql';
import {
  readBearerToken,
  requireScope,
  type CallerVerifier,
  type TokenVerifier,
  type Viewer,
} from '@supergraph/platform/identity';
import type { Logger } from '@supergraph/platform/telemetry';
import { v7 as uuidv7 } from 'uuid';
import { appendAuditEntry } from '../domain/append-audit-entry.js';
import { readAuditExportFilter } from '../domain/audit-export-filter.js';
import { exportAuditEntries } from '../domain/export-audit.js';
import type { Store } from '../store/index.js';

type Express = Parameters<NonNullable<SubgraphOptions<object>['routes']>>[0];

/** Where the audit log is exported. */
export const EXPORT_PATH = '/audit/export';

/**
 * Adds `GET /audit/export?actor=&action=&resourceType=&resourceId=&from=&before=`: the audit log as JSON Lines, the
 * oldest first, for ADMIN. It is asked for as the subgraph itself is: with the secret of a caller and an access token.
 * The export is itself written into the log. One that fails on the way breaks off, so that nobody takes it for whole.
 */
export function addExportRoute(
  app: Express,
  options: {
    readonly store: Store;
    readonly verifyCaller: CallerVerifier;
    readonly verifyToken: TokenVerifier;
    readonly logger: Logger;
  },
): void {
  const { store, verifyCaller, verifyToken, logger } = options;
  app.get(EXPORT_PATH, async (request, response) => {
    verifyCaller(request.headers);
    const { userId } = requireScope(await readViewer(request, verifyToken), 'admin');
    const { searchParams } = new URL(request.url, 'http://admin');
    const read = readAuditExportFilter(Object.fromEntries(searchParams));
    if (read.type === 'wrong') {
      throw new ApplicationError('BAD_USER_INPUT', read.message);
    }
    await store.inTransaction(({ auditChain }) =>
      appendAuditEntry(auditChain, {
        id: uuidv7(),
        occurredAt: new Date(),
        action: 'audit_log.exported',
        resourceType: 'audit_log',
        resourceId: 'all',
        actorId: userId,
        ip: request.get('x-forwarded-client-ip') ?? null,
        userAgent: request.get('x-forwarded-user-agent') ?? null,
        // Not what was looked for: that is free text, and may be somebody's.
        details: { narrowedBy: [...searchParams.keys()] },
      }),
    );
    await send(response, exportAuditEntries(store.auditEntries, read.filter), logger);
  });
}

async function readViewer(request: IncomingMessage, verifyToken: TokenVerifier): Promise<Viewer> {
  const token = readBearerToken(request.headers.authorization);
  return token === undefined ? { kind: 'anonymous' } : { kind: 'user', ...(await verifyToken(token)) };
}

async function send(response: ServerResponse, lines: AsyncIterable<string>, logger: Logger): Promise<void> {
  response.writeHead(200, {
    'content-type': 'application/x-ndjson; charset=utf-8',
    'content-disposition': 'attachment; filename="audit.jsonl"',
    'cache-control': 'no-store',
  });
  try {
    // Takes the next page when the reader has room for it.
    await pipeline(Readable.from(lines, { objectMode: true, highWaterMark: 1 }), response);
  } catch (error) {
    logger.warn({ cause: describeCause(error) }, 'an export of the audit log broke off');
  }
}
