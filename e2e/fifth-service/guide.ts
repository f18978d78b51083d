/** One thing that the guide tells its reader to do. */
export type Step =
  | { readonly type: 'write'; readonly path: string; readonly content: string }
  /** To the end of a file that is there: of its list when it ends with one. `*` stands for a name made by a command. */
  | { readonly type: 'add'; readonly path: string; readonly content: string }
  | { readonly type: 'run'; readonly command: string }
  /** To ask as the demo customer, and what the whole body of the answer is then. */
  | { readonly type: 'ask'; readonly query: string; readonly answer: unknown };

/** A chapter of the guide: its heading and what it tells to do, in order. */
export interface Chapter {
  readonly heading: string;
  readonly steps: ReadonlyArray<Step>;
}

interface Block {
  readonly language: string;
  readonly path: string | undefined;
  readonly isAddition: boolean;
  readonly content: string;
}

/**
 * Reads a guide of Markdown: a block with a `title` is a file, `add` behind it an addition; `sh` is commands, one a
 * line; `graphql` without a title is a question and the `json` that follows it the answer.
 *
 * @throws when there is a block that it cannot tell the meaning of: it would be shown to readers and tried by nobody
 */
export function readGuide(markdown: string): ReadonlyArray<Chapter> {
  return markdown
    .split(/^## /m)
    .slice(1)
    .map((text) => ({ heading: text.slice(0, text.indexOf('\n')), steps: toSteps(readBlocks(text)) }))
    .filter(({ steps }) => steps.length > 0);
}

/** Gives the files that the guide links to, relative to its folder. */
export function readLinks(markdown: string): ReadonlyArray<string> {
  return [...markdown.matchAll(/\]\(([^)#:]+)\)/g)].map(([, path = '']) => path);
}

function readBlocks(text: string): ReadonlyArray<Block> {
  return [...text.matchAll(/^```(\w+)(?: title="([^"]+)"( add)?)?\n(.*?)^```$/gms)].map(
    ([, language = '', path, addition, content = '']) => ({
      language,
      path,
      isAddition: addition !== undefined,
      content,
    }),
  );
}

function toSteps(blocks: ReadonlyArray<Block>): ReadonlyArray<Step> {
  return blocks.flatMap(({ language, path, isAddition, content }, index): Step[] => {
    if (path !== undefined) {
      return [{ type: isAddition ? 'add' : 'write', path, content }];
    }
    if (language === 'sh') {
      return content
        .trimEnd()
        .split('\n')
        .map((command) => ({ type: 'run', command }));
    }
    const next = blocks[index + 1];
    if (language === 'graphql' && next?.language === 'json' && next.path === undefined) {
      return [{ type: 'ask', query: content, answer: JSON.parse(next.content) }];
    }
    if (language === 'json' && blocks[index - 1]?.language === 'graphql') {
      return [];
    }
    throw new Error(
      `The guide has a block of ${language} that says neither where it goes nor what it does:\n${content}`,
    );
  });
}
