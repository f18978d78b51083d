/** A column that can hold text, and what its annotation says. */
export interface TextColumn {
  readonly table: string;
  readonly column: string;
  /** What erasing a person does to it; `impersonal` holds nothing of a person. */
  readonly holds: 'impersonal' | 'erased' | 'pseudonymised' | 'kept';
  /** Why it is kept; null unless it is. */
  readonly reason: string | null;
}

/** Columns say nothing of whether they hold personal data; the message names each one. */
export class UnannotatedColumnsError extends Error {
  override readonly name = 'UnannotatedColumnsError';
}

const MODEL = /^model\s+(\w+)\s*\{/;
const FIELD = /^\s+(\w+)\s+(String|Json)(\[\])?\??(?=\s|$)/;
const ANNOTATION = /@(?:(impersonal)|personal\s+(?:(erased|pseudonymised)|kept\("([^"]+)"\)))\s*$/;

/**
 * Reads from a `schema.prisma` what every column of text or JSON holds. Each has a line in its `///` comment:
 *
 * - `@impersonal`: nothing of a person
 * - `@personal erased`: it is gone, or null, once the person was erased
 * - `@personal pseudonymised`: it stays, and says nothing of who it was
 * - `@personal kept("the law that asks for it")`
 *
 * A UUID is a bare id and needs none.
 *
 * @param text of the file
 * @throws {UnannotatedColumnsError} naming every column without one
 */
export function readTextColumns(text: string): ReadonlyArray<TextColumn> {
  const columns: TextColumn[] = [];
  const silent: string[] = [];
  for (const model of readModels(text)) {
    let comment: string[] = [];
    for (const line of model.lines) {
      if (line.trim().startsWith('///')) {
        comment.push(line);
        continue;
      }
      const field = FIELD.exec(line)?.[1];
      if (field !== undefined && !line.includes('@db.Uuid')) {
        const column = /@map\("([^"]+)"\)/.exec(line)?.[1] ?? field;
        const annotation = comment.map((row) => ANNOTATION.exec(row)).find((match) => match !== null);
        if (annotation === undefined || annotation === null) {
          silent.push(`${model.name}.${field}`);
        } else {
          const [, impersonal, way, reason] = annotation;
          const holds = impersonal !== undefined ? 'impersonal' : ((way ?? 'kept') as TextColumn['holds']);
          columns.push({ table: model.table, column, holds, reason: reason ?? null });
        }
      }
      comment = [];
    }
  }
  if (silent.length > 0) {
    throw new UnannotatedColumnsError(
      `Columns that do not say whether they hold personal data: ${silent.join(', ')}. Give each the comment ` +
        '`/// @impersonal`, `/// @personal erased`, `/// @personal pseudonymised` or `/// @personal kept("why")`.',
    );
  }
  return columns;
}

interface Model {
  readonly name: string;
  readonly table: string;
  readonly lines: ReadonlyArray<string>;
}

function readModels(text: string): ReadonlyArray<Model> {
  const models: { name: string; table: string; lines: string[] }[] = [];
  let open: { name: string; table: string; lines: string[] } | undefined;
  for (const line of text.split('\n')) {
    const name = MODEL.exec(line)?.[1];
    if (name !== undefined) {
      open = { name, table: name, lines: [] };
      models.push(open);
    } else if (line.startsWith('}')) {
      open = undefined;
    } else if (open !== undefined) {
      open.table = /@@map\("([^"]+)"\)/.exec(line)?.[1] ?? open.table;
      open.lines.push(line);
    }
  }
  return models;
}
