/** One immutable state and the functions that want to hear of the next one. */
export class Store<State extends object> {
  private readonly listeners = new Set<(state: State) => void>();
  private current: State;

  constructor(initial: State) {
    this.current = initial;
  }

  get state(): State {
    return this.current;
  }

  /** Replaces the named fields and tells every listener. */
  protected set(patch: Partial<State>): void {
    this.current = { ...this.current, ...patch };
    for (const listener of this.listeners) listener(this.current);
  }

  /** Calls `listener` after every change until the returned function is called. */
  subscribe(listener: (state: State) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
