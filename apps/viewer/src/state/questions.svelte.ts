import type { Note } from '@alexnet/convert';
import type { PresetName } from '@alexnet/model';

/** Something only a person can say about a file being opened. Null as an answer leaves it unopened. */
export type Question =
  | {
      readonly kind: 'preset';
      readonly name: string;
      readonly answer: (preset: PresetName | null) => void;
    }
  | {
      readonly kind: 'notes';
      readonly name: string;
      readonly notes: readonly Note[];
      readonly answer: (accepted: true | null) => void;
    };

/** The question on the page, one at a time. */
class Questions {
  current = $state.raw<Question | null>(null);

  /** Which of the networks with the same shapes a file holds. */
  askPreset(name: string): Promise<PresetName | null> {
    return this.ask((answer) => ({ kind: 'preset', name, answer }));
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
