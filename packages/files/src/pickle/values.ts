/** A class or function a pickle names. It is never looked up, so it can do nothing. */
export class PickleGlobal {
  readonly path: string;

  constructor(module: string, name: string) {
    this.path = `${module}.${name}`;
  }
}

/** A tuple; lists are plain arrays. */
export class PickleTuple {
  readonly items: readonly PickleValue[];

  constructor(items: readonly PickleValue[]) {
    this.items = items;
  }
}

/** A dict, in insertion order. */
export class PickleDict {
  readonly entries = new Map<PickleValue, PickleValue>();
}

/** What a call or an instance would have been: the callee's name and everything it was given. */
export class PickleObject {
  readonly callee: PickleGlobal;
  readonly args: PickleTuple;
  readonly items: PickleValue[] = [];
  readonly entries = new Map<PickleValue, PickleValue>();
  state: PickleValue = null;

  constructor(callee: PickleGlobal, args: PickleTuple) {
    this.callee = callee;
    this.args = args;
  }
}

/** A reference to data outside the pickle. */
export class PicklePersistent {
  readonly id: PickleValue;

  constructor(id: PickleValue) {
    this.id = id;
  }
}

/** Python 2 `str` and Python 3 `bytes` are both Uint8Array views; `str`/`unicode` is string. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | PickleTuple
  | PickleDict
  | PickleGlobal
  | PickleObject
  | PicklePersistent;
