import { writeFileSync } from 'node:fs';
import { inject } from 'vitest';
import { VitestTestRunner } from 'vitest/runners';
import { getFn } from 'vitest/suite';

/**
 * Runs the tests of a file with mutants switched on and off in one process (`sample.mjs`).
 *
 * - `many`: every test runs plainly first, which says what mutants it reaches; then once for each of
 *   those that is not noticed yet. A test counts only if it passes again plainly before, and after
 *   what it noticed: what a run leaves behind must not be taken for the mutant's doing.
 * - `one`: the mutant is on from the first import.
 */
export default class MutationRunner extends VitestTestRunner {
  #task = inject('mutation');
  #state = {};
  #reached = {};
  #noticed = [];
  #spoiled = false;
  #failed = false;

  constructor(config) {
    super(config);
    globalThis.__stryker__ = this.#state;
    this.#off();
    if (this.#task.mode === 'one') this.#on(this.#task.id, this.#task.hits);
  }

  async runTask(test) {
    // One failure is enough.
    if (this.#failed) return;
    const run = getFn(test);
    if (this.#task.mode === 'one') {
      try {
        await run();
      } catch (error) {
        this.#failed = true;
        throw error;
      }
      return;
    }
    const start = performance.now();
    this.#state.currentTestId = test.id;
    await run();
    this.#state.currentTestId = undefined;
    const limit = 20_000 + 20 * (performance.now() - start);
    const hits = this.#state.mutantCoverage?.perTest[test.id] ?? {};
    for (const [id, count] of Object.entries(hits)) {
      this.#reached[id] = (this.#reached[id] ?? 0) + count;
    }
    const open = Object.keys(hits).filter(
      (id) => this.#task.open.includes(id) && !this.#noticed.includes(id),
    );
    if (open.length === 0) return;
    if (this.#spoiled || !(await this.#passes(test, run, limit))) return;
    for (const id of open) {
      this.#on(id, hits[id]);
      const passed = await this.#passes(test, run, limit);
      this.#off();
      if (passed) continue;
      if (!(await this.#passes(test, run, limit))) {
        this.#spoiled = true;
        return;
      }
      this.#noticed.push(id);
    }
  }

  onAfterRunFiles() {
    super.onAfterRunFiles();
    const { static: loading = {} } = this.#state.mutantCoverage ?? {};
    const result = { reached: this.#reached, loading, noticed: this.#noticed };
    if (this.#task.mode === 'many') writeFileSync(this.#task.result, JSON.stringify(result));
  }

  #on(id, hits) {
    // A loop that does not end is left by an error.
    Object.assign(this.#state, { activeMutant: id, hitCount: 0, hitLimit: 100 * hits });
  }

  #off() {
    Object.assign(this.#state, { activeMutant: 'none', hitCount: undefined, hitLimit: undefined });
  }

  async #passes(test, run, limit) {
    const { state } = test.result;
    let timer;
    try {
      this.onBeforeTryTask(test);
      const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error('too late')), limit);
      });
      await Promise.race([run(), late]);
      this.onAfterTryTask(test);
      return test.result.state === state;
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
      test.result.state = state;
      test.result.errors = undefined;
    }
  }
}
