import { FormatError } from '../format-error.js';
import { latin1 } from '../text.js';
import { PickleReader } from './reader.js';
import { decimal, readScalar } from './scalars.js';
import {
  PickleDict,
  PickleGlobal,
  PickleObject,
  PicklePersistent,
  PickleTuple,
  type PickleValue,
} from './values.js';

/** What a pickle may ask for before it is refused. */
export interface PickleLimits {
  /** Instructions run; a whole pickled AlexNet module takes about 10,000. */
  readonly operations: number;
  /** Values on the stack and in the memo together. */
  readonly values: number;
}

const DEFAULTS: PickleLimits = { operations: 2_000_000, values: 1_000_000 };

/** What a pickle holds, and where it ends. */
export interface PickleResult {
  readonly value: PickleValue;
  /** Byte after the STOP. */
  readonly end: number;
  /** Every reference to data outside the pickle, used in the value or not. */
  readonly references: readonly PicklePersistent[];
}

const MARK = Symbol('mark');
type Slot = PickleValue | typeof MARK;

/**
 * Runs a pickle of protocol 0 to 5 as pure data: no name is looked up and nothing is called. What
 * Python would construct comes back as a {@link PickleObject}, to be understood by name afterwards.
 *
 * @param bytes byte strings in the result are views into it; @param start offset of the first opcode
 * @throws FormatError truncated, bad-header, too-large, unsupported
 */
export function runPickle(
  bytes: Uint8Array,
  start = 0,
  limits: Partial<PickleLimits> = {},
): PickleResult {
  const machine = new PickleMachine(new PickleReader(bytes, start), { ...DEFAULTS, ...limits });
  return machine.run();
}

class PickleMachine {
  readonly #reader: PickleReader;
  readonly #limits: PickleLimits;
  readonly #stack: Slot[] = [];
  readonly #memo = new Map<number, PickleValue>();
  readonly #references: PicklePersistent[] = [];

  constructor(reader: PickleReader, limits: PickleLimits) {
    this.#reader = reader;
    this.#limits = limits;
  }

  run(): PickleResult {
    for (let count = 0; count < this.#limits.operations; count++) {
      const opcode = this.#reader.uint8();
      if (opcode === 0x2e /* STOP */) {
        const value = this.#pop();
        return { value, end: this.#reader.position, references: this.#references };
      }
      const value = this.#step(opcode);
      if (value !== undefined) this.#stack.push(value);
      if (this.#stack.length + this.#memo.size > this.#limits.values) {
        throw new FormatError('too-large', `pickle: more than ${this.#limits.values} values`);
      }
    }
    throw new FormatError('too-large', `pickle: more than ${this.#limits.operations} instructions`);
  }

  /** Runs one opcode, by its letter in CPython's `pickletools.py`; returns what it pushes. */
  #step(opcode: number): PickleValue | undefined {
    const reader = this.#reader;
    const letter = String.fromCharCode(opcode);
    switch (letter) {
      case '\x80': // PROTO
        if (reader.uint8() > 5) throw new FormatError('unsupported', 'pickle: protocol above 5');
        return undefined;
      case '\x95': // FRAME
        reader.uint64();
        return undefined;
      case '(':
        this.#stack.push(MARK);
        return undefined;
      case '0': // POP
        this.#stack.pop();
        return undefined;
      case '1': // POP_MARK
        this.#popMark();
        return undefined;
      case '2': // DUP
        return this.#top();
      default: {
        const scalar = readScalar(letter, reader);
        return scalar === undefined ? this.#structure(letter) : scalar;
      }
    }
  }

  #structure(letter: string): PickleValue | undefined {
    const reader = this.#reader;
    switch (letter) {
      case ']':
      case '\x8f': // EMPTY_SET, kept as a list
        return [];
      case 'l':
      case '\x91': // FROZENSET
        return this.#popMark();
      case 'a':
        return this.#append([this.#pop()]);
      case 'e':
      case '\x90': // ADDITEMS
        return this.#append(this.#popMark());
      case '}':
        return new PickleDict();
      case 'd': {
        const items = this.#popMark();
        this.#stack.push(new PickleDict());
        return this.#setItems(items);
      }
      case 's': {
        const value = this.#pop();
        return this.#setItems([this.#pop(), value]);
      }
      case 'u':
        return this.#setItems(this.#popMark());
      case ')':
        return new PickleTuple([]);
      case 't':
        return new PickleTuple(this.#popMark());
      case '\x85':
      case '\x86':
      case '\x87': // TUPLE1, TUPLE2, TUPLE3
        return new PickleTuple(this.#popMany(letter.charCodeAt(0) - 0x84));
      case 'q':
        return this.#remember(reader.uint8());
      case 'r':
        return this.#remember(reader.uint32());
      case 'p':
        return this.#remember(memoIndex(reader.line()));
      case '\x94': // MEMOIZE
        return this.#remember(this.#memo.size);
      case 'h':
        return this.#recall(reader.uint8());
      case 'j':
        return this.#recall(reader.uint32());
      case 'g':
        return this.#recall(memoIndex(reader.line()));
      case 'P':
        return this.#refer(reader.line());
      case 'Q':
        return this.#refer(this.#pop());
      default:
        return this.#object(letter);
    }
  }

  #object(letter: string): PickleValue | undefined {
    const reader = this.#reader;
    switch (letter) {
      case 'c':
        return new PickleGlobal(reader.line(), reader.line());
      case '\x93': {
        const [module, name] = this.#popMany(2);
        if (typeof module !== 'string' || typeof name !== 'string') {
          throw new FormatError('bad-header', 'pickle: a class is not named by text');
        }
        return new PickleGlobal(module, name);
      }
      case '\x92': // NEWOBJ_EX, keyword arguments ignored
        this.#pop();
        return this.#construct(this.#pop());
      case 'R': // REDUCE
      case '\x81': // NEWOBJ
        return this.#construct(this.#pop());
      case 'o': {
        // OBJ: the class is the first value after the mark.
        const [callee, ...args] = this.#popMark();
        this.#stack.push(callee ?? null);
        return this.#construct(new PickleTuple(args));
      }
      case 'i': {
        const callee = new PickleGlobal(reader.line(), reader.line());
        const args = this.#popMark();
        this.#stack.push(callee);
        return this.#construct(new PickleTuple(args));
      }
      case 'b': {
        const state = this.#pop();
        const target = this.#top();
        if (!(target instanceof PickleObject)) {
          throw new FormatError('bad-header', 'pickle: BUILD on something that is no object');
        }
        target.state = state;
        return undefined;
      }
      default: {
        const hex = letter.charCodeAt(0).toString(16).padStart(2, '0');
        throw new FormatError(
          'unsupported',
          `pickle: opcode 0x${hex} at byte ${reader.position - 1}`,
        );
      }
    }
  }

  #construct(args: PickleValue): PickleObject {
    const named = this.#pop();
    const callee = named instanceof PicklePersistent ? classOf(named) : named;
    if (!(callee instanceof PickleGlobal) || !(args instanceof PickleTuple)) {
      throw new FormatError('bad-header', 'pickle: a call of something that is no class');
    }
    return new PickleObject(callee, args);
  }

  #pop(): PickleValue {
    const value = this.#top();
    this.#stack.pop();
    return value;
  }

  #refer(id: PickleValue): PicklePersistent {
    const reference = new PicklePersistent(id);
    this.#references.push(reference);
    return reference;
  }

  #top(): PickleValue {
    const value = this.#stack.at(-1);
    if (value === undefined || value === MARK) {
      throw new FormatError('bad-header', 'pickle: takes a value from an empty stack');
    }
    return value;
  }

  #popMany(count: number): PickleValue[] {
    const values = Array.from({ length: count }, () => this.#pop());
    return values.reverse();
  }

  #popMark(): PickleValue[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw new FormatError('bad-header', 'pickle: no mark on the stack');
    const values = this.#stack.splice(mark + 1) as PickleValue[];
    this.#stack.pop();
    return values;
  }

  #append(values: readonly PickleValue[]): undefined {
    const target = this.#top();
    const items = target instanceof PickleObject ? target.items : target;
    if (!Array.isArray(items)) throw new FormatError('bad-header', 'pickle: appends to no list');
    for (const value of values) items.push(value);
  }

  #setItems(pairs: readonly PickleValue[]): undefined {
    const target = this.#top();
    const isMapping = target instanceof PickleDict || target instanceof PickleObject;
    if (!isMapping || pairs.length % 2 !== 0) {
      throw new FormatError('bad-header', 'pickle: sets items of no dict');
    }
    for (let index = 0; index < pairs.length; index += 2) {
      target.entries.set(dictKey(pairs[index] ?? null), pairs[index + 1] ?? null);
    }
  }

  #remember(index: number): undefined {
    this.#memo.set(index, this.#top());
  }

  #recall(index: number): PickleValue {
    const value = this.#memo.get(index);
    if (value === undefined) throw new FormatError('bad-header', `pickle: memo ${index} is empty`);
    return value;
  }
}

/** Old torch files name the class of a module by reference: `('module', class, file, source)`. */
function classOf({ id }: PicklePersistent): PickleValue {
  const items = id instanceof PickleTuple ? id.items : [];
  return items.find((item) => item instanceof PickleGlobal) ?? null;
}

/** Python 2 names are byte strings, Python 3 ones text: as keys both are text. */
function dictKey(key: PickleValue): PickleValue {
  if (!(key instanceof Uint8Array)) return key;
  if (key.length > 10_000)
    throw new FormatError('too-large', 'pickle: a dict key over 10,000 bytes');
  return latin1(key);
}

function memoIndex(text: string): number {
  const index = decimal(text);
  if (typeof index !== 'number' || index < 0) {
    throw new FormatError('bad-header', 'pickle: a memo index that is none');
  }
  return index;
}
