/** What a comment above a block may ask for: `<!-- block: … -->`, one wish a comment. */
export interface Wishes {
  /** `not run, REASON` */
  readonly notRun: string | null;
  /** `continues`: the code goes on from the block of the same language before it. */
  readonly continues: boolean;
  /** `browser`: the code runs in a page made by Vite, in Chromium. */
  readonly browser: boolean;
  /** `in the repository`: the command runs in the repository, not in the page's folder. */
  readonly inRepository: boolean;
  /** `data=NAME`: a small stand-in of that name is there, see ../stand-in.ts. */
  readonly data: readonly string[];
  /** `narrow data=NAME`: the same of a network with narrow dense layers, a fortieth of the size. */
  readonly narrowData: readonly string[];
  /** `file=NAME`: the block is written to that file; only code runs, all else is just written. */
  readonly file: string | null;
  /** ``before `COMMAND` ``: what the reader has done already. */
  readonly before: readonly string[];
  /** ``instead of `A`, `B` ``: what is too large or too slow here is replaced. */
  readonly replacements: readonly { readonly from: string; readonly to: string }[];
  /** `until TEXT`: a command without an end is stopped once it has printed that. */
  readonly until: string | null;
  /** `exit N`: fails so; its stderr is compared as well. */
  readonly exit: number;
  /** `needs tensorflow`: skipped where TensorFlow is not built. */
  readonly needsTensorflow: boolean;
}

/** A fenced block of a Markdown page. */
export interface Block extends Wishes {
  readonly page: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
  /** The bare fence that follows directly, or null. */
  readonly output: string | null;
}

const FENCE = /^(\s*)(`{3,}|~{3,})\s*(\S*)\s*$/;
const COMMENT = /^\s*<!-- block: (.*?) -->\s*$/;

/** The blocks of a page in order. A bare fence is the output of the block directly above it; throws where there is none. */
export function parseBlocks(page: string, text: string): Block[] {
  const lines = text.split(/\r?\n/);
  const blocks: Block[] = [];
  let wishes: string[] = [];
  let previous: { block: Block; adjacent: boolean } | null = null;
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const fence = FENCE.exec(line);
    if (!fence) {
      const comment = COMMENT.exec(line);
      if (comment) wishes.push(comment[1] ?? '');
      else if (line.trim() !== '') {
        if (wishes.length > 0) throw new Error(`${page}:${at}: a block comment without a block`);
        if (previous) previous.adjacent = false;
      }
      continue;
    }
    const [, indent = '', marks = '', language = ''] = fence;
    const start = at + 1;
    const body: string[] = [];
    for (at++; at < lines.length && (lines[at] ?? '').trim() !== marks; at++) {
      const row = lines[at] ?? '';
      body.push(row.startsWith(indent) ? row.slice(indent.length) : row.trimStart());
    }
    if (at === lines.length) throw new Error(`${page}:${start}: a fence that is never closed`);
    const code = body.join('\n');
    if (language === '') {
      if (!previous?.adjacent || wishes.length > 0)
        throw new Error(
          `${page}:${start}: a bare fence is the output of the block above it, and there is none; name its language (\`text\` for what is neither code nor output)`,
        );
      blocks[blocks.length - 1] = { ...previous.block, output: code };
      previous = null;
      continue;
    }
    const block: Block = {
      page,
      line: start,
      language,
      code,
      output: null,
      ...readWishes(wishes, `${page}:${start}`),
    };
    blocks.push(block);
    previous = { block, adjacent: true };
    wishes = [];
  }
  return blocks;
}

function readWishes(comments: readonly string[], where: string): Wishes {
  const data: string[] = [];
  const narrowData: string[] = [];
  const before: string[] = [];
  const replacements: { from: string; to: string }[] = [];
  let notRun: string | null = null;
  let file: string | null = null;
  let until: string | null = null;
  let exit = 0;
  const flags = new Set<string>();
  for (const comment of comments) {
    const [, key = '', value = ''] =
      /^(not run, |data=|narrow data=|file=|before `|until |exit |instead of `)(.*)$/.exec(
        comment,
      ) ?? [];
    if (key === 'not run, ') notRun = value;
    else if (key === 'data=') data.push(value);
    else if (key === 'narrow data=') narrowData.push(value);
    else if (key === 'file=') file = value;
    else if (key === 'until ') until = value;
    else if (key === 'exit ') exit = Number(value);
    else if (key === 'before `' && value.endsWith('`')) before.push(value.slice(0, -1));
    else if (key === 'instead of `' && value.endsWith('`') && value.includes('`, `')) {
      const [from = '', to = ''] = value.slice(0, -1).split('`, `');
      replacements.push({ from, to });
    } else if (FLAGS.includes(comment)) flags.add(comment);
    else throw new Error(`${where}: "block: ${comment}" is none of ${FORMS}`);
  }
  return {
    notRun,
    data,
    narrowData,
    file,
    until,
    exit,
    before,
    replacements,
    continues: flags.has('continues'),
    browser: flags.has('browser'),
    inRepository: flags.has('in the repository'),
    needsTensorflow: flags.has('needs tensorflow'),
  };
}

const FLAGS = ['continues', 'browser', 'in the repository', 'needs tensorflow'];
const FORMS = [
  'not run, REASON',
  'data=NAME',
  'narrow data=NAME',
  'file=NAME',
  'before `COMMAND`',
  'instead of `A`, `B`',
  'until TEXT',
  'exit N',
  ...FLAGS,
].join('; ');
