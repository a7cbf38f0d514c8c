import type { Answer, Note } from '@alexnet/convert';
import type { PresetName } from '@alexnet/model';
import type { Description } from '../lib/weights/read-weights.js';

/** What is asked about a network whose file does not describe it. */
export interface NetworkQuestion {
  /** Of the files. */
  readonly name: string;
  /** Why the files alone, or what was said of them last, would not do. */
  readonly reason: string;
  /** What would help. */
  readonly asks: readonly Answer[];
  /** Presets whose shapes the file has; none where it is no preset. */
  readonly fitting: readonly PresetName[];
  /** What was said before; null the first time. */
  readonly said: Description | null;
}

/** Something only a person can say about a file being opened. Null as an answer leaves it unopened. */
export type Question =
  | (NetworkQuestion & {
      readonly kind: 'network';
      readonly answer: (description: Description | null) => void;
    })
  | {
      readonly kind: 'notes';
      readonly name: string;
      readonly notes: readonly Note[];
      readonly answer: (accepted: true | null) => void;
    };

/** The question on the page, one at a time. */
class Questions {
  current = $state.raw<Question | null>(null);

  /** Which network a file holds, in the words of a reader of files. */
  askNetwork(question: NetworkQuestion): Promise<Description | null> {
    return this.ask((answer) => ({ kind: 'network', ...question, answer }));
  }

  /** Whether a conversion that loses something is good enough. */
  askNotes(name: string, notes: readonly Note[]): Promise<true | null> {
    return this.ask((answer) => ({ kind: 'notes', name, notes, answer }));
  }

  private ask<T>(question: (answer: (value: T | null) => void) => Question): Promise<T | null> {
    this.current?.answer(null);
    return new Promise((resolve) => {
      this.current = question((value) => {
        this.current = null;
        resolve(value);
      });
    });
  }
}

export const questions = new Questions();
