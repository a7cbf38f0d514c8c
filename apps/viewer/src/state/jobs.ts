/** Runs one job after another: two forward passes at once would only fight over memory. */
export class Jobs {
  private last: Promise<unknown> = Promise.resolve();

  /** Resolves once nothing waits any more. */
  async idle(): Promise<void> {
    for (let seen: unknown = null; seen !== this.last; ) {
      seen = this.last;
      await this.last;
    }
  }

  run<T>(job: () => Promise<T>): Promise<T> {
    const next = this.last.then(job, job);
    this.last = next.catch(() => undefined);
    return next;
  }
}

/** Lets the browser paint before heavy work goes on. */
export function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    // A hidden tab gets no animation frames.
    if (document.hidden) setTimeout(resolve, 0);
    else requestAnimationFrame(() => setTimeout(resolve, 0));
  });
}
